import math

import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.tuning.coarse import problems
from tests.tuning.coarse import support


class SearchTest(support.Case):
    def test_it_finds_better_than_at_random(self):
        tuner = self.search(max_trials=48)
        tuner.run()
        rng = np.random.default_rng(0)
        space = problems.space_of(problems.mixed).space
        costs = []
        for _ in range(576):
            hp = keras_tuner.HyperParameters()
            for one in space:
                hp.values[one.name] = one.prob_to_value(rng.random())
            costs.append(problems.mixed(hp))
        best = tuner.oracle.get_best_trials()[0].score
        random_best = np.min(np.reshape(costs, (12, 48)), axis=1).mean()
        self.assertLess(best, 0.7 * random_best)
        rate = tuner.rounds[-1].spans["rate"]
        self.assertLess(rate.width, 0.6)
        self.assertBetween(0.4, rate.low, rate.high)

    def test_every_value_is_one_of_its_hyperparameter(self):
        tuner = self.search()
        for values in tuner.run():
            self.assertBetween(values["rate"], 1e-5, 1.0)
            self.assertIn(values["units"], range(8, 513))
            self.assertBetween(values["decay"], 0.5, 0.999)
            self.assertAlmostEqual(
                values["dropout"] * 10, round(values["dropout"] * 10)
            )
            self.assertEqual("momentum" in values, values["optimizer"] == "sgd")

    @parameterized.parameters("min", "max")
    def test_objective(self, direction):
        def cost(hp):
            score = hp.Float("x", 0, 1)
            return {"s": score}

        tuner = self.search(
            cost,
            objective=keras_tuner.Objective("s", direction),
            max_trials=40,
        )
        tuner.run()
        best = tuner.get_best_hyperparameters()[0]["x"]
        self.assertAlmostEqual(best, float(direction == "max"), delta=0.1)
        (warned,) = tuner.made.warnings()
        self.assertIn("upper" if direction == "max" else "lower", warned)
        self.assertIn(warned, tuner.explain())

    @parameterized.parameters(
        ("min", math.nan),
        ("min", math.inf),
        ("min", -math.inf),
        ("max", math.nan),
        ("max", math.inf),
        ("max", -math.inf),
    )
    def test_what_diverges_is_the_worst(self, direction, bad):
        runs = []

        def cost(hp):
            x = hp.Float("x", 0, 1)
            runs.append(x)
            return {"s": bad if x > 0.5 else (x if direction == "max" else -x)}

        tuner = self.search(
            cost,
            objective=keras_tuner.Objective("s", direction),
            max_retries_per_trial=2,
        )
        values = tuner.run()
        # None ran twice, and the search did not end.
        self.assertLen(runs, 24)
        self.assertLen(values, 24)
        best = tuner.oracle.get_best_trials(24)
        self.assertBetween(best[0].hyperparameters["x"], 0.42, 0.5)
        self.assertGreater(best[-1].hyperparameters["x"], 0.5)
        self.assertLess(tuner.rounds[-1].spans["x"].width, 1)

    def test_all_diverge(self):
        values = self.search(lambda hp: math.nan * hp.Float("x", 0, 1)).run()
        self.assertLen(set(support.told(values)), 24)

    def test_failures_are_not_the_best(self):
        def cost(hp):
            x = hp.Float("x", 0, 1)
            if x > 0.6:
                raise ValueError("too large")
            return -x

        tuner = self.search(cost, max_consecutive_failed_trials=30)
        self.assertLen(tuner.run(), 24)
        best = tuner.oracle.get_best_trials()[0]
        self.assertAlmostEqual(best.score, -0.6, delta=0.05)
        tuner = self.search(cost, "few", max_consecutive_failed_trials=1)
        with self.assertRaisesRegex(RuntimeError, "consecutive failures"):
            tuner.run()

    def test_never_a_duplicate_and_the_end(self):
        tuner = self.search(problems.small, max_trials=50)
        values = tuner.run()
        self.assertLen(set(support.told(values)), 12)
        self.assertLen(values, 12)

    def test_no_duplicate_where_few_are_left(self):
        def cost(hp):
            return abs(hp.Int("a", 0, 9) - 7) + hp.Choice("b", [0, 1, 2])

        values = self.search(cost, max_trials=30, rounds=6).run()
        self.assertLen(set(support.told(values)), 30)

    def test_digits_lost_on_the_way_make_no_duplicate(self):
        oracle = self.oracle(lambda hp: hp.Float("x", 0, 1, step=0.1))
        for number in range(11):
            found = oracle.populate_space(str(number))
            x = float(np.float32(found["values"]["x"]))
            support.record(oracle, number, {"x": x}, x)
        self.assertEqual(oracle.populate_space("11")["status"], "STOPPED")


if __name__ == "__main__":
    absltest.main()
