"""Two replicas: the weights are the same, and the record is of the whole."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
from absl.testing import absltest

import keras_troubleshoot

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent
RATE = 0.05
# Only the recorder: a tripwire takes the step where it cannot see it.
ALONE = """
import tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)
from tests.debugging import mirrored
recorder = mirrored.Recorder(every=1)
mirrored.fitted(mirrored.OPTIMIZERS["sgd"], mirrored.X, recorder)
trace = recorder.trace
moves = trace.update * trace.weight
print(mirrored.json.dumps([trace.gradient.tolist(), moves.tolist()]))
"""


def told(*arguments):
    """What a program prints as JSON, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-3000:])
    return json.loads(ran.stdout.splitlines()[-1])


class ReplicasTest(absltest.TestCase):
    def test_with_recorder_and_tripwire(self):
        found = told("-m", "tests.debugging.mirrored", "scaled")
        self.assertTrue(found["identical"])
        self.assertFalse(found["tripped"])
        # Two epochs of four batches.
        self.assertEqual(found["steps"], list(range(8)))
        means = np.reshape(found["trace_loss"], (2, 4)).mean(axis=1)
        np.testing.assert_allclose(means, found["losses"], rtol=1e-5)
        # Unknown is better than that of one replica.
        self.assertTrue(np.isnan(found["gradient"]).all())
        self.assertTrue((np.array(found["update"]) > 0).all())
        # The bad row, 40, is in the third batch of 16.
        self.assertEqual(found["caught"], [True, 2])
        self.assertTrue(found["batch"])
        self.assertTrue(found["finite"])

    def test_gradients_are_those_of_the_whole_batch(self):
        gradients, moves = told("-c", ALONE)
        self.assertLen(gradients, 8)
        # Plain descent moves by the rate times the gradient of all replicas.
        np.testing.assert_allclose(moves, RATE * np.array(gradients), rtol=1e-3)


if __name__ == "__main__":
    absltest.main()
