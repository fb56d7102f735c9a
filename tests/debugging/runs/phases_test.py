"""Phases of steps: where they begin, their means and their noise."""

import numpy as np
from absl.testing import absltest

from keras_troubleshoot.debugging.runs import phases


class PhasesTest(absltest.TestCase):
    def test_they_double(self):
        found = phases.phases([np.arange(20)])
        self.assertEqual(
            [(p.first, p.last) for p in found],
            [(0, 0), (1, 1), (2, 3), (4, 7), (8, 15), (16, 19)],
        )

    def test_only_what_all_have(self):
        found = phases.phases([np.arange(40), np.array([0, 1, 2, 3, 20, 24])])
        self.assertEqual(
            [(p.first, p.last) for p in found],
            [(0, 0), (1, 1), (2, 3), (16, 24)],
        )

    def test_one_step(self):
        found = phases.phases([np.array([0])])
        self.assertEqual([(p.first, p.last) for p in found], [(0, 0)])

    def test_means_and_noise(self):
        rng = np.random.default_rng(0)
        steps = np.arange(4096)
        values = 3 * steps / 4096 + rng.normal(scale=0.5, size=4096)
        parts = phases.phases([steps])
        found = phases.means(steps, values, parts)
        self.assertAlmostEqual(found[-1], values[2048:].mean())
        noise = phases.noise(steps, values, parts)
        # The variance of a mean, whatever the trend.
        self.assertAlmostEqual(noise[-1], 0.25 / 2048, delta=0.2 * 0.25 / 2048)
        self.assertGreater(noise[0], 10 * noise[-1])


if __name__ == "__main__":
    absltest.main()
