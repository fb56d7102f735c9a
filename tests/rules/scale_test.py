"""Tests of the rules about the scale of inputs and targets."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.rules import scale
from tests.rules import checking
from tests.rules.cases import scale as cases


class ScaleTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("table_below", 29.9, 2, 0),
        ("table_above", 30.1, 2, 1),
        ("pictures_below", 9.9, 4, 0),
        ("pictures_above", 10.1, 4, 1),
        # A series keeps to the limit of tables.
        ("series_below", 29.9, 3, 0),
    )
    def test_scale_limit(self, scale, axes, count):
        values = np.full((50,) + (8,) * (axes - 1), scale)
        found = checking.found("input-not-normalized", cases.entry(values))
        self.assertLen(found, count)

    @parameterized.named_parameters(("below", 0.049, 1), ("above", 0.051, 0))
    def test_spread_limit(self, spread, count):
        facts = cases.entry(np.linspace(0, spread, 50)[:, None])
        found = checking.found("input-over-normalized", facts)
        self.assertLen(found, count)

    @parameterized.named_parameters(
        ("mean_within", 2.9, 1.0, "advice"),
        ("mean_beyond", 3.1, 1.0, "error"),
        ("spread_beyond", 0.0, 3.1, "error"),
    )
    def test_unadapted_normalization_matters_off_scale(self, mean, std, said):
        facts = cases.normalizer(False, mean, std)
        (found,) = checking.found("normalization-not-adapted", facts)
        self.assertEqual(found.severity.value, said)

    @parameterized.named_parameters(
        ("large_within", 99.9, 0),
        ("large_beyond", 100.1, 1),
        ("small_within", 1.01e-3, 0),
        ("small_beyond", 0.99e-3, 1),
    )
    def test_scale_of_targets(self, rms, count):
        facts = cases.numbers(cases.scaled(rms))
        found = checking.found("target-not-normalized", facts)
        self.assertLen(found, count)

    def test_figure_shows_the_largest_scales(self):
        facts = cases.entry(cases.table([1, 250, 40]))
        (found,) = checking.found("input-not-normalized", facts)
        (figure,) = found.figures
        self.assertEqual(figure.labels, ("1", "2", "0"))
        np.testing.assert_allclose(figure.values, (250, 40, 1), rtol=1e-6)

    def test_rms_leaves_out_rows_that_are_not_finite(self):
        values = np.array([[3.0, 1.0], [np.nan, 9.0], [4.0, 1.0]])
        np.testing.assert_allclose(scale.rms(values), [np.sqrt(12.5), 1.0])

    def test_rms_of_nothing_is_zero(self):
        self.assertEqual(scale.rms(np.full((2, 2), np.nan)).tolist(), [0.0])


if __name__ == "__main__":
    absltest.main()
