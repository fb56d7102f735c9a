import math
import tempfile

import keras_tuner
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle
from keras_troubleshoot.tuning.by_hand import checking
from keras_troubleshoot.tuning.by_hand import recording
from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle
from tests.tuning.looking import support

ADAM = {"learning_rate": 0.01, "optimizer": "adam", "units": 8, "flag": True}
ADAM["seed"] = 3
ORACLES = (
    ("coarse", CoarseToFineOracle),
    ("bayesian", BayesianOptimizationOracle),
    ("random", keras_tuner.oracles.RandomSearchOracle),
    ("theirs", keras_tuner.oracles.BayesianOptimizationOracle),
    ("hyperband", keras_tuner.oracles.HyperbandOracle),
)


def small():
    hp = keras_tuner.HyperParameters()
    hp.Choice("kind", ["a", "b", "c"])
    return hp


class RecordTest(parameterized.TestCase):
    @parameterized.named_parameters(*ORACLES)
    def test_a_recorded_trial_is_one_of_its_own(self, kind):
        """The private methods of keras-tuner do what we need of them."""
        folder = self.enter_context(tempfile.TemporaryDirectory())

        def made():
            held = kind(
                keras_tuner.Objective("val_loss", "min"),
                hyperparameters=small(),
                seed=1,
            )
            held._set_project_dir(folder, "search")
            return held

        held = made()
        by_epoch = {"val_loss": {0: 3.0, 1: 2.0, 2: 2.5}, "mae": {2: 1.0}}
        first = recording.record(held, {"kind": "a"}, by_epoch)
        recording.record(held, {"kind": "b"}, {}, failed=True, message="Boom")
        held.save()
        self.assertEqual((first.score, first.best_step), (2.0, 1))
        again = made()
        again.reload()
        self.assertEqual(sorted(again.trials), list(held.trials))
        self.assertEqual(again.end_order, held.start_order)
        trial = again.trials[first.trial_id]
        self.assertEqual((trial.score, trial.status), (2.0, "COMPLETED"))
        self.assertEqual(trial.metrics.get_best_value("mae"), 1.0)
        self.assertEqual(again.get_best_trials()[0].score, 2.0)
        # It knows the values, and hands out the third.
        if kind is not keras_tuner.oracles.HyperbandOracle:
            told = again.create_trial("tuner")
            self.assertEqual(told.hyperparameters.values, {"kind": "c"})
            self.assertNotIn(told.trial_id, held.trials)

    @parameterized.named_parameters(("nan", math.nan), ("inf", math.inf))
    def test_diverged(self, score):
        ours = CoarseToFineOracle("val_loss", hyperparameters=small())
        trial = recording.record(ours, {"kind": "a"}, {"val_loss": {0: score}})
        self.assertEqual((trial.status, trial.score), ("COMPLETED", math.inf))

    def test_what_keras_tuner_takes_as_a_failure(self):
        held = support.oracle()
        trial = recording.record(held, ADAM, {"val_loss": {0: math.nan}})
        self.assertEqual(trial.status, "FAILED")

    def test_a_score_that_is_not_the_best_step(self):
        held = support.oracle()
        by_step = {"val_loss": {0: 1.0, 3: 2.0}}
        trial = recording.record(held, ADAM, by_step, score=2.0)
        self.assertEqual((trial.score, trial.best_step), (2.0, 3))

    def test_a_grid_search_is_refused(self):
        with self.assertRaisesRegex(TypeError, "a grid search"):
            recording.require_recordable(
                keras_tuner.oracles.GridSearchOracle("val_loss")
            )
        several = keras_tuner.oracles.RandomSearchOracle(["loss", "val_loss"])
        with self.assertRaisesRegex(TypeError, "several objectives"):
            recording.require_recordable(several)


class CheckedTest(parameterized.TestCase):
    def test_what_is_left_out_takes_its_default(self):
        space = support.space().space
        made = checking.checked(space, {"optimizer": "sgd", "units": 64.0})
        expected = {
            "learning_rate": 1e-4,
            "optimizer": "sgd",
            "momentum": 0.0,
            "units": 64,
            "flag": False,
            "seed": 3,
        }
        self.assertEqual(made, expected)
        self.assertIs(type(made["units"]), int)

    @parameterized.named_parameters(
        ("name", {"learning_rat": 0.1}, "write 'learning_rate'"),
        ("strange", {"xyz": 0.1}, "name among learning_rate, optimizer"),
        ("above", {"learning_rate": 5}, "between 0.0001 and 1, received"),
        ("nan", {"learning_rate": math.nan}, "must lie between"),
        ("part", {"units": 8.5}, "must be a whole number"),
        ("choice", {"optimizer": "lion"}, "'adam' or 'sgd', received"),
        ("bool", {"flag": 1}, "True or False"),
        ("fixed", {"seed": 4}, "must be 3, received"),
        ("off", {"momentum": 0.5}, "only where optimizer is sgd"),
    )
    def test_a_value_that_will_not_do(self, values, told):
        with self.assertRaisesRegex(ValueError, told):
            checking.checked(support.space().space, values)

    @parameterized.parameters(({"units": "8"},), (None,), ([1, 2],))
    def test_what_is_no_value(self, values):
        with self.assertRaisesRegex(TypeError, "To mend it"):
            checking.checked(support.space().space, values)


if __name__ == "__main__":
    absltest.main()
