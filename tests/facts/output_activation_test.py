import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import output_activation
from tests.facts import running


def found(model, x):
    done = running.record(model, x)
    return output_activation.find(done.recorder, done.outputs)


def behind(function, shape=(6,)):
    """The activation of a Dense layer with `function` behind it."""
    model = running.functional(shape, lambda x: function(layers.Dense(4)(x)))
    return found(model, running.numbers(40, *shape))


class Subclass(keras.Model):
    """A Dense layer and a function of its output in `call`."""

    def __init__(self, function):
        super().__init__()
        self.dense = layers.Dense(4)
        self.function = function

    def call(self, x):
        return self.function(self.dense(x))


class Traced(Subclass):
    @tf.function
    def call(self, x):
        return self.function(self.dense(x))


class Stable(layers.Layer):
    """A softmax as one writes it by hand, with the largest taken off."""

    def call(self, x):
        e = ops.exp(x - ops.max(x, axis=-1, keepdims=True))
        return e / ops.sum(e, axis=-1, keepdims=True)


class HalfCell(layers.Layer):
    """A cell without an attribute `activation`."""

    state_size = 3
    output_size = 3

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 3))

    def call(self, inputs, states):
        new = 0.5 * states[0] + ops.matmul(inputs, self.kernel)
        return new, [new]


NAMES = "softmax sigmoid relu tanh elu selu softplus softsign exponential"


