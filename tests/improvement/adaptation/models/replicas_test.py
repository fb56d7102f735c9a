"""Tests of training on two replicas."""

import json
import os
import pathlib
import subprocess
import sys

from absl.testing import absltest

import keras_troubleshoot as kts
from tests.improvement.adaptation.models import samples

ROOT = pathlib.Path(kts.__file__).parent.parent


class ReplicasTest(absltest.TestCase):
    def test_the_update_is_the_mean_gradient_of_the_half_batches(self):
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.improvement.adaptation.models.replicas",
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        found = json.loads(ran.stdout.splitlines()[-1])
        self.assertContainsSubset(samples.ALIGNERS.keys(), found.keys())
        self.assertLen(found, len(samples.ALIGNERS) + 3)
        for name, (apart, size, steps) in found.items():
            with self.subTest(name):
                self.assertLess(apart, 1e-5)
                self.assertGreater(size, 1e-4)
                self.assertEqual(steps, 4)


if __name__ == "__main__":
    absltest.main()
