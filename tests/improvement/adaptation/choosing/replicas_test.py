"""Tests of `TargetValidation` on two replicas."""

import json
import os
import pathlib
import subprocess
import sys

from absl.testing import absltest

import keras_troubleshoot as kts

ROOT = pathlib.Path(kts.__file__).parent.parent


class ReplicasTest(absltest.TestCase):
    def test_it_judges_the_model_and_changes_nothing(self):
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.improvement.adaptation.choosing.replicas",
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        found = json.loads(ran.stdout.splitlines()[-1])
        self.assertTrue(found["same"])
        self.assertEqual(found["history"]["epoch"], [0, 1, 2])
        for name, score in found["told"].items():
            with self.subTest(name):
                self.assertAlmostEqual(found["history"][name][-1], score, 4)
        self.assertAlmostEqual(found["restored"], min(found["risks"]), 4)


if __name__ == "__main__":
    absltest.main()
