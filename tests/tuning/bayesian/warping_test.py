import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian import warping


class WarpingTest(parameterized.TestCase):
    @parameterized.named_parameters(("min", "min", 1), ("max", "max", -1))
    def test_better_scores_are_smaller(self, direction, sign):
        scores = np.random.default_rng(0).exponential(size=50)
        found = warping.targets(scores, direction)
        np.testing.assert_array_equal(
            np.argsort(found), np.argsort(sign * scores)
        )
        self.assertAlmostEqual(found.mean(), 0)
        self.assertAlmostEqual(found.std(), 1)

    def test_of_the_worse_half_only_ranks_count(self):
        scores = np.linspace(0.1, 0.5, 9)
        wild = np.where(scores > 0.4, scores * 1e9, scores)
        np.testing.assert_allclose(
            warping.targets(wild), warping.targets(scores)
        )

    def test_the_better_half_keeps_its_distances(self):
        found = warping.targets(np.array([0.1, 0.2, 0.4, 5.0, 1e6, 2e7, 3e8]))
        steps = np.diff(found[:3])
        self.assertAlmostEqual(steps[1] / steps[0], 2)

    @parameterized.named_parameters(
        ("infinite", np.inf), ("other_infinite", -np.inf), ("nan", np.nan)
    )
    def test_what_diverged_is_worst(self, bad):
        for direction in ("min", "max"):
            found = warping.targets(np.array([3.0, bad, 1.0, 2.0]), direction)
            self.assertEqual(found.argmax(), 1)
            self.assertTrue(np.isfinite(found).all())

    @parameterized.named_parameters(
        ("all_diverged", [np.inf, np.nan]),
        ("all_equal", [0.5] * 4),
        ("one", [0.5]),
        ("none", []),
    )
    def test_without_differences_all_are_about_zero(self, scores):
        np.testing.assert_allclose(warping.targets(np.array(scores)), 0)


if __name__ == "__main__":
    absltest.main()
