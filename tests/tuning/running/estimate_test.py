import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from scipy import stats

from keras_troubleshoot.tuning.running.estimate import Estimate
from keras_troubleshoot.tuning.running.estimate import Finalist

ONE = Finalist("1", 0.10, (0.30, 0.34, 0.32), (0.40, 0.44, 0.42))
TWO = Finalist("2", 0.12, (0.20, 0.22, 0.24), (0.30, 0.31, 0.35))


def estimate(*finalists, direction="min", trials=30, executions=1):
    return Estimate(finalists, "val_loss", direction, trials, executions)


class EstimateTest(parameterized.TestCase):
    def test_new_seeds_choose(self):
        self.assertEqual(estimate(ONE, TWO).best, TWO)
        self.assertEqual(estimate(ONE, TWO, direction="max").best, ONE)

    def test_what_diverges_is_not_chosen(self):
        bad = Finalist("3", 0.01, (0.01, np.nan))
        for direction in ("min", "max"):
            made = estimate(bad, TWO, direction=direction)
            self.assertEqual(made.best, TWO)

    def test_the_value_and_its_interval_are_of_the_test_data(self):
        made = estimate(TWO)
        self.assertAlmostEqual(made.value, 0.32)
        wanted = stats.t.interval(
            0.9, 2, loc=0.32, scale=stats.sem(np.array(TWO.test))
        )
        np.testing.assert_allclose(made.interval, wanted)
        self.assertIn("90% over 3 seeds", str(made))

    def test_without_test_data_it_says_so(self):
        made = estimate(Finalist("2", 0.12, (0.20,)))
        self.assertIsNone(made.interval)
        self.assertIn("`test=` with data of their own", str(made))

    def test_luck(self):
        made = estimate(TWO)
        self.assertAlmostEqual(made.luck, 0.10)
        flipped = estimate(TWO, direction="max")
        self.assertAlmostEqual(flipped.luck, -0.10)
        self.assertIn("worse by 0.1", str(made))

    @parameterized.parameters(5, 30, 300)
    def test_the_expected_luck_is_that_of_the_best_of_equals(self, trials):
        drawn = np.random.default_rng(0).normal(size=(4000, trials))
        wanted = drawn.max(axis=1).mean() * estimate(TWO).spread
        made = estimate(TWO, trials=trials)
        np.testing.assert_allclose(made.expected_luck, wanted, rtol=0.03)
        fewer = estimate(TWO, trials=trials, executions=4)
        np.testing.assert_allclose(fewer.expected_luck, wanted / 2, rtol=0.03)


if __name__ == "__main__":
    absltest.main()
