"""A search with worker processes is killed, interrupted, and goes on."""

import os
import signal
import subprocess
import sys
import tempfile

from absl.testing import absltest

from keras_troubleshoot.tuning.engines import local
from tests.tuning.engines import sleeping
from tests.tuning.engines import support

# Started in the background by a shell, it would ignore Ctrl-C.
PARENT = """
import signal
import sys
from keras_troubleshoot.tuning.engines import local
from tests.tuning.engines import sleeping
from tests.tuning.engines import support

signal.signal(signal.SIGINT, signal.default_int_handler)
oracle = support.oracle(sys.argv[1], max_trials=6)
hypermodel = sleeping.Sleeping(seconds=1.0, marks=sys.argv[2])
try:
    local.search(oracle, sleeping.work(oracle, hypermodel), 2)
except KeyboardInterrupt:
    sys.exit(130)
"""


def alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class EndingTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.marks = self.enterContext(tempfile.TemporaryDirectory())

    def start(self):
        path = {"PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(
            [sys.executable, "-c", PARENT, self.folder, self.marks],
            env={**os.environ, **path},
            stderr=subprocess.DEVNULL,
        )

    def workers(self):
        """The processes that trained anything."""
        return {int(n.split("-")[2]) for n in os.listdir(self.marks)}

    def end(self, number, trained):
        """Ends a search with a signal when it has trained so many."""
        parent = self.start()
        self.addCleanup(parent.kill)
        self.assertTrue(
            support.until(lambda: len(os.listdir(self.marks)) >= trained, 60)
        )
        parent.send_signal(number)
        code = parent.wait(10)
        self.assertTrue(
            support.until(lambda: not any(map(alive, self.workers())))
        )
        return code

    def test_killed_and_interrupted_and_resumed(self):
        self.assertEqual(self.end(signal.SIGKILL, 3), -signal.SIGKILL)
        oracle = support.oracle(self.folder, max_trials=6)
        ended = list(oracle.end_order)
        self.assertNotEmpty(ended)
        self.assertEqual(self.end(signal.SIGINT, 6), 130)
        oracle = support.oracle(self.folder, max_trials=6)
        self.assertContainsSubset(ended, oracle.end_order)
        hypermodel = sleeping.Sleeping(marks=self.marks)
        local.search(oracle, sleeping.work(oracle, hypermodel), 1)
        self.assertLen(oracle.end_order, 6)
        values = {
            t.hyperparameters.get("units") for t in oracle.trials.values()
        }
        self.assertLen(values, 6)
        # What was under way was trained again, nothing else.
        self.assertLessEqual(len(os.listdir(self.marks)), 6 + 2 * 2)


if __name__ == "__main__":
    absltest.main()
