"""What the tests of a coarse-to-fine search share."""

import json
import tempfile

import keras_tuner
from absl.testing import parameterized

from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle
from tests.tuning.coarse import problems


def told(values):
    return [json.dumps(v, sort_keys=True) for v in values]


def record(oracle, number, values, score, status="COMPLETED"):
    hp = oracle.get_space()
    hp.values = values
    name = f"{number:02d}"
    trial = keras_tuner.engine.trial.Trial(hp, name, status)
    trial.score = score
    oracle.trials[name] = trial
    if status != "RUNNING":
        oracle.end_order.append(name)
    return trial


class Case(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def search(self, cost=problems.mixed, folder="", **options):
        options = {"max_trials": 24, "seed": 3, **options}
        return problems.Search(cost, self.folder + "/" + folder, **options)

    def oracle(self, cost=problems.mixed, **options):
        return CoarseToFineOracle(
            keras_tuner.Objective("score", "min"),
            hyperparameters=problems.space_of(cost),
            **{"max_trials": 40, "seed": 3, **options},
        )
