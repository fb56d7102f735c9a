import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import ordering
from keras_troubleshoot.facts import shift
from keras_troubleshoot.facts.sample import Sample

RNG = np.random.default_rng(0)
X = RNG.normal(size=(640, 3))
IDS = RNG.integers(0, 4, 640)


def profile(x, y=None):
    return data.profile(Sample(x, y, rows=len(x)))


def order(y, batch=32):
    return ordering.order(profile(X[: len(y)], y), batch)


class OrderTest(parameterized.TestCase):
    def test_shuffled(self):
        got = order(IDS)
        self.assertEqual((got.batches, got.rows, got.classes), (20, 32, True))
        self.assertAlmostEqual(got.ratio, got.expected, delta=0.03)
        self.assertAlmostEqual(got.expected, 1 - 1 / 32, delta=0.02)

    @parameterized.named_parameters(
        ("ids", np.sort(IDS)), ("one_hot", np.eye(4)[np.sort(IDS)])
    )
    def test_sorted(self, y):
        got = order(y)
        self.assertLess(got.ratio, 0.2)
        self.assertGreater(got.expected - 10 * got.deviation, got.ratio)

    def test_periodic(self):
        """Each batch is of one class, the classes taking turns."""
        self.assertEqual(order(np.arange(640) // 32 % 4).ratio, 0)

    def test_numbers(self):
        y = RNG.normal(size=640)
        self.assertFalse(order(y).classes)
        self.assertAlmostEqual(order(y).ratio, 1, delta=0.1)
        self.assertLess(order(np.sort(y)).ratio, 0.1)

    def test_by_hand(self):
        y = np.array([0, 0, 0, 1, 1, 1, 0, 1])
        got = order(y, batch=2)
        # Of the pairs only the second and the fourth are of two classes.
        self.assertEqual(got.within, (0 + 0.5 + 0 + 0.5) / 4)
        self.assertEqual(got.overall, 0.5)

    @parameterized.named_parameters(
        ("one_class", np.zeros(640, int), 32),
        ("too_few", IDS[:100], 32),
        ("one_row_batches", IDS, 1),
        ("several_numbers", X, 32),
    )
    def test_nothing_to_say(self, y, batch):
        self.assertIsNone(order(y, batch))


class ShiftTest(parameterized.TestCase):
    def shift(self, one, other, x=X, x_other=X):
        return shift.shift(profile(x, one), profile(x_other, other))

    def test_same(self):
        got = self.shift(IDS, RNG.permutation(IDS))
        self.assertEqual((got.classes, got.unseen), (True, ()))
        self.assertAlmostEqual(got.distance, 0)
        self.assertAlmostEqual(got.scales["x"], 1)
        self.assertAlmostEqual(got.moved["x"], 0)
        self.assertFalse(got.drifts)

    def test_other_classes(self):
        got = self.shift(IDS % 2, np.r_[np.full(480, 2), np.zeros(160, int)])
        self.assertEqual(got.unseen, (2,))
        self.assertEqual(got.unseen_share, 0.75)
        self.assertGreater(got.distance, 0.7)

    def test_distance_by_hand(self):
        one, other = np.repeat([0, 1], [75, 25]), np.repeat([0, 1], [25, 75])
        got = self.shift(one, other, X[:100], X[:100])
        self.assertAlmostEqual(got.distance, 0.5)

    def test_numbers(self):
        y = RNG.normal(size=640)
        self.assertAlmostEqual(self.shift(y, y).distance, 0)
        self.assertAlmostEqual(self.shift(y, y + 100).distance, 1)
        a, b = np.array([0.5, 1.5, 2.5]), np.array([1.25, 3.5])
        self.assertAlmostEqual(shift.ks(a, b), 0.5)

    def test_scale_of_inputs(self):
        got = self.shift(IDS, IDS, 255 * X + 100, X)
        self.assertAlmostEqual(got.scales["x"], 1 / 255)
        self.assertGreater(got.moved["x"], 0.3)

    def test_no_targets(self):
        self.assertIsNone(self.shift(None, None).distance)

    def test_drift(self):
        """Rows of a series are like their neighbours, sorted labels not."""
        walk = np.cumsum(X, axis=0)
        self.assertTrue(self.shift(IDS, IDS, walk).drifts)
        self.assertFalse(self.shift(np.sort(IDS), IDS).drifts)


if __name__ == "__main__":
    absltest.main()
