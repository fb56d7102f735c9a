import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.rows.find_leakage import find_leakage

X = np.random.default_rng(0).normal(size=(1200, 8))
Y = (X @ np.ones(8) + np.random.default_rng(1).normal(size=1200) > 0) * 1


class FindLeakageTest(parameterized.TestCase):
    def test_a_clean_split(self):
        found = find_leakage((X[:800], Y[:800]), (X[800:], Y[800:]))
        self.assertTrue(found.ok)
        self.assertEqual(str(found), "None of 400 rows is known from training.")

    def test_rows_of_training(self):
        x = X.copy()
        x[[810, 820]] = x[[5, 6]]
        x[[830, 840]] = x[[7, 8]] + 1e-5
        x[850] = x[851]  # Copies within the other set are none of training.
        found = find_leakage((x[:800], Y[:800]), (x[800:], Y[800:]))
        np.testing.assert_array_equal(found.exact, [10, 20])
        np.testing.assert_array_equal(found.near, [30, 40])
        self.assertEqual(found.share, 4 / 400)
        self.assertIn("2 equal a training row, 2 near one", str(found))

    def test_types_of_the_sets_may_differ(self):
        x = X.astype("float32")
        other = X[800:].copy()
        other[3] = x[17]
        found = find_leakage(x[:800], other, near=None)
        np.testing.assert_array_equal(found.exact, [3])

    def test_poor_rows_are_no_leak(self):
        bits = np.random.default_rng(0).integers(0, 2, (1200, 6))
        found = find_leakage(bits[:800], bits[800:])
        self.assertTrue(found.ok)
        self.assertEqual(found.by_chance, 400)
        self.assertIn("as chance would have it", str(found))

    def test_streams(self):
        x = X.copy()
        x[810] = x[5]
        train, other = (
            tf.data.Dataset.from_tensor_slices((x[part], Y[part])).batch(32)
            for part in (slice(800), slice(800, None))
        )
        np.testing.assert_array_equal(find_leakage(train, other).exact, [10])

    def test_shared_groups(self):
        who = np.arange(1200) // 100
        clean = find_leakage(X[:800], X[800:], groups=(who[:800], who[800:]))
        self.assertEqual(clean.groups, ())
        self.assertTrue(clean.ok)
        names = np.array([f"patient {i}" for i in who])
        found = find_leakage(
            X[:850], X[850:], groups=(names[:850], names[850:])
        )
        self.assertEqual(found.groups, ("patient 8",))
        self.assertEqual(found.group_rows, 50)
        self.assertIn("split by group", str(found))

    def test_order_of_time(self):
        days = np.datetime64("2020-01-01") + np.arange(1200)
        clean = find_leakage(X[:800], X[800:], time=(days[:800], days[800:]))
        self.assertEqual(clean.late, 0)
        mixed = np.random.default_rng(0).permutation(days)
        found = find_leakage(X[:800], X[800:], time=(mixed[:800], mixed[800:]))
        expected = np.mean(mixed[:800] >= mixed[800:].min())
        self.assertEqual(found.late, expected)
        self.assertFalse(found.ok)

    @parameterized.named_parameters(
        ("copy", lambda y: y * 3.0 - 1),
        ("noise", lambda y: y + 0.01 * np.random.default_rng(0).random(1200)),
        ("two_sided", lambda y: np.where(y, 0, np.sign(X[:, 0]) * 5)),
    )
    def test_a_column_gives_the_classes_away(self, leak):
        x = np.column_stack([X, leak(Y)])
        found = find_leakage((x, Y), x[:5] + 9)
        self.assertEqual([name for name, _ in found.giveaways], ["x[:, 8]"])
        self.assertIn("x[:, 8] alone foretells", str(found))

    def test_a_column_gives_a_number_away(self):
        y = np.exp(X[:, 0]) + X[:, 1]
        x = {"facts": X, "after": np.sqrt(y - y.min())}
        other = {name: values[:9] + 9 for name, values in x.items()}
        found = find_leakage((x, y), other)
        self.assertEqual([n for n, _ in found.giveaways], ["x['after']"])

    @parameterized.named_parameters(
        ("shape", X[:, :3], {}, "rows of one shape"),
        ("none", None, {}, "`other` must be"),
        ("long", (X, Y, Y, Y), {}, "a tuple of 4"),
        ("groups", X, {"groups": Y}, "`groups` must be two arrays"),
        ("short", X, {"groups": (Y, Y[:4])}, r"`groups\[1\]` must hold"),
        ("time", X, {"time": (3, 4)}, r"`time\[0\]` must hold"),
    )
    def test_bad_input(self, other, options, told):
        with self.assertRaisesRegex(ValueError, told):
            find_leakage(X, other, **options)


if __name__ == "__main__":
    absltest.main()
