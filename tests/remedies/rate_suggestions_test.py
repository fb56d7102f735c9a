"""Tests of what curves of losses over rates suggest."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.remedies import rate_suggestions as suggestions

RATES = np.geomspace(1e-7, 10, 100)


def curve(best=1e-1, spread=1.5, noise=0.0, start=2.3, seed=0):
    """Falls as a sigmoid in the logarithm of the rate, then explodes."""
    log, last = np.log10(RATES), np.log10(best)
    losses = start / (1 + np.exp(4 * (log - last + spread)))
    losses = losses + 5.0 * np.clip(log - last, 0, None) ** 2 * start
    rng = np.random.default_rng(seed)
    return losses + noise * rng.normal(size=len(RATES))


class SmoothTest(parameterized.TestCase):
    def test_by_hand(self):
        # m = 0.1 * 2; then 0.9 * 0.2 + 0.1 * 4; divided by 1 - 0.9 ** t.
        expected = [2.0, (0.9 * 0.2 + 0.4) / (1 - 0.81)]
        np.testing.assert_allclose(suggestions.smooth([2, 4]), expected)

    def test_weights_of_the_past(self):
        losses = np.random.default_rng(0).normal(size=30)
        weights = 0.7 ** np.arange(30)[::-1]
        expected = (weights * losses).sum() / weights.sum()
        self.assertAlmostEqual(suggestions.smooth(losses, 0.7)[-1], expected)

    def test_centred_does_not_lag(self):
        losses = -np.arange(60.0)
        found = suggestions.centred(losses)
        np.testing.assert_allclose(found[20:40], losses[20:40], atol=0.2)
        self.assertGreater(suggestions.smooth(losses)[30], losses[30] + 5)

    def test_noise_is_a_standard_deviation(self):
        rng = np.random.default_rng(0)
        losses = np.linspace(5, 1, 4000) + 0.3 * rng.normal(size=4000)
        self.assertAlmostEqual(suggestions.noise(losses), 0.3, delta=0.02)


class DivergedTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("falls", [2.0] * 20 + [1.0] * 20, False),
        ("nan", [2.0, 1.0, float("nan")], True),
        ("infinite", [2.0, float("inf")], True),
        ("beyond_four_times", [2.0] * 20 + [1.0] * 20 + [9.0] * 20, True),
        ("not_beyond_its_start", [9.0] * 20 + [1.0] * 20 + [6.0] * 20, False),
        ("negative_falls", [-1.0] * 20 + [-5.0] * 20, False),
        ("negative_rises", [-1.0] * 20 + [-5.0] * 20 + [40.0] * 20, True),
        ("nothing", [], False),
    )
    def test_of(self, losses, expected):
        self.assertEqual(suggestions.diverged(losses), expected)


class RulesTest(parameterized.TestCase):
    @parameterized.product(
        best=(1e-3, 1e-1, 1.0), noise=(0.0, 0.05, 0.15), seed=(0, 1)
    )
    def test_each_is_near(self, best, noise, seed):
        losses = curve(best, noise=noise, seed=seed)
        steep = best * 10**-1.5
        found = suggestions.suggestions(RATES, losses)
        self.assertLess(abs(np.log10(found["steepest"] / steep)), 0.6)
        self.assertLess(abs(np.log10(found["minimum"] / best * 10)), 0.8)
        self.assertLess(abs(np.log10(found["valley"] / steep)), 1.2)
        combined = suggestions.combined(found.values())
        self.assertLess(abs(np.log10(combined / steep)), 0.8)

    @parameterized.parameters(*suggestions.RULES)
    def test_scale_of_the_loss_does_not_matter(self, rule):
        function = suggestions.RULES[rule]
        once = function(RATES, curve(noise=0.05))
        self.assertEqual(once, function(RATES, 1000 * curve(noise=0.05)))

    @parameterized.product(
        rule=tuple(suggestions.RULES),
        losses=(
            np.full(100, 2.0),
            np.linspace(1, 3, 100),
            2 + 0.2 * np.random.default_rng(3).normal(size=100),
            np.full(100, np.nan),
            np.zeros(0),
        ),
    )
    def test_no_fall_no_suggestion(self, rule, losses):
        rates = RATES[: len(losses)]
        self.assertIsNone(suggestions.RULES[rule](rates, losses))

    def test_an_explosion_does_not_reach_back(self):
        losses = curve()
        wild = np.where(RATES > 1, 1e15, losses)
        self.assertEqual(
            suggestions.steepest(RATES, wild),
            suggestions.steepest(RATES, losses),
        )
        wild[-1] = np.inf
        self.assertIsNotNone(suggestions.valley(RATES, wild))

    def test_longest_fall_against_all_subsequences(self):
        rng = np.random.default_rng(0)
        for _ in range(20):
            values = rng.integers(0, 9, size=8)
            best = 0
            for mask in range(1, 2**8):
                chosen = values[[i for i in range(8) if mask >> i & 1]]
                if (np.diff(chosen) < 0).all():
                    best = max(best, len(chosen))
            chain = suggestions.longest_fall(values)
            self.assertLen(chain, best)
            self.assertTrue((np.diff(values[chain]) < 0).all())

    def test_evened_leaves_out_the_batches(self):
        rng = np.random.default_rng(0)
        hard = rng.uniform(0.5, 2, size=100)
        course = curve()
        found = suggestions.evened(course * hard, hard * course[0])
        np.testing.assert_allclose(found, course * hard.mean())

    def test_evened_leaves_what_is_not_positive(self):
        losses = np.array([1.0, -1.0])
        found = suggestions.evened(losses, [1.0, -2.0])
        np.testing.assert_array_equal(found, losses)

    def test_combined_is_a_median_of_logarithms(self):
        self.assertAlmostEqual(suggestions.combined([1e-4, 1e-2]), 1e-3)
        self.assertIsNone(suggestions.combined([None, None]))


if __name__ == "__main__":
    absltest.main()
