import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts.arrays import Array

RNG = np.random.default_rng(0)
CENTRES = RNG.normal(size=(4, 6)) * 3
IDS = RNG.integers(0, 4, 400)
X = CENTRES[IDS] + RNG.normal(size=(400, 6))


def signal(y, x=X, usable=None):
    usable = np.ones(len(x), bool) if usable is None else usable
    return neighbours.signal((Array("x", x),), Array("y", y), usable)


class SignalTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("ids", IDS),
        ("one_hot", np.eye(4)[IDS]),
        ("column", IDS[:, None]),
        ("binary", IDS % 2),
    )
    def test_classes(self, y):
        got = signal(y)
        self.assertTrue(got.found)
        self.assertEqual(got.rows, 400)
        self.assertEqual(got.classes, len(np.unique(np.asarray(y), axis=0)))
        self.assertGreater(got.score, 0.8)
        self.assertLess(got.error, 0.2)
        self.assertLessEqual(got.pure_error, got.error)

    @parameterized.parameters(0, 1, 2, 3, 4)
    def test_shuffled(self, seed):
        y = np.random.default_rng(seed).permutation(IDS)
        got = signal(y)
        self.assertFalse(got.found)
        self.assertAlmostEqual(got.chance, 0.25, delta=0.06)

    def test_numbers(self):
        y = X[:, 0] ** 2 + 0.1 * RNG.normal(size=400)
        got = signal(y)
        self.assertTrue(got.found)
        self.assertEqual(got.classes, 0)
        self.assertIsNone(got.error)
        self.assertFalse(signal(RNG.normal(size=400)).found)

    def test_one_feature_among_many(self):
        """What neighbours miss, a linear model finds."""
        x = RNG.normal(size=(1000, 60))
        self.assertTrue(signal((x[:, 7] > 0).astype(int), x).found)

    @parameterized.parameters(-3, -1, 1, 2)
    def test_moved(self, by):
        """Targets that stand some rows off are found where they belong."""
        got = signal(np.roll(IDS, by))
        self.assertFalse(got.score > 0.5)
        self.assertEqual(got.shift, -by)
        self.assertGreater(got.shifted, 0.8)

    def test_copies_do_not_vote_for_themselves(self):
        x = np.repeat(RNG.normal(size=(200, 6)), 2, axis=0)
        y = np.repeat(RNG.integers(0, 2, 200), 2)
        self.assertLess(signal(y, x).score, 0.7)

    @parameterized.named_parameters(
        ("several_numbers", RNG.normal(size=(400, 3))),
        ("several_labels", RNG.integers(0, 2, (400, 3))),
        ("one_class", np.zeros(400, int)),
        ("text", np.array(["a", "b"] * 200)),
    )
    def test_cannot_be_asked(self, y):
        self.assertIsNone(signal(y))

    def test_too_few_rows(self):
        self.assertIsNone(signal(IDS[:50], X[:50]))
        usable = np.arange(400) < 50
        self.assertIsNone(signal(IDS, usable=usable))

    def test_rows_that_are_not_finite_are_left_out(self):
        x, y = X.copy(), IDS.copy()
        x[:30] = np.nan
        got = signal(y, x, np.isfinite(x).all(axis=1))
        self.assertEqual(got.rows, 370)
        self.assertTrue(got.found)

    def test_text_inputs(self):
        x = np.array([["a"], ["b"]] * 200)
        self.assertIsNone(signal(IDS, x))

    def test_wide_rows(self):
        wide = np.hstack([X] * 200)
        self.assertTrue(signal(IDS, wide).found)

    def test_scale_of_a_feature_does_not_matter(self):
        x = X * np.array([1e6, 1, 1e-6, 1, 1, 1])
        self.assertAlmostEqual(signal(IDS, x).score, signal(IDS).score, 2)

    def test_wrong_labels_show_where_classes_lie_apart(self):
        y = np.where(np.arange(400) % 5 == 0, (IDS + 1) % 4, IDS)
        got = signal(y)
        self.assertAlmostEqual(got.error, 0.2, delta=0.07)
        self.assertGreater(got.consistency, 0.85)


class VotesTest(absltest.TestCase):
    def test_by_hand(self):
        near = np.array([[1, 2], [2, 3], [3, 3], [1, 1]])
        chosen, share = neighbours.votes(near, np.array([5, 7, 7, 9]))
        np.testing.assert_array_equal(chosen, [7, 7, 9, 7])
        np.testing.assert_array_equal(share, [1, 0.5, 1, 1])

    def test_vote_is_the_mean_over_classes(self):
        near = np.array([[1]] * 3 + [[0]])
        got = neighbours.vote(near, np.array([0, 0, 0, 1]))
        self.assertEqual(got, 0.5)

    def test_nearest(self):
        x = np.r_[np.arange(20.0), 500.0][:, None].astype("float32")
        got = neighbours.nearest(x)
        self.assertNotIn(3, got[3])
        self.assertEqual(set(got[0]), set(range(1, 11)))


if __name__ == "__main__":
    absltest.main()
