"""Dead and saturated shares, and which layers have them."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging.instrument import activations

RNG = np.random.default_rng(0)


class KindTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("dense", layers.Dense(2, "relu"), "relu"),
        ("conv", layers.Conv2D(2, 3, activation="sigmoid"), "sigmoid"),
        ("activation", layers.Activation("tanh"), "tanh"),
        ("relu", layers.ReLU(), "relu"),
        ("relu6", layers.Dense(2, "relu6"), "relu6"),
        ("elu", layers.ELU(), "elu"),
        ("leaky", layers.ReLU(negative_slope=0.1), None),
        ("steep", layers.ELU(alpha=2.0), None),
        ("linear", layers.Dense(2), None),
        ("softmax", layers.Dense(2, "softmax"), None),
        # Within, not at the end.
        ("recurrent", layers.LSTM(2), None),
        ("own", layers.Dense(2, lambda x: x), None),
        ("layer", layers.Dense(2, layers.ReLU()), None),
        ("pooling", layers.MaxPooling2D(), None),
    )
    def test_name(self, layer, name):
        self.assertEqual(activations.kind(layer), name)

    def test_one_that_only_is_called_the_same(self):
        def relu(x):
            return x

        self.assertIsNone(activations.kind(layers.Dense(2, relu)))

    def test_axis_of_the_units(self):
        self.assertEqual(activations.unit_axis(layers.Dense(2)), -1)
        for order, axis in (("channels_first", 1), ("channels_last", -1)):
            layer = layers.Conv2D(2, 3, data_format=order)
            self.assertEqual(activations.unit_axis(layer), axis)


class ShareTest(parameterized.TestCase):
    @parameterized.parameters(((8, 10),), ((8, 3, 10),), ((8, 2, 3, 10),))
    def test_dead(self, shape):
        values = np.maximum(RNG.normal(size=shape), 0).astype("float32")
        values[..., [1, 4, 7]] = 0
        found = activations.dead(tf.constant(values), -1)
        self.assertAlmostEqual(float(found), 0.3, 6)
        first = tf.constant(np.moveaxis(values, -1, 1))
        self.assertAlmostEqual(float(activations.dead(first, 1)), 0.3, 6)

    @parameterized.parameters("float32", "float16")
    def test_one_example_that_is_not_zero_is_life(self, dtype):
        values = np.zeros((50, 4), dtype)
        values[49, 2] = -1e-6
        self.assertEqual(float(activations.dead(tf.constant(values), -1)), 0.75)

    @parameterized.parameters(
        ("sigmoid", lambda z: np.abs(z) > 5),
        ("tanh", lambda z: np.abs(z) > 2.5),
        ("hard_sigmoid", lambda z: np.abs(z) >= 3),
        ("hard_tanh", lambda z: np.abs(z) >= 1),
        ("relu6", lambda z: z >= 6),
        ("relu", lambda z: z > np.inf),
        # Where the slope, an exponential, is below 2.7% of that at 0.
        ("elu", lambda z: z < np.log(0.0268)),
        ("selu", lambda z: z < np.log(0.0268)),
    )
    def test_saturated(self, name, beyond):
        z = np.linspace(-8, 8, 1001, dtype="float32")
        values = getattr(keras.activations, name)(tf.constant(z))
        found = float(activations.saturated(values, name))
        # The thresholds are rounded.
        self.assertAlmostEqual(found, np.mean(beyond(z)), delta=3 / 1001)


if __name__ == "__main__":
    absltest.main()
