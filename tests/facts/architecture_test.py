import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import architecture
from tests.facts import running


class Named(layers.Dense):
    """A layer of a user that derives from one of Keras's."""


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)
        self.blocks = [Named(3, name="a"), layers.Dropout(0.4, name="b")]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.dense(x)

    def train_step(self, data):
        return {}


class DescribeTest(parameterized.TestCase):
    def test_sequential(self):
        model = keras.Sequential(
            [
                keras.Input((8, 8, 1), name="picture"),
                layers.Rescaling(1 / 255, offset=-1),
                layers.Conv2D(4, 3, activation="relu", trainable=False),
                layers.Flatten(),
                layers.Dense(2),
            ],
            name="small",
        )
        model.compile("sgd", "mse", jit_compile=True)
        got = architecture.describe(model)
        self.assertEqual(
            (got.name, got.kind, got.compiled, got.jit_compile),
            ("small", "Sequential", True, True),
        )
        self.assertEqual(got.input_shapes, {"picture": (None, 8, 8, 1)})
        self.assertEqual(got.parameters, 9 * 4 + 4 + 6 * 6 * 4 * 2 + 2)
        classes = [layer.class_name for layer in got.layers]
        self.assertEqual(
            [c for c in classes if c != "InputLayer"],
            ["Rescaling", "Conv2D", "Flatten", "Dense"],
        )
        scaling, conv, _, dense = got.layers[-4:]
        self.assertEqual(scaling.options["scale"], 1 / 255)
        self.assertEqual(scaling.options["offset"], -1)
        self.assertEqual((conv.activation, conv.units), ("relu", 4))
        self.assertFalse(conv.trainable)
        self.assertEqual(dense.activation, "linear")
        self.assertEqual(dense.weights, 6 * 6 * 4 * 2 + 2)

    def test_subclass(self):
        model = Own()
        model(np.zeros((2, 5), "float32"))
        got = architecture.describe(model)
        self.assertEqual((got.kind, got.class_name), ("subclass", "Own"))
        self.assertTrue(got.own_train_step)
        self.assertFalse(got.compiled)
        self.assertIsNone(got.optimizer)
        self.assertFalse(got.jit_compile)
        self.assertEqual(got.input_shapes, {})
        [named] = got.of_class("Named")
        self.assertTrue(named.is_a("Dense"))
        self.assertLen(got.of_class("Dense"), 2)
        [dropout] = got.of_class("Dropout")
        self.assertEqual(dropout.options["rate"], 0.4)

    def test_unbuilt(self):
        got = architecture.describe(keras.Sequential([layers.Dense(2)]))
        self.assertEqual(got.parameters, 0)
        self.assertLen(got.of_class("Dense"), 1)

    def test_nested_and_shared(self):
        inner = keras.Sequential([layers.Dense(3, name="x")], name="inner")
        model = running.functional((3,), lambda x: inner(inner(x)))
        got = architecture.describe(model)
        [dense] = got.of_class("Dense")
        self.assertIn("inner", dense.path)

    def test_wrapped(self):
        model = keras.Sequential(
            [
                layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
                layers.TimeDistributed(layers.Dense(2, "relu")),
            ]
        )
        model.build((None, 5, 2))
        got = architecture.describe(model)
        self.assertNotEmpty(got.of_class("LSTM"))
        self.assertTrue(got.of_class("LSTM")[0].options["return_sequences"])
        self.assertEqual(got.of_class("Dense")[0].activation, "relu")
        weights = sum(layer.weights for layer in got.layers)
        self.assertEqual(weights, got.parameters)

    @parameterized.parameters(
        ("relu", "relu"),
        (keras.activations.relu, "relu"),
        (layers.ReLU(), "relu"),
        (layers.Softmax(), "softmax"),
        (None, "linear"),
        (keras.ops.tanh, "tanh"),
    )
    def test_activation_given_as(self, given, name):
        layer = architecture.layer(layers.Dense(2, activation=given))
        self.assertEqual(layer.activation, name)

    def test_layer_without_activation(self):
        self.assertEqual(architecture.layer(layers.Flatten()).activation, "")


class OptimizerTest(parameterized.TestCase):
    @parameterized.parameters(
        ("SGD", False), ("Adam", True), ("RMSprop", True), ("Lion", True)
    )
    def test_scale_free(self, name, expected):
        got = architecture.optimizer(keras.optimizers.get(name))
        self.assertEqual((got.class_name, got.scale_free), (name, expected))

    def test_options(self):
        got = architecture.optimizer(
            keras.optimizers.SGD(0.25, momentum=0.5, clipnorm=1.0)
        )
        self.assertEqual((got.learning_rate, got.momentum), (0.25, 0.5))
        self.assertTrue(got.clipped)
        self.assertFalse(got.scheduled)

    def test_loss_scaling(self):
        inner = keras.optimizers.Adam(0.125)
        got = architecture.optimizer(keras.optimizers.LossScaleOptimizer(inner))
        self.assertEqual((got.class_name, got.learning_rate), ("Adam", 0.125))

    def test_schedule(self):
        schedule = keras.optimizers.schedules.CosineDecay(0.5, 10)
        got = architecture.optimizer(keras.optimizers.Adam(schedule))
        self.assertEqual((got.learning_rate, got.scheduled), (0.5, True))

    def test_none(self):
        self.assertIsNone(architecture.optimizer(None))


if __name__ == "__main__":
    absltest.main()
