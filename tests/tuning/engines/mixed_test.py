"""Ours beside keras-tuner's own: chief and workers."""

import os
import subprocess
import sys
import tempfile
import threading

from absl.testing import absltest
from keras_tuner.src.distribute import oracle_chief

from tests.tuning.engines import support

# A program as keras-tuner's users have it: the environment says the role.
PLAIN = """
import sys
import keras_tuner

class Search(keras_tuner.RandomSearch):
    def run_trial(self, trial, **options):
        kind = trial.hyperparameters.Choice("kind", ["a", "b"])
        return float(trial.hyperparameters.Int("units", 1, 1000))

hp = keras_tuner.HyperParameters()
hp.Choice("kind", ["a", "b"])
hp.Int("units", 1, 1000)
tuner = Search(
    objective=keras_tuner.Objective("score", "min"), hyperparameters=hp,
    max_trials=4, directory=sys.argv[1], project_name="worker")
tuner.search(verbose=0)
"""


class MixedTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.address = support.address()

    def test_our_chief_and_their_worker(self):
        oracle = support.oracle(self.folder, max_trials=4)
        serving = support.Serving(oracle, self.address)
        with support.environment(self.address, "plain"):
            done = subprocess.run(
                [sys.executable, "-c", PLAIN, self.folder],
                capture_output=True,
                text=True,
                env=dict(os.environ),
                timeout=60,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        serving.join(10.0)
        self.assertFalse(serving.is_alive())
        self.assertLen(oracle.end_order, 4)
        for trial in oracle.trials.values():
            self.assertEqual(trial.status, "COMPLETED")
            self.assertEqual(trial.score, trial.hyperparameters.get("units"))

    def test_their_chief_and_our_worker(self):
        oracle = support.oracle(self.folder, max_trials=4)
        with support.environment(self.address, "chief"):
            chief = threading.Thread(
                target=oracle_chief.start_server, args=[oracle], daemon=True
            )
            chief.start()
            self.assertTrue(support.until(chief.is_alive))
            with support.worker(self.address, grace=20.0) as worker:
                done = support.work_off(worker)
                self.assertIsNone(worker.heartbeat)
        self.assertEqual(done, ["0", "1", "2", "3"])
        chief.join(10.0)
        self.assertFalse(chief.is_alive())


if __name__ == "__main__":
    absltest.main()
