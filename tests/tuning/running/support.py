"""Oracles and searches that several tests share."""

import os
import tempfile

import keras
import keras_tuner
import numpy as np
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle
from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle
from keras_troubleshoot.tuning.running import keeping
from keras_troubleshoot.tuning.running.grid import GridOracle

ORACLES = {
    "coarse": CoarseToFineOracle,
    "bayesian": BayesianOptimizationOracle,
    "random": keeping.kept(keras_tuner.oracles.RandomSearchOracle),
    "grid": GridOracle,
}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3)).astype("float32")
Y = X.sum(axis=1)
TRAIN, VALIDATION, TEST = (
    (X[:30], Y[:30]),
    (X[30:45], Y[30:45]),
    (X[45:], Y[45:]),
)


def space():
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 0.0, 1.0, step=0.01)
    hp.Int("units", 1, 9)
    return hp


def build(hp):
    units = hp.Int("units", 1, 8)
    rate = hp.Float("rate", 1e-3, 0.1, sampling="log")
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(units), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def cost(trial):
    values = trial.hyperparameters.values
    return values["rate"] + 0.1 * values["units"]


class Case(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = made.name

    def oracle(self, kind="coarse", max_trials=12, **options):
        """A quiet oracle in the folder of the test."""
        made = ORACLES[kind](
            objective=keras_tuner.Objective("loss", "min"),
            max_trials=max_trials,
            seed=1,
            hyperparameters=space(),
            **options,
        )
        made.verbose = 0
        made._set_project_dir(self.folder, "search")
        return made

    def path(self, *names):
        return os.path.join(self.folder, "search", *names)

    def ran(self, oracle, count, score=cost):
        """Runs so many trials."""
        for _ in range(count):
            trial = oracle.create_trial("one")
            if trial.status != "RUNNING":
                break
            oracle.update_trial(trial.trial_id, {"loss": score(trial)})
            trial.status = "COMPLETED"
            oracle.end_trial(trial)
        return oracle


def values(oracle):
    """The values of each trial, by id."""
    return {
        name: dict(oracle.trials[name].hyperparameters.values)
        for name in sorted(oracle.trials)
    }
