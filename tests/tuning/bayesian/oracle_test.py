import math
import tempfile

import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle
from keras_troubleshoot.tuning.bayesian.tuner import BayesianOptimization


def declare(hp):
    hp.Float("rate", 1e-5, 1.0, sampling="log")
    hp.Int("layers", 1, 4)
    with hp.conditional_scope("layers", [3, 4]):
        hp.Float("dropout", 0.0, 0.5, step=0.1)
    return hp


def loss(values):
    if values["rate"] > 0.1:
        return math.inf
    away = abs(math.log10(values["rate"]) + 3) / 5
    return away + abs(values["layers"] - 3) / 4 + values.get("dropout", 0.2)


class Fake(BayesianOptimization):
    """Trials of no model; after `lives` of them the process is killed."""

    lives = math.inf
    score = staticmethod(loss)

    def run_trial(self, trial, *args, **kwargs):
        self.lives -= 1
        if self.lives < 0:
            raise KeyboardInterrupt
        declare(trial.hyperparameters)
        return self.score(trial.hyperparameters.values)


def known():
    return declare(keras_tuner.HyperParameters())


def trials(tuner):
    oracle = tuner.oracle
    return [oracle.trials[name] for name in oracle.start_order]


def configurations(tuner):
    return [trial.hyperparameters.values for trial in trials(tuner)]


class OracleTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def tuner(self, name="tuned", kind=Fake, **options):
        options = {"max_trials": 15, "seed": 1, **options}
        tuner = kind(directory=self.folder, project_name=name, **options)
        tuner.oracle.verbose = 0
        return tuner

    def test_it_finds_the_best_of_a_space_that_registers_late(self):
        tuner = self.tuner(max_trials=25)
        tuner.search(verbose=0)
        best = tuner.get_best_hyperparameters()[0]
        self.assertLess(loss(best.values), 0.25)
        seen = [str(values) for values in configurations(tuner)]
        self.assertLen(set(seen), 25)

    @parameterized.named_parameters(("first_round", 3), ("by_model", 11))
    def test_resumed_it_goes_on_as_it_would_have(self, lives):
        whole = self.tuner("whole", hyperparameters=known())
        whole.search(verbose=0)
        killed = self.tuner("killed", hyperparameters=known())
        killed.lives = lives
        with self.assertRaises(KeyboardInterrupt):
            killed.search(verbose=0)
        resumed = self.tuner("killed", hyperparameters=known())
        resumed.search(verbose=0)
        self.assertEqual(configurations(resumed), configurations(whole))

    def test_failures_are_avoided(self):
        tuner = self.tuner(
            max_trials=30,
            max_consecutive_failed_trials=30,
            hyperparameters=known(),
        )

        def score(values):
            if values["rate"] > 0.1:
                raise keras_tuner.errors.FailedTrialError("out of memory")
            return loss(values)

        tuner.score = score
        tuner.search(verbose=0)
        failed = [trial.status == "FAILED" for trial in trials(tuner)]
        self.assertGreater(sum(failed[:6]), 0)
        self.assertLess(sum(failed[6:]), 5)
        self.assertLen(failed, 30)

    @parameterized.named_parameters(
        ("nan", "min", math.nan),
        ("infinite", "min", math.inf),
        ("too_good", "min", -math.inf),
        ("infinite_to_maximize", "max", math.inf),
    )
    def test_what_diverged_is_no_failure_but_the_worst(self, direction, bad):
        tuner = self.tuner(
            objective=keras_tuner.Objective("score", direction),
            max_retries_per_trial=2,
            num_initial_points=8,
            hyperparameters=known(),
        )
        calls = []

        def score(values):
            calls.append(values)
            # The first five in a row, more than the failures that end all.
            wild = len(calls) <= 5 or values["rate"] > 0.1
            sign = 1 if direction == "min" else -1
            return {"score": bad if wild else sign * loss(values)}

        tuner.score = score
        tuner.search(verbose=0)
        self.assertLen(calls, 15)
        best = tuner.oracle.get_best_trials(15)
        self.assertLen(best, 15)
        self.assertTrue(math.isfinite(best[0].score))
        self.assertFalse(math.isfinite(best[-1].score))

    def test_it_stops_where_all_is_tried(self):
        hp = keras_tuner.HyperParameters()
        hp.Choice("kind", ["a", "b", "c"])
        tuner = self.tuner(
            hyperparameters=hp, tune_new_entries=False, max_trials=20
        )
        tuner.score = lambda values: float(ord(values["kind"]))
        tuner.search(verbose=0)
        self.assertLen(trials(tuner), 3)

    def test_new_entries_keep_their_default_where_asked(self):
        hp = keras_tuner.HyperParameters()
        hp.Float("rate", 1e-5, 1.0, sampling="log")
        tuner = self.tuner(hyperparameters=hp, tune_new_entries=False)
        tuner.search(verbose=0)
        layers = {values["layers"] for values in configurations(tuner)}
        self.assertEqual(layers, {1})
        self.assertLen(trials(tuner), 15)

    def test_what_is_better_may_be_more(self):
        tuner = self.tuner(
            objective=keras_tuner.Objective("accuracy", "max"), max_trials=25
        )
        tuner.score = lambda values: {"accuracy": 1 - loss(values)}
        tuner.search(verbose=0)
        best = tuner.get_best_hyperparameters()[0]
        self.assertLess(loss(best.values), 0.25)

    def test_workers_get_trials_of_their_own(self):
        oracle = BayesianOptimizationOracle(
            keras_tuner.Objective("loss", "min"),
            max_trials=40,
            seed=0,
            hyperparameters=known(),
        )
        oracle.verbose = 0
        oracle._set_project_dir(self.folder, "shared")
        seen, running = [], []
        for number in range(40):
            worker = f"worker{number % 4}"
            if number >= 4:
                trial = running.pop(0)
                values = trial.hyperparameters.values
                oracle.update_trial(trial.trial_id, {"loss": loss(values)})
                trial.status = "COMPLETED"
                oracle.end_trial(trial)
            trial = oracle.create_trial(worker)
            self.assertEqual(trial.status, "RUNNING")
            running.append(trial)
            seen.append(str(sorted(trial.hyperparameters.values.items())))
        self.assertLen(set(seen), 40)
        best = oracle.get_best_trials()[0]
        self.assertLess(loss(best.hyperparameters.values), 0.25)

    def test_a_worker_waits_while_the_space_may_grow(self):
        oracle = BayesianOptimizationOracle("val_loss", seed=0)
        oracle.verbose = 0
        oracle._set_project_dir(self.folder, "shared")
        self.assertEqual(oracle.create_trial("one").status, "RUNNING")
        self.assertEqual(oracle.create_trial("two").status, "IDLE")

    def test_seeds(self):
        def first(seed):
            oracle = BayesianOptimizationOracle(
                "val_loss", seed=seed, hyperparameters=known()
            )
            return oracle.populate_space("0")["values"]

        self.assertEqual(first(0), first(0))
        self.assertEqual(first(np.int64(3)), first(3))
        self.assertNotEqual(first(0), first(3))

    def test_the_state_keeps_the_first_round(self):
        oracle = BayesianOptimizationOracle("val_loss", num_initial_points=7)
        other = BayesianOptimizationOracle("val_loss")
        other.set_state(oracle.get_state())
        self.assertEqual(other.num_initial_points, 7)

    @parameterized.named_parameters(
        ("trials", {"max_trials": 0}, ValueError, "max_trials=0"),
        ("part", {"max_trials": 1.5}, TypeError, "max_trials=1.5"),
        (
            "points",
            {"num_initial_points": -1},
            ValueError,
            "num_initial_points=-1",
        ),
        ("seed", {"seed": -3}, ValueError, "seed=-3"),
        ("word", {"seed": "a"}, TypeError, "seed='a'"),
    )
    def test_arguments_that_will_not_do(self, options, error, told):
        with self.assertRaisesRegex(error, told):
            BayesianOptimizationOracle("val_loss", **options)


if __name__ == "__main__":
    absltest.main()
