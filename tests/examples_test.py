"""The examples run as they stand, and say what they should."""

import os
import pathlib
import subprocess
import sys
import tempfile

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
        ("errors", "analyze_errors.py", [], 0, "tag: night"),
        ("terms", "decompose_error.py", [], 0, "Test error"),
        (
            "tree",
            "troubleshoot_digits.py",
            ["--epochs=6", "--seconds=5", "--html="],
            0,
            "improve:",
        ),
        ("images", "start_with_images.py", [], 0, "From a LeNet to a ResNet"),
        ("tables", "start_with_tables.py", [], 0, "Test error of a line"),
        (
            "sequences",
            "start_with_sequences.py",
            ["--builder=temporal_conv"],
            0,
            "1.000 is reachable",
        ),
        ("text", "start_with_text.py", [], 0, "Accuracy on the test lines"),
        (
            "several",
            "start_with_several_inputs.py",
            ["--rows=300"],
            0,
            "Accuracy of row alone",
        ),
        (
            "tune_mlp",
            "tune_mlp.py",
            ["--trials=4", "--seeds=0"],
            0,
            "Accuracy on the test images",
        ),
        (
            "tune_distributed",
            "tune_distributed.py",
            ["--trials=2"],
            0,
            "Best: trial",
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
        self.run_example(name, ["--epochs=1", *arguments], code, told)

    @parameterized.named_parameters(
        (
            "learning_rate",
            "find_learning_rate.py",
            ["--epochs=1", "--passes=2"],
            0,
            "Suggested rate",
        ),
        (
            "adapt_digits",
            "adapt_digits.py",
            ["--candidates=coral", "--steps=60"],
            0,
            "Accuracy on the target, coral",
        ),
        (
            "adapt_reviews",
            "adapt_reviews.py",
            ["--epochs=2"],
            0,
            "Accuracy on the target, aligned by MMD",
        ),
        (
            "cyclegan",
            "cyclegan_digits.py",
            ["--epochs=2"],
            0,
            "trained on translated ones",
        ),
        ("compare", "compare_implementations.py", [], 0, "Both agree"),
        (
            "compare_finds",
            "compare_implementations.py",
            ["--epsilon=0.001"],
            1,
            "Likely cause: epsilon",
        ),
        ("overfit", "overfit_one_batch.py", [], 0, "converged"),
        (
            "overfit_finds",
            "overfit_one_batch.py",
            ["--steps=300", "--learning_rate=30", "--optimizer=SGD"],
            1,
            "helps   the rate that a range test suggests",
        ),
    )
    def test_experiment(self, name, arguments, code, told):
        self.run_example(name, arguments, code, told)

    def run_example(self, name, arguments, code, told):
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run(
                [sys.executable, ROOT / "examples" / name, *arguments],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertIn(told, ran.stdout)


if __name__ == "__main__":
    absltest.main()
