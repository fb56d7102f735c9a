"""The examples run as they stand, and say what they should."""

import os
import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent


class ExamplesTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("check", "check_before_training.py", [], 0, "Accuracy on the test"),
        (
            "check_finds",
            "check_before_training.py",
            ["--labels_from=1"],
            1,
            "labels-out-of-range",
        ),
        (
            "supervise",
            "supervise_training.py",
            ["--double_softmax"],
            0,
            "double-softmax",
        ),
        (
            "record_nan",
            "record_nan.py",
            ["--folder=", "--jit_compile"],
            0,
            "The weights are finite: True",
        ),
        (
            "record_nan_guarded",
            "record_nan.py",
            ["--folder=", "--least=0.1"],
            0,
            "All steps were finite",
        ),
    )
    def test_example(self, name, arguments, code, told):
        ran = subprocess.run(
            [
                sys.executable,
                ROOT / "examples" / name,
                "--epochs=1",
                *arguments,
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertIn(told, ran.stdout)


if __name__ == "__main__":
    absltest.main()
