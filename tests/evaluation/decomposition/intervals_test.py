import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from scipy import stats

from keras_troubleshoot.evaluation.decomposition import intervals
from keras_troubleshoot.evaluation.decomposition.intervals import Options

OPTIONS = Options(resamples=500)


def interval(errors, rate, weight=None, options=OPTIONS):
    found = intervals.of_mean(errors, weight, rate=rate, options=options)
    return found.interval


class RateTest(parameterized.TestCase):
    @parameterized.parameters((0, 100), (1, 50), (13, 77), (50, 50))
    def test_as_scipy_has_it(self, wrong, rows):
        errors = np.r_[np.ones(wrong), np.zeros(rows - wrong)]
        expected = stats.binomtest(wrong, rows).proportion_ci(0.95, "wilson")
        np.testing.assert_allclose(
            interval(errors, True), (expected.low, expected.high), atol=1e-12
        )

    def test_no_error_is_no_certainty(self):
        low, high = interval(np.zeros(100), True)
        self.assertEqual(low, 0)
        self.assertBetween(high, 0.03, 0.04)

    def test_equal_weights_change_nothing(self):
        errors = np.r_[np.ones(5), np.zeros(45)]
        self.assertEqual(
            interval(errors, True), interval(errors, True, np.full(50, 3.0))
        )

    def test_rows_of_weight_zero_do_not_count(self):
        errors = np.r_[np.ones(5), np.zeros(45)]
        more, weight = (
            np.r_[errors, np.ones(9)],
            np.r_[np.ones(50), np.zeros(9)],
        )
        self.assertEqual(interval(errors, True), interval(more, True, weight))

    def test_steps_of_a_row_that_err_together_tell_less(self):
        rng = np.random.default_rng(0)
        apart = rng.binomial(20, 0.2, 400) / 20
        together = rng.binomial(1, 0.2, 400).astype(float)
        wide, narrow = (np.ptp(interval(e, True)) for e in (together, apart))
        self.assertAlmostEqual(wide / narrow, np.sqrt(20), delta=0.6)

    def test_weights_hold(self):
        rng = np.random.default_rng(0)
        held = 0
        for _ in range(500):
            weight = rng.choice([1.0, 5.0], 200)
            errors = rng.binomial(1, np.where(weight > 1, 0.3, 0.1))
            low, high = interval(errors.astype(float), True, weight)
            held += low <= (0.3 * 5 + 0.1) / 6 <= high
        self.assertBetween(held / 500, 0.92, 0.98)


class BootstrapTest(parameterized.TestCase):
    def test_many_normal_errors_as_the_normal_interval(self):
        errors = np.random.default_rng(0).normal(10, 1, 20_000)
        half = 1.96 / np.sqrt(20_000)
        middle = errors.mean()
        np.testing.assert_allclose(
            interval(errors, False), (middle - half, middle + half), atol=2e-3
        )

    @parameterized.named_parameters(("squares", 2, 1.0), ("fourth", 4, 3.0))
    def test_holds(self, power, truth):
        rng = np.random.default_rng(1)
        held = 0
        for _ in range(300):
            low, high = interval(np.abs(rng.normal(size=200)) ** power, False)
            held += low <= truth <= high
        self.assertBetween(held / 300, 0.9, 0.985)

    def test_units_do_not_matter(self):
        errors = np.random.default_rng(0).normal(size=100) ** 2
        one, other = (interval(errors * s, False) for s in (1, 1e6))
        np.testing.assert_allclose(np.array(one) * 1e6, other)

    def test_the_same_seed_gives_the_same(self):
        errors = np.random.default_rng(0).normal(size=100) ** 2
        self.assertEqual(interval(errors, False), interval(errors, False))
        other = interval(errors, False, options=OPTIONS.of(1))
        self.assertNotEqual(interval(errors, False), other)

    @parameterized.named_parameters(
        ("zeros", np.zeros(100)), ("alike", np.ones(100)), ("few", np.arange(4))
    )
    def test_nothing_is_known(self, errors):
        self.assertIsNone(interval(errors.astype(float), False))

    def test_rare_errors_stay_finite(self):
        errors = np.r_[np.zeros(98), 1.0, 4.0]
        low, high = interval(errors, False)
        self.assertTrue(0 <= low < errors.mean() < high < np.inf)

    @parameterized.parameters((3, True), (30, False))
    def test_heavy_tails_are_told(self, freedom, heavy):
        rng = np.random.default_rng(2)
        errors = rng.standard_t(freedom, size=20_000) ** 2
        found = intervals.of_mean(errors, rate=False, options=OPTIONS)
        self.assertEqual(found.heavy, heavy)


class DifferenceTest(parameterized.TestCase):
    @parameterized.parameters((0.1, 0.1), (0.05, 0.2), (0.3, 0.02))
    def test_holds(self, one, other):
        rng = np.random.default_rng(3)
        held = 0
        for _ in range(500):
            pair = [
                intervals.of_mean(
                    rng.binomial(1, rate, rows).astype(float),
                    rate=True,
                    options=OPTIONS,
                )
                for rate, rows in ((one, 300), (other, 150))
            ]
            low, high = intervals.of_difference(*pair)
            held += low <= other - one <= high
        self.assertBetween(held / 500, 0.92, 0.985)

    def test_a_number_without_doubt_moves_the_interval(self):
        sure = intervals.Estimate(0.1, (0.1, 0.1))
        one = intervals.Estimate(0.3, (0.25, 0.4))
        np.testing.assert_allclose(
            intervals.of_difference(sure, one), (0.15, 0.3)
        )


class OptionsTest(parameterized.TestCase):
    @parameterized.parameters(
        (0.0, 200, 0), (1.5, 200, 0), (0.9, 5, 0), (0.9, 200, -1)
    )
    def test_out_of_range(self, confidence, resamples, seed):
        with self.assertRaisesRegex(ValueError, "To mend it"):
            intervals.checked(Options(confidence, resamples, seed))

    @parameterized.parameters(("0.9", 200), (0.9, "many"), (0.9, 200.5))
    def test_no_numbers(self, confidence, resamples):
        with self.assertRaisesRegex(TypeError, "To mend it"):
            intervals.checked(Options(confidence, resamples))


if __name__ == "__main__":
    absltest.main()
