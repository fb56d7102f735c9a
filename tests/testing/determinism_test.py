"""Tests that randomness in inference is found, and nothing else."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot import testing
from tests.debugging import kinds

HEALTHY = tuple((name,) for name in kinds.KINDS if name != "counting")


class AlwaysDrops(keras.Model):
    """Calls Dropout with `training=True`, whatever it is told."""

    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(4, name="hidden")
        self.dropout = layers.Dropout(0.01, name="monte_carlo")

    def call(self, x):
        return self.dropout(self.hidden(x), training=True)


class Remembers(layers.Layer):
    """Adds one to its outputs with each call."""

    def build(self, shape):
        self.count = self.add_weight(shape=(), trainable=False)

    def call(self, x):
        self.count.assign_add(1.0)
        return x + self.count


def sequential(*some):
    return keras.Sequential([keras.Input((6,)), layers.Dense(3), *some])


class DeterminismTest(parameterized.TestCase):
    @parameterized.parameters(*HEALTHY)
    def test_healthy_models_pass(self, kind):
        make, x, _ = kinds.KINDS[kind]
        self.assertIsNone(testing.assert_deterministic(make(), x))

    def test_takes_datasets(self):
        data = tf.data.Dataset.from_tensor_slices((kinds.X, kinds.Y)).batch(8)
        testing.assert_deterministic(kinds.block(), data)

    @parameterized.named_parameters(
        ("keras", AlwaysDrops, "'monte_carlo' (Dropout)"),
        (
            "tensorflow",
            lambda: sequential(
                layers.Lambda(
                    lambda x: x + tf.random.normal(tf.shape(x)), name="noise"
                )
            ),
            "'noise' (Lambda)",
        ),
        (
            "numpy",
            lambda: sequential(
                layers.Lambda(lambda x: x + np.random.normal(), name="noise")
            ),
            "'noise' (Lambda)",
        ),
        (
            "state",
            lambda: sequential(Remembers(name="counter"), layers.Dense(2)),
            "'counter' (Remembers)",
        ),
        ("own_generators", kinds.counting, "(Dense)"),
    )
    def test_names_the_layer_in_which_it_begins(self, make, layer):
        with self.assertRaises(AssertionError) as caught:
            testing.assert_deterministic(make(), kinds.X)
        message = str(caught.exception)
        self.assertIn(layer, message)
        self.assertIn("first in row ", message)
        self.assertIn("To mend it", message)

    def test_a_tolerance_is_heeded(self):
        model = sequential(layers.Lambda(lambda x: x + 1e-4 * np.random.rand()))
        testing.assert_deterministic(model, kinds.X, atol=1e-3)
        with self.assertRaisesRegex(AssertionError, "atol=1e-06"):
            testing.assert_deterministic(model, kinds.X, atol=1e-6)

    def test_what_is_wrong_with_arguments_is_said(self):
        with self.assertRaisesRegex(TypeError, "`model` must be a `keras.Mod"):
            testing.assert_deterministic("model", kinds.X)
        with self.assertRaisesRegex(ValueError, "`atol` must be a number"):
            testing.assert_deterministic(kinds.block(), kinds.X, atol=-1)
        with self.assertRaisesRegex(ValueError, "must run on rows of `x`"):
            testing.assert_deterministic(kinds.block(), kinds.X[:, :3])


if __name__ == "__main__":
    absltest.main()
