"""`TeamTuner`: keras-tuner's own way to search on several machines."""

import tempfile
import threading

import keras_tuner
from absl.testing import absltest

from keras_troubleshoot.tuning.engines import client
from keras_troubleshoot.tuning.engines import tuner
from tests.tuning.engines import support


class Search(tuner.TeamTuner):
    def run_trial(self, trial, *data, **options):
        return float(trial.hyperparameters.get("units"))


class TeamTunerTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def tuner(self, name="search"):
        oracle = support.RandomOracle(
            keras_tuner.Objective("score", "min"),
            max_trials=4,
            hyperparameters=support.space(),
            seed=1,
        )
        return Search(oracle, directory=self.folder, project_name=name)

    def test_alone(self):
        alone = self.tuner()
        alone.search(verbose=0)
        self.assertLen(alone.oracle.end_order, 4)

    def test_a_chief_and_a_worker(self):
        address = support.address()
        with support.environment(address, "chief"):
            chief = self.tuner()
            thread = threading.Thread(
                target=lambda: chief.search(verbose=0), daemon=True
            )
            thread.start()
            self.assertTrue(support.until(lambda: chief.oracle.verbose == 0))
            with support.worker(address) as other:
                other.get_space()
        with support.environment(address, "worker"):
            worker = self.tuner("elsewhere")
            self.assertIsInstance(worker.oracle, client.Client)
            worker.search(verbose=0)
            thread.join(10.0)
        self.assertFalse(thread.is_alive())
        for trial in chief.oracle.trials.values():
            self.assertEqual(trial.status, "COMPLETED")
            self.assertEqual(trial.score, trial.hyperparameters.get("units"))
        self.assertLen(chief.oracle.end_order, 4)


if __name__ == "__main__":
    absltest.main()
