import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.rows.resplit import resplit

X = np.random.default_rng(0).normal(size=(1000, 6))
Y = np.repeat([0, 1, 2], [700, 250, 50])[
    np.random.default_rng(1).permutation(1000)
]


class ResplitTest(parameterized.TestCase):
    @parameterized.parameters(0.2, 0.5, 0.7)
    def test_stratified(self, share):
        made = resplit((X, Y), share=share)
        for part, rows in (
            (made.validation, made.validation_rows),
            (made.test, made.test_rows),
        ):
            np.testing.assert_array_equal(part[0], X[rows])
            np.testing.assert_array_equal(part[1], Y[rows])
        every = np.concatenate([made.validation_rows, made.test_rows])
        np.testing.assert_array_equal(np.sort(every), np.arange(1000))
        counts = np.bincount(made.validation[1])
        np.testing.assert_allclose(
            counts, share * np.bincount(Y), atol=1, rtol=0
        )

    def test_numbers_by_tenths(self):
        y = X[:, 0] * 100
        made = resplit((X, y))
        order = np.argsort(np.argsort(y)) // 100
        counts = np.bincount(order[made.validation_rows])
        np.testing.assert_allclose(counts, 50, atol=1)

    def test_not_stratified_is_plain(self):
        made = resplit((X, Y), stratify=False)
        self.assertLen(made.validation_rows, 500)
        self.assertNotIn("stratified", str(made))

    def test_copies_stay_together(self):
        x = X.copy()
        x[500:700] = x[:200]
        x[700:800] = x[:100] + 1e-6
        made = resplit((x, Y))
        side = np.zeros(1000, bool)
        side[made.validation_rows] = True
        np.testing.assert_array_equal(side[500:700], side[:200])
        np.testing.assert_array_equal(side[700:800], side[:100])
        self.assertIn("300 copies kept with their like", str(made))
        self.assertBetween(side.mean(), 0.48, 0.52)

    def test_groups_stay_together(self):
        groups = np.random.default_rng(2).integers(0, 60, 1000)
        made = resplit((X, Y), groups=groups)
        shared = np.intersect1d(
            groups[made.validation_rows], groups[made.test_rows]
        )
        self.assertEmpty(shared)
        self.assertIn("each of 60 groups on one side", str(made))
        counts = np.bincount(made.validation[1])
        np.testing.assert_allclose(counts, np.bincount(Y) / 2, rtol=0.15)

    def test_poor_rows_are_split_though_they_repeat(self):
        bits = np.random.default_rng(0).integers(0, 2, (1000, 4))
        made = resplit((bits, Y))
        self.assertLen(made.validation_rows, 500)

    def test_the_old_validation_set_is_used_again(self):
        made = resplit((X[:600], Y[:600]), (X[600:], Y[600:]))
        self.assertLen(made.validation_rows, 500)
        np.testing.assert_array_equal(made.test[0], X[made.test_rows])

    def test_nested_and_without_targets(self):
        x = {"a": X, "b": [X[:, :2]]}
        made = resplit(x, share=0.1)
        np.testing.assert_array_equal(
            made.validation["b"][0], X[made.validation_rows, :2]
        )
        self.assertLen(made.validation_rows, 100)

    def test_the_seed_decides(self):
        one, two, other = (
            resplit((X, Y), seed=seed).test_rows for seed in (1, 1, 2)
        )
        np.testing.assert_array_equal(one, two)
        self.assertFalse(np.array_equal(one, other))

    @parameterized.named_parameters(
        ("share", {"share": 1.0}, "`share` must be a number"),
        ("one_group", {"groups": np.zeros(1000)}, "rows for both sides"),
        ("groups", {"groups": np.zeros(4)}, "`groups` must hold one value"),
        ("validation", {"validation": X}, "`validation` must have"),
    )
    def test_bad_input(self, options, told):
        with self.assertRaisesRegex(ValueError, told):
            resplit((X, Y), **options)


if __name__ == "__main__":
    absltest.main()
