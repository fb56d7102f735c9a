"""`scratch`: private folders."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from unittest import mock

from absl.testing import absltest

from keras_troubleshoot.tuning.engines import scratch

HOLDING = """
import time
from keras_troubleshoot.tuning.engines import scratch
with scratch.private_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


class ScratchTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.place = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(mock.patch.object(tempfile, "tempdir", self.place))

    def test_private_and_removed(self):
        with scratch.private_folder() as folder:
            mode = stat.S_IMODE(os.stat(folder).st_mode)
            self.assertEqual(mode, 0o700)
        self.assertEmpty(os.listdir(self.place))

    def test_those_of_the_dead_are_removed_and_of_the_living_not(self):
        path = {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": self.place}
        holding = subprocess.Popen(
            [sys.executable, "-c", HOLDING],
            env={**os.environ, **path},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(holding.kill)
        with holding.stdout:
            folder = holding.stdout.readline().strip()
        with scratch.private_folder():
            self.assertTrue(os.path.isdir(folder))
        holding.send_signal(signal.SIGKILL)
        holding.wait(10)
        self.assertTrue(os.path.isdir(folder))
        with scratch.private_folder():
            self.assertFalse(os.path.isdir(folder))


if __name__ == "__main__":
    absltest.main()
