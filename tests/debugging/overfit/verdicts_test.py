"""Tests of the verdict on curves of losses."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.overfit import verdicts

STEPS = np.arange(1000)


def noisy(curve, share, seed):
    """A curve with noise in proportion to it."""
    rng = np.random.default_rng(seed)
    return curve * (1 + share * rng.normal(size=len(curve)))


def swinging(depth):
    return 1.5 + depth * np.sin(2.1 * STEPS)


CURVES = {
    "converged": 2.3 * np.exp(-STEPS / 100) + 0.01,
    "falls": 2.3 * np.exp(-STEPS / 2500),
    "rises": 2.3 + 4 * (1 - np.exp(-STEPS / 300)),
    "explodes": 2.3 * np.exp(STEPS / 150),
    "plateaus": 1.9 + 0.4 * np.exp(-STEPS / 30),
}


class VerdictTest(parameterized.TestCase):
    @parameterized.product(
        verdict=tuple(CURVES),
        noise=(0.0, 0.05),
        seed=(0, 1, 2),
        scale=(1e-4, 1.0, 1e6),
        length=(100, 300, 1000),
    )
    def test_of_any_scale_with_noise(self, verdict, noise, seed, scale, length):
        picked = np.linspace(0, 999, length).astype(int)
        curve = scale * noisy(CURVES[verdict], noise, seed)[picked]
        found = verdicts.classify(curve, floor=0.0, guess=2.0 * scale)
        self.assertEqual(found, verdict)

    @parameterized.product(depth=(1.0, 1.4), scale=(1e-4, 1.0, 1e6))
    def test_oscillates(self, depth, scale):
        curve = scale * swinging(depth)
        found = verdicts.classify(curve, floor=0.0, guess=2.0 * scale)
        self.assertEqual(found, "oscillates")

    def test_swings_of_the_training_mode_are_none(self):
        found = verdicts.classify(
            swinging(1.0), floor=0.0, guess=2.0, reached=0.6
        )
        self.assertNotEqual(found, "oscillates")

    @parameterized.parameters(float("nan"), float("inf"))
    def test_not_finite(self, last):
        losses = np.append(CURVES["converged"], last)
        self.assertEqual(verdicts.classify(losses, 0.0, 2.0), "explodes")

    def test_nothing(self):
        self.assertEqual(verdicts.classify([]), "explodes")

    @parameterized.named_parameters(
        ("soft_targets", 1.5, "converged"), ("hard_targets", 0.0, "plateaus")
    )
    def test_floor(self, floor, expected):
        curve = 1.51 + 0.8 * np.exp(-STEPS / 50)
        found = verdicts.classify(curve, floor=floor, guess=2.2)
        self.assertEqual(found, expected)

    @parameterized.named_parameters(
        ("came_down", 180 + 320 * np.exp(-STEPS / 60), "converged"),
        ("did_not", np.full(1000, 500.0), "plateaus"),
        ("negative", 2 - 5 * (1 - np.exp(-STEPS / 60)), "converged"),
        ("still_falls", 500 - 0.3 * STEPS, "falls"),
    )
    def test_unknown_floor(self, curve, expected):
        self.assertEqual(verdicts.classify(noisy(curve, 0.001, 0)), expected)

    def test_runs_away_downwards(self):
        curve = -np.exp(STEPS / 80)
        self.assertEqual(verdicts.classify(curve), "explodes")

    def test_penalties_do_not_count(self):
        curve = CURVES["converged"] + 3
        found = verdicts.classify(curve, floor=0.0, guess=2.0, reached=0.01)
        self.assertEqual(found, "converged")

    @parameterized.named_parameters(
        ("half", 1.0, 0.5),
        ("all", 0.0, 1.0),
        ("nothing", 2.0, 0.0),
        ("worse", 3.0, -0.5),
        ("far_worse", 1e9, -1.0),
        ("nan", float("nan"), -1.0),
    )
    def test_learned(self, reached, expected):
        self.assertAlmostEqual(verdicts.learned(reached, 0.0, 2.0), expected)

    def test_learned_of_unknown(self):
        self.assertIsNone(verdicts.learned(1.0, None, 2.0))
        self.assertIsNone(verdicts.learned(1.0, 2.0, 2.0))


if __name__ == "__main__":
    absltest.main()
