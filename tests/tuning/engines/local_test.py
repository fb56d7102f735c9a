"""`local.search`: workers that are processes of this machine."""

import os
import tempfile
from unittest import mock

from absl.testing import absltest

from keras_troubleshoot.tuning.engines import local
from tests.tuning.engines import sleeping
from tests.tuning.engines import support


class Unreadable:
    """Can be written, and not be read."""

    objective = None

    def __reduce__(self):
        return int, ("no number",)


class LocalTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.marks = self.enterContext(tempfile.TemporaryDirectory())
        self.lines = []

    def search(self, oracle, hypermodel, workers, **options):
        work = sleeping.work(oracle, hypermodel)
        return local.search(
            oracle, work, workers, tell=self.lines.append, **options
        )

    def processes(self):
        """How many trials each process trained."""
        marks = [name.split("-")[2] for name in os.listdir(self.marks)]
        return [marks.count(process) for process in set(marks)]

    def test_workers_that_are_renewed_and_trials_that_kill(self):
        oracle = support.oracle(self.folder, max_trials=5)
        # Of the second and third trial of this seed.
        kills = {237: 99, 324: 1}
        hypermodel = sleeping.Sleeping(marks=self.marks, kills=kills)
        calls = []
        done = self.search(
            oracle,
            hypermodel,
            2,
            trials_each=2,
            watch=lambda: calls.append(None),
        )
        self.assertEqual(done, 7)
        self.assertNotEmpty(calls)
        self.assertLessEqual(max(self.processes()), 2)
        self.assertLen(self.lines, 3)
        ended = {
            trial.hyperparameters.get("units"): trial
            for trial in oracle.trials.values()
        }
        self.assertLen(ended, 5)
        failed = ended.pop(237)
        self.assertEqual(failed.status, "FAILED")
        self.assertIn("killed by signal 9, perhaps", failed.message)
        for units, trial in ended.items():
            self.assertEqual(trial.status, "COMPLETED")
            self.assertEqual(trial.score, units)
        # There is nothing left to do: no process is started.
        self.assertEqual(self.search(oracle, hypermodel, 2), 0)

    def test_workers_that_do_not_start(self):
        oracle = support.oracle(self.folder)
        with self.assertRaisesRegex(RuntimeError, "do not start") as caught:
            local.search(oracle, Unreadable(), 1)
        self.assertIn("exit code 1", str(caught.exception))
        self.assertIn("'no number'", str(caught.exception))

    def test_no_room_for_the_data(self):
        oracle = support.oracle(self.folder)
        full = OSError(28, "No space left on device")
        with mock.patch.object(local.payload, "write", side_effect=full):
            with self.assertRaisesRegex(RuntimeError, "TMPDIR"):
                local.search(oracle, None, 1)

    def test_where_the_chief_is(self):
        self.assertEqual(local.address_in("/tmp/x"), "unix:/tmp/x/chief")
        self.assertRegex(
            local.address_in("/tmp/" + 100 * "x"), r"^127\.0\.0\.1:\d+$"
        )

    def test_bad_input(self):
        oracle = support.oracle(self.folder)
        wrong = {ValueError: (0, -1), TypeError: (1.5, True, "2")}
        for kind, values in wrong.items():
            for workers in values:
                with self.assertRaisesRegex(kind, "`workers` must be"):
                    local.search(oracle, None, workers)
        with self.assertRaisesRegex(ValueError, "`trials_each` must be"):
            local.search(oracle, None, 1, trials_each=0)


if __name__ == "__main__":
    absltest.main()
