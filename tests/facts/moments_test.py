"""Tests of the streaming mean and variance."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import moments as moments_lib
from keras_troubleshoot.facts.moments import Moments


def seen(values, *cuts):
    """Moments of a table that comes in parts."""
    found = Moments(values.shape[-1])
    for part in np.split(values, cuts):
        found.update(part)
    return found


class MomentsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("one row at a time", (9, 3), range(1, 9)),
        ("uneven parts", (1000, 5), (1, 17, 400)),
        ("several blocks", (3 * moments_lib.BLOCK // 4, 4), ()),
        ("one wide row", (3, 2000), (1,)),
        ("several threads", (moments_lib.LARGE // 3 + 11, 4), ()),
    )
    def test_agrees_with_numpy(self, shape, cuts):
        values = np.random.default_rng(0).normal(3, 2, shape)
        found = seen(values, *cuts)
        np.testing.assert_allclose(found.mean, values.mean(0), rtol=1e-12)
        np.testing.assert_allclose(found.variance, values.var(0), rtol=1e-10)
        self.assertTrue((found.count == len(values)).all())

    def test_a_large_mean_loses_nothing(self):
        column = np.random.default_rng(0).normal(1e8, 1, (100_000, 1))
        for values in (column, column.astype("float32")):
            found = seen(values, 1, 7000)
            exact = values.astype("longdouble")
            self.assertAlmostEqual(
                found.variance[0] / float(exact.var()), 1, places=9
            )
            self.assertAlmostEqual(
                found.mean[0] - 1e8, float(exact.mean() - 1e8), places=6
            )

    def test_a_first_row_far_away_does_not_hurt(self):
        values = np.random.default_rng(0).normal(1e8, 1, (1000, 1))
        values[0] = 0.0
        found = seen(values)
        exact = values.astype("longdouble").var()
        self.assertAlmostEqual(found.variance[0] / float(exact), 1, places=9)

    @parameterized.named_parameters(
        ("a fraction", 0.1), ("large", 1e8 + 0.1), ("tiny", 1e-30)
    )
    def test_a_constant_is_told_exactly(self, value):
        values = np.full((moments_lib.BLOCK // 2, 3), value)
        values[-1, 1] = np.nextafter(value, 2 * value)
        found = seen(values, 5)
        self.assertEqual(found.constant.tolist(), [True, False, True])

    def test_missing_and_infinite_are_counted_and_left_out(self):
        rng = np.random.default_rng(0)
        values = rng.normal(size=(500, 3))
        values[::7, 0] = np.nan
        values[3, 1], values[4, 1] = np.inf, -np.inf
        found = seen(values, 100)
        finite = np.where(np.isfinite(values), values, np.nan)
        np.testing.assert_allclose(found.mean, np.nanmean(finite, 0))
        np.testing.assert_allclose(found.variance, np.nanvar(finite, 0))
        self.assertEqual(found.missing.tolist(), [72, 0, 0])
        self.assertEqual(found.infinite.tolist(), [0, 2, 0])

    def test_nothing_but_missing(self):
        found = seen(np.full((4, 1), np.nan))
        self.assertEqual((found.count[0], found.variance[0]), (0, 0.0))

    def test_integers_and_more_axes(self):
        values = np.random.default_rng(0).integers(0, 256, (30, 4, 2))
        found = Moments(2)
        found.update(values.astype("uint8"))
        np.testing.assert_allclose(found.mean, values.mean((0, 1)))
        np.testing.assert_allclose(found.variance, values.var((0, 1)))


if __name__ == "__main__":
    absltest.main()
