"""Trials on two replicas."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from absl.testing import absltest

import keras_troubleshoot

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent


class ReplicasTest(absltest.TestCase):
    def test_replicas_change_nothing(self):
        ran = subprocess.run(
            [sys.executable, "-m", "tests.tuning.running.replicas"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        found = json.loads(ran.stdout.strip().splitlines()[-1])
        plain = found.pop("plain")
        self.assertEqual(plain["replicas"], 1)
        for name, one in found.items():
            with self.subTest(name):
                self.assertEqual(one["replicas"], 2)
                self.assertEmpty(one["failures"])
                np.testing.assert_allclose(
                    one["scores"], plain["scores"], rtol=1e-4
                )
                self.assertAlmostEqual(one["told"], one["best"], places=4)
        self.assertEqual(found["strategy"]["test"], 1)


if __name__ == "__main__":
    absltest.main()
