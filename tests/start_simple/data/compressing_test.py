"""Tests of features with a long tail: which they are, and their inverse."""

import warnings

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.start_simple.data import compressing

RNG = np.random.default_rng(0)
ROWS = 4000
INCOMES = RNG.lognormal(10, 1, ROWS)


class CompressingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("incomes", INCOMES),
        ("losses", -INCOMES),
        ("mostly zeros", np.where(RNG.random(ROWS) < 0.5, 0, INCOMES)),
        ("both signs", RNG.standard_cauchy(ROWS)),
        ("powers", 1 + RNG.pareto(1.5, ROWS)),
    )
    def test_long_tails(self, values):
        unit = compressing.unit(values)
        self.assertEqual(unit, np.median(np.abs(values[values != 0])))
        before = abs(compressing.skewness(values))
        after = abs(compressing.skewness(np.arcsinh(values / unit)))
        self.assertLess(after, before / 2)
        # The unit goes with the values: what they are measured in is all one.
        self.assertAlmostEqual(compressing.unit(values * 8), unit * 8)

    @parameterized.named_parameters(
        ("normal", RNG.normal(3, 2, ROWS)),
        ("uniform", RNG.random(ROWS)),
        ("mild", RNG.lognormal(0, 0.4, ROWS)),
        ("rare", np.where(RNG.random(ROWS) < 0.01, 1.0, 0.0)),
        ("far from zero", 1e9 + INCOMES),
        ("years, some unknown", np.where(RNG.random(ROWS) < 0.05, 0, 2000.0)),
        ("one value", np.full(ROWS, 0.1)),
        ("zeros", np.zeros(ROWS)),
        ("nothing", np.full(ROWS, np.nan)),
        ("huge", np.array([1e200, 1e300, 1.0, 2.0])),
    )
    def test_no_long_tails(self, values):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            unit = compressing.units(values[:, None])
        self.assertEqual(unit.tolist(), [0.0])

    def test_nan_and_inf_are_left_out(self):
        table = np.c_[INCOMES, np.arange(ROWS)]
        expected = compressing.units(table[2:])
        table[0], table[1] = np.nan, np.inf
        np.testing.assert_array_equal(compressing.units(table), expected)

    def test_there_and_back(self):
        unit = np.array([0.0, 5.0])
        values = np.array([[-3.0, -1e6], [0.0, 0.0], [7.0, 1e6]], "float32")
        made = compressing.compressed(values, unit)
        np.testing.assert_array_equal(made[:, 0], values[:, 0])
        self.assertLess(np.abs(made[:, 1]).max(), 14)
        np.testing.assert_allclose(compressing.restored(made, unit), values)
        self.assertEqual(values[2, 1], 1e6)
        self.assertIs(compressing.compressed(values, unit * 0), values)


if __name__ == "__main__":
    absltest.main()
