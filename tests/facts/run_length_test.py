"""Tests of how long a run will be, beside what `fit` really does."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging import fit_arguments
from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import fit_call
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import run_length

X = np.zeros((101, 2), "float32")
Y = np.zeros((101, 1), "float32")


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 7

    def __getitem__(self, index):
        return X[:16], Y[:16]


def dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)


CASES = (
    ("arrays", {"x": X, "y": Y, "batch_size": 10, "epochs": 2}),
    ("usual_batch", {"x": X, "y": Y}),
    ("split", {"x": X, "y": Y, "batch_size": 10, "validation_split": 0.25}),
    ("chosen", {"x": X, "y": Y, "steps_per_epoch": 2, "epochs": 2}),
    ("later", {"x": X, "y": Y, "epochs": 3, "initial_epoch": 1}),
    ("dataset", {"x": dataset(), "epochs": 2}),
    ("repeated", {"x": dataset().repeat(), "steps_per_epoch": 3}),
    ("py_dataset", {"x": Batches()}),
)


def measured(arguments):
    x, y, weight, _ = fit_arguments.parts(arguments)
    return run_length.measure(
        fit_call.describe(arguments), data.profile(reading.read(x, y, weight))
    )


class MeasureTest(parameterized.TestCase):
    @parameterized.named_parameters(*CASES)
    def test_total(self, arguments):
        got = measured(arguments)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(verbose=0, **arguments)
        self.assertEqual(got.total, int(model.optimizer.iterations))

    def test_endless(self):
        got = measured({"x": dataset().repeat(), "steps_per_epoch": 3})
        self.assertEqual((got.batch, got.rows, got.chosen), (16, None, True))

    def test_unknown(self):
        self.assertIsNone(measured({"x": dataset().repeat()}).total)


if __name__ == "__main__":
    absltest.main()