class ActivationTest(parameterized.TestCase):
    @parameterized.parameters(NAMES.split())
    def test_argument(self, name):
        model = keras.Sequential([layers.Dense(4, name), layers.Softmax()])
        model.pop()
        got = found(model, running.numbers(40, 6))
        self.assertEqual(got.name, name)
        self.assertEqual(got.layer, model.layers[-1].name)

    @parameterized.parameters([*NAMES.split(), "log_softmax"])
    def test_activation_layer(self, name):
        self.assertEqual(behind(layers.Activation(name)).name, name)

    @parameterized.parameters("gelu", "silu", "mish", "hard_sigmoid")
    def test_argument_that_is_several_operations(self, name):
        model = keras.Sequential([layers.Dense(4, name)])
        self.assertEqual(found(model, running.numbers(40, 6)).name, name)

    def test_linear(self):
        got = behind(lambda x: x)
        self.assertEqual((got.name, got.softmaxes), ("linear", 0))

    @parameterized.named_parameters(
        ("convolution", (8, 8, 2), lambda x: layers.Conv2D(3, 3)(x)),
        ("upward", (4, 4, 2), lambda x: layers.Conv2DTranspose(3, 3)(x)),
        ("sequence", (8, 2), lambda x: layers.Conv1D(3, 3)(x)),
        ("each_step", (8, 2), lambda x: layers.Dense(3)(x)),
        ("without_bias", (6,), lambda x: layers.Dense(3, use_bias=False)(x)),
        ("residual", (6,), lambda x: x + layers.Dense(6)(x)),
        ("spread_steps", (8, 2), layers.TimeDistributed(layers.Dense(3))),
    )
    def test_linear_layers(self, shape, function):
        model = running.functional(shape, function)
        got = found(model, running.numbers(40, *shape))
        self.assertEqual(got.name, "linear")

    @parameterized.named_parameters(
        ("softmax_layer", layers.Softmax(), "softmax"),
        ("relu_layer", layers.ReLU(), "relu"),
        ("leaky_layer", layers.LeakyReLU(), "leaky_relu"),
        ("elu_layer", layers.ELU(), "elu"),
        ("ops_softmax", ops.softmax, "softmax"),
        ("ops_sigmoid", ops.sigmoid, "sigmoid"),
        ("ops_relu", ops.relu, "relu"),
        ("keras_activation", keras.activations.softmax, "softmax"),
        ("lambda_tf", layers.Lambda(tf.nn.softmax), "softmax"),
        ("lambda_tanh", layers.Lambda(tf.math.tanh), "tanh"),
        (
            "lambda_clipped",
            lambda x: ops.clip(ops.softmax(x), 0.1, 0.9),
            "softmax",
        ),
    )
    def test_layers_and_operations(self, function, name):
        self.assertEqual(behind(function).name, name)

    @parameterized.named_parameters(
        ("reshape", lambda x: layers.Reshape((2, 2))(x)),
        ("flatten", lambda x: layers.Flatten()(x)),
        ("permute", lambda x: layers.Permute((2, 1))(x[:, :, None])),
        ("dropout", lambda x: layers.Dropout(0.5)(x)),
        ("slice", lambda x: x[:, :2]),
        ("cast", lambda x: ops.cast(x, "float64")),
        ("expand", lambda x: ops.expand_dims(x, -1)),
        ("lambda", layers.Lambda(lambda x: tf.reshape(x, (-1, 2, 2)))),
        ("concatenate", lambda x: layers.Concatenate()([x, x])),
        ("repeat", lambda x: layers.Reshape((2, 2))(layers.Flatten()(x))),
    )
    def test_is_found_behind(self, move):
        got = behind(lambda x: move(layers.Activation("sigmoid", name="s")(x)))
        self.assertEqual(got.name, "sigmoid")
        self.assertEqual(got.layer, "s")

    def test_nested_models(self):
        inner = keras.Sequential([layers.Dense(4), layers.Softmax(name="end")])
        middle = running.functional((6,), lambda x: inner(x))
        outer = keras.Sequential([middle, layers.Flatten()])
        got = found(outer, running.numbers(40, 6))
        self.assertEqual((got.name, got.layer), ("softmax", "end"))

    def test_time_distributed(self):
        model = running.functional(
            (5, 6), layers.TimeDistributed(layers.Dense(4, "softmax"))
        )
        got = found(model, running.numbers(40, 5, 6))
        self.assertEqual((got.name, got.axis), ("softmax", -1))

    @parameterized.product(kind=(Subclass, Traced), name=("softmax", "relu"))
    def test_in_a_call(self, kind, name):
        model = kind(getattr(tf.nn, name))
        got = found(model, running.numbers(40, 6))
        self.assertEqual(got.name, name)
        self.assertEqual(got.layer, model.name)

    def test_of_a_layer_in_a_traced_call(self):
        got = found(Traced(layers.Softmax(name="s")), running.numbers(40, 6))
        self.assertEqual((got.name, got.layer), ("softmax", "s"))

    def test_mixed_precision(self):
        model = keras.Sequential(
            [
                layers.Dense(4, dtype="mixed_float16"),
                layers.Activation("softmax", dtype="float32"),
            ]
        )
        self.assertEqual(found(model, running.numbers(40, 6)).name, "softmax")


class ByHandTest(parameterized.TestCase):
    @parameterized.named_parameters(
        (
            "softmax",
            lambda x: ops.exp(x) / ops.sum(ops.exp(x), -1, True),
            "softmax",
        ),
        ("stable", Stable(), "softmax"),
        ("sigmoid", lambda x: 1 / (1 + ops.exp(-x)), "sigmoid"),
        (
            "sigmoid_of_exp",
            layers.Lambda(lambda x: 1 / (tf.exp(-x) + 1)),
            "sigmoid",
        ),
        ("reciprocal", lambda x: ops.reciprocal(1 + ops.exp(-x)), "sigmoid"),
        ("relu", lambda x: ops.maximum(x, 0.0), "relu"),
        ("relu_turned", lambda x: ops.maximum(0.0, x), "relu"),
    )
    def test_written_out(self, function, name):
        self.assertEqual(behind(function).name, name)

    def test_says_so(self):
        self.assertTrue(behind(Stable()).by_hand)
        self.assertFalse(behind(layers.Softmax()).by_hand)

    def test_clipped_below_is_no_relu(self):
        got = behind(lambda x: ops.maximum(ops.sigmoid(x), 0.0))
        self.assertEqual(got.name, "sigmoid")
        got = behind(lambda x: ops.maximum(x, -3.0))
        self.assertEqual(got.name, "linear")

    def test_other_quotients(self):
        got = behind(lambda x: x / ops.sum(ops.abs(x), -1, keepdims=True))
        self.assertEqual(got.name, "unknown")


class SoftmaxTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("two_layers", lambda x: layers.Softmax()(layers.Softmax()(x)), 2),
        (
            "behind_reshape",
            lambda x: layers.Softmax()(
                layers.Reshape((4, 1))(layers.Reshape((4,))(ops.softmax(x)))[
                    ..., 0
                ]
            ),
            2,
        ),
        ("by_hand_second", lambda x: Stable()(ops.softmax(x)), 2),
        ("by_hand_first", lambda x: ops.softmax(Stable()(x)), 2),
        ("three", lambda x: ops.softmax(ops.softmax(ops.softmax(x))), 3),
        (
            "layer_between",
            lambda x: ops.softmax(layers.Dense(4)(ops.softmax(x))),
            1,
        ),
    )
    def test_twice(self, function, count):
        got = behind(function)
        self.assertEqual((got.name, got.softmaxes), ("softmax", count))

    def test_dense_with_softmax_layer(self):
        model = keras.Sequential(
            [layers.Dense(4, "softmax"), layers.Dropout(0.1), layers.Softmax()]
        )
        self.assertEqual(found(model, running.numbers(40, 6)).softmaxes, 2)

    @parameterized.parameters(-1, 2, 1, 0)
    def test_axis(self, axis):
        model = running.functional((5, 4), lambda x: ops.softmax(x, axis=axis))
        got = found(model, running.numbers(40, 5, 4))
        self.assertEqual(got.axis, axis - 3 if axis >= 0 else axis)

    def test_one_unit(self):
        model = keras.Sequential([layers.Dense(1, "softmax")])
        got = found(model, running.numbers(40, 6))
        self.assertEqual((got.name, got.axis), ("softmax", -1))

    def test_permuted(self):
        model = running.functional(
            (5, 4), lambda x: layers.Permute((2, 1))(ops.softmax(x))
        )
        self.assertEqual(found(model, running.numbers(40, 5, 4)).axis, -2)


class RecurrentTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("lstm", layers.LSTM(3), "tanh"),
        ("lstm_relu", layers.LSTM(3, activation="relu"), "relu"),
        ("lstm_sequences", layers.LSTM(3, return_sequences=True), "tanh"),
        ("gru", layers.GRU(3), "tanh"),
        ("simple", layers.SimpleRNN(3), "tanh"),
        ("unrolled", layers.LSTM(3, unroll=True), "tanh"),
        ("both_ways", layers.Bidirectional(layers.LSTM(3)), "tanh"),
        (
            "stacked",
            layers.RNN([layers.GRUCell(3), layers.LSTMCell(3)]),
            "tanh",
        ),
    )
    def test_output_of(self, layer, name):
        model = keras.Sequential([layer])
        self.assertEqual(found(model, running.numbers(40, 5, 2)).name, name)

    def test_dense_behind(self):
        model = keras.Sequential([layers.GRU(3), layers.Dense(1)])
        got = found(model, running.numbers(40, 5, 2))
        self.assertEqual(got.name, "linear")

    def test_cell_without_activation(self):
        model = keras.Sequential([layers.RNN(HalfCell())])
        got = found(model, running.numbers(40, 5, 2))
        self.assertIn(got.name, ("linear", "unknown"))

    def test_values_agree(self):
        """What is called tanh lies between -1 and 1."""
        done = running.record(
            keras.Sequential([layers.LSTM(3)]), 9 * running.numbers(40, 5, 2)
        )
        self.assertLess(np.abs(np.asarray(done.outputs)).max(), 1)


if __name__ == "__main__":
    absltest.main()
