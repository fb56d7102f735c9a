import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot import evaluation

RNG = np.random.default_rng(0)


class RatesTest(parameterized.TestCase):
    @parameterized.parameters(
        (1, 100, 0.1), (10, 50, 0.02), (500, 1000, 0.1), (200, 300, 0.5)
    )
    def test_as_simulated(self, trials, examples, error):
        found = evaluation.validation_reuse(trials, examples, error)
        wrong = RNG.binomial(examples, error, (4000, trials)).min(axis=1)
        luck = error - wrong / examples
        scale = 4 * luck.std() / np.sqrt(4000)
        self.assertAlmostEqual(found.optimism, luck.mean(), delta=scale)
        inside = (found.interval[0] <= luck) & (luck <= found.interval[1])
        self.assertGreater(inside.mean(), 0.94)

    def test_examples_needed(self):
        found = evaluation.validation_reuse(100, 500, 0.2, at_most=0.01)
        enough, few = (
            evaluation.validation_reuse(100, int(found.needed * f), 0.2)
            for f in (1.01, 0.97)
        )
        self.assertLessEqual(enough.optimism, 0.01)
        self.assertGreater(few.optimism, 0.01)

    def test_one_trial_is_not_flattered(self):
        found = evaluation.validation_reuse(1, 1000, 0.1)
        self.assertEqual(found.optimism, 0)
        self.assertIn("One trial", str(found))

    def test_more_trials_flatter_more(self):
        found = [
            evaluation.validation_reuse(t, 1000).optimism
            for t in (1, 10, 100, 1000)
        ]
        self.assertEqual(found, sorted(found))

    def test_many_examples(self):
        found = evaluation.validation_reuse(100, 10**6, 0.1)
        # E max of 100 normal numbers is 2.5076.
        self.assertAlmostEqual(found.optimism, 2.5076 * 0.3e-3, delta=2e-6)


class SpreadTest(parameterized.TestCase):
    @parameterized.parameters((2, 0.5642), (10, 1.5388), (100, 2.5076))
    def test_largest_of_normal_numbers(self, trials, expected):
        # Tables of normal order statistics, such as Harter's of 1961.
        found = evaluation.validation_reuse(trials, 25, spread=5.0)
        self.assertAlmostEqual(found.optimism, expected, places=3)

    @parameterized.parameters(0.3, 0.8)
    def test_correlated_models(self, correlation):
        shared = RNG.normal(size=(4000, 1)) * np.sqrt(correlation)
        own = RNG.normal(size=(4000, 50)) * np.sqrt(1 - correlation)
        luck = (shared + own).max(axis=1) / 10
        found = evaluation.validation_reuse(
            50, 100, spread=1.0, correlation=correlation
        )
        self.assertAlmostEqual(found.optimism, luck.mean(), delta=0.007)
        np.testing.assert_allclose(
            found.interval, np.quantile(luck, [0.025, 0.975]), atol=0.02
        )

    def test_no_examples_asked(self):
        found = evaluation.validation_reuse(50, 100, spread=1.0)
        self.assertIsNone(found.needed)
        self.assertIn("looks 0.22 better", str(found))

    def test_the_same_models_have_no_luck(self):
        found = evaluation.validation_reuse(50, 100, correlation=1.0)
        self.assertEqual(found.optimism, 0)


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("no_trials", (0, 100), {}, ValueError),
        ("no_examples", (10, 0), {}, ValueError),
        ("half", (1.5, 100), {}, TypeError),
        ("words", ("ten", 100), {}, TypeError),
        ("error", (10, 100, 1.5), {}, ValueError),
        ("error_nan", (10, 100, float("nan")), {}, ValueError),
        ("error_zero", (10, 100, 0), {}, ValueError),
        ("both", (10, 100, 0.1), {"spread": 1.0}, ValueError),
        ("spread", (10, 100), {"spread": -1}, ValueError),
        ("correlation", (10, 100), {"correlation": 2}, ValueError),
        ("at_most", (10, 100), {"at_most": 0}, ValueError),
        ("confidence", (10, 100), {"confidence": 95}, ValueError),
    )
    def test_arguments(self, arguments, options, kind):
        with self.assertRaisesRegex(kind, "To mend it"):
            evaluation.validation_reuse(*arguments, **options)


if __name__ == "__main__":
    absltest.main()
