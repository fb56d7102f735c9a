from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.coarse import planning
from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle


class CheckingTest(parameterized.TestCase):
    @parameterized.parameters(
        ("max_trials", 0, ValueError),
        ("max_trials", 10.5, TypeError),
        ("seed", -1, ValueError),
        ("rounds", 0, ValueError),
        ("rounds", True, TypeError),
        ("rounds", 30, ValueError),
        ("keep", 1, ValueError),
        ("keep", None, TypeError),
        ("first_share", 0.0, ValueError),
        ("first_share", 1.0, ValueError),
        ("first_share", "half", TypeError),
        ("then", "random", ValueError),
    )
    def test_bad_arguments(self, name, value, error):
        with self.assertRaisesRegex(error, f"`{name}` must .*To mend it"):
            CoarseToFineOracle("val_loss", **{"max_trials": 100, name: value})

    @parameterized.product(
        trials=(1, 5, 10, 23, 100, 1000), share=(0.01, 0.2, 0.9)
    )
    def test_plans_use_all_trials(self, trials, share):
        sizes = planning.plan(trials, None, share)
        self.assertEqual(sum(sizes), trials)
        self.assertGreaterEqual(min(sizes), min(4, trials))

    def test_a_model_is_left_most_of_the_trials(self):
        for trials in (20, 30, 60, 100):
            sizes = planning.plan_before_model(trials, None, 0.2)
            self.assertLessEqual(sum(sizes), 0.6 * trials)

    def test_no_limit(self):
        self.assertEqual(planning.plan(None, None, 0.2), [20] * 5)


if __name__ == "__main__":
    absltest.main()
