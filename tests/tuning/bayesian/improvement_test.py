import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from scipy import integrate

from keras_troubleshoot.tuning.bayesian import improvement


def by_integral(mean, deviation, best):
    """E[max(best - f, 0)] summed over f."""

    def weighed(f):
        density = np.exp(-(((f - mean) / deviation) ** 2) / 2)
        return (best - f) * density / (deviation * np.sqrt(2 * np.pi))

    low = min(mean, best) - 12 * deviation
    return integrate.quad(weighed, low, best, epsabs=0)[0]


class ImprovementTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("hopeful", 0.2, 0.5, 1.0),
        ("even", 1.0, 2.0, 1.0),
        ("where_the_formula_changes", 1.0, 1.0, 0.0),
        ("hopeless", 3.0, 0.5, 0.0),
    )
    def test_it_is_the_logarithm_of_the_integral(self, mean, deviation, best):
        found = improvement.log_expected_improvement(
            np.array([mean]), np.array([deviation]), best
        )
        expected = np.log(by_integral(mean, deviation, best))
        np.testing.assert_allclose(found, expected, rtol=1e-6)

    def test_hopeless_candidates_are_still_told_apart(self):
        z = -np.logspace(-1, 8, 200)
        self.assertTrue(np.all(np.diff(improvement.log_h(z)) < 0))
        self.assertTrue(np.isfinite(improvement.log_h(z)).all())


if __name__ == "__main__":
    absltest.main()
