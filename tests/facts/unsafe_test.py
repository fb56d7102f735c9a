"""Operations that break down are found; guarded ones are left alone."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import unsafe
from keras_troubleshoot.facts.unsafe import POSSIBLE
from keras_troubleshoot.facts.unsafe import REACHED
from keras_troubleshoot.facts.unsafe import SEEN
from keras_troubleshoot.facts.whole_step import whole_step
from tests.facts import running

X = running.numbers(300, 8)
# Amounts: many are zero, and all of some rows.
SOME = np.abs(X) * (running.numbers(300, 8, seed=1) > 0.4)
BINARY = (X[:, :1] > 0).astype("float32")
CLASSES = np.eye(3, dtype="float32")[X[:, :3].argmax(1)]


def network(loss="mse", end=None, units=1, before=None, after=None):
    """A model with code of the user's in the places given."""
    inputs = z = keras.Input((8,))
    z = z if before is None else before(z)
    z = layers.Dense(16, activation="relu")(z)
    z = z if after is None else layers.Lambda(after)(z)
    model = keras.Model(inputs, layers.Dense(units, activation=end)(z))
    model.compile("sgd", loss)
    return model


def found(model, x, y, batch=32):
    runner = running.runner(model, x, y)
    done = whole_step(runner)
    assert done.failure is None, done.failure
    return unsafe.unsafe(runner, done, batch, seconds=5.0)


def entropy(y, p):
    return -ops.mean(y * ops.log(p) + (1 - y) * ops.log(1 - p))


def entropy_with(least):
    def loss(y, p):
        return entropy(y, ops.clip(p, least, 1 - least))

    return loss


def entropy_shifted(y, p):
    return -ops.mean(y * ops.log(p + 1e-7) + (1 - y) * ops.log(1 - p + 1e-7))


def picked(y, p):
    return -ops.log(ops.sum(y * p, axis=-1))


def value_guarded(y, p):
    return -ops.sum(y * ops.where(p > 0, ops.log(p), 0.0), axis=-1)


def both_guarded(y, p):
    safe = ops.where(p > 0, p, 1.0)
    return -ops.sum(y * ops.where(p > 0, ops.log(safe), 0.0), axis=-1)


def by_keras(y, p):
    return 2 * keras.losses.binary_crossentropy(y, p)


def softmax_shifted(z):
    e = ops.exp(z - ops.max(z, axis=-1, keepdims=True))
    return e / ops.sum(e, axis=-1, keepdims=True)


def softmax_plain(z):
    e = tf.exp(z)
    return e / tf.reduce_sum(e, axis=-1, keepdims=True)


def normal_likelihood(y, out):
    mean, spread = out[:, :1], ops.softplus(out[:, 1:]) + 1e-4
    return ops.mean(ops.log(spread) + ops.square((y - mean) / spread) / 2)


def overlap(y, p):
    return 1 - (2 * ops.sum(y * p) + 1) / (ops.sum(y) + ops.sum(p) + 1)


def distance(y, p):
    return ops.sqrt(ops.mean(ops.square(y - p)))


class Shares(layers.Layer):
    """Divides each row by its sum."""

    def __init__(self, least):
        super().__init__()
        self.least = least

    def call(self, x):
        total = ops.sum(x, axis=-1, keepdims=True)
        return x / ops.maximum(total, self.least)


class OwnStep(keras.Model):
    """Takes logarithms of probabilities in its own step."""

    def __init__(self, least):
        super().__init__()
        self.out = layers.Dense(1, activation="sigmoid")
        self.least = least

    def call(self, x):
        return self.out(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            p = tf.clip_by_value(self(x), self.least, 1 - self.least)
            loss = entropy(y, p)
        found = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(found, self.trainable_variables)
        return {"loss": loss}


def own_step(least):
    model = OwnStep(least)
    model.compile("sgd")
    model(X[:2])
    return model


class UnsafeTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sigmoid", entropy, "sigmoid", BINARY, "log"),
        ("no_clip_in_float32", entropy_with(1e-9), "sigmoid", BINARY, "log"),
        ("one_hot", picked, "softmax", CLASSES, "log"),
        ("value_only", value_guarded, "softmax", CLASSES, "log"),
    )
    def test_reached_by_rounding(self, loss, end, y, operation):
        model = network(loss, end, y.shape[1])
        (one,) = found(model, X, y)
        self.assertEqual(one.certainty, REACHED)
        self.assertEqual(one.operation, operation)
        self.assertEqual(one.where, f"loss {loss.__name__!r}")
        self.assertEqual(one.low, 0)
        self.assertIn("unsafe_test.py", one.place)
        self.assertEqual(one.guarded, loss is value_guarded)

    @parameterized.named_parameters(
        ("clip", entropy_with(1e-6), "sigmoid", BINARY),
        ("epsilon", entropy_shifted, "sigmoid", BINARY),
        ("both_guards", both_guarded, "softmax", CLASSES),
        ("keras_own", by_keras, "sigmoid", BINARY),
        ("name", "binary_crossentropy", "sigmoid", BINARY),
        ("softmax", "categorical_crossentropy", softmax_shifted, CLASSES),
        ("overlap", overlap, "sigmoid", BINARY),
        ("likelihood", normal_likelihood, None, np.tile(X[:, :1], 2)),
    )
    def test_guarded(self, loss, end, y):
        model = network(loss, end, y.shape[1])
        y = y[:, :1] if loss is normal_likelihood else y
        self.assertEmpty(found(model, X, y))

    @parameterized.named_parameters(
        ("distance", distance, None, BINARY),
        ("softmax", "categorical_crossentropy", softmax_plain, CLASSES),
    )
    def test_only_possible(self, loss, end, y):
        model = network(loss, end, y.shape[1])
        kinds = {one.certainty for one in found(model, X, y)}
        self.assertEqual(kinds, {POSSIBLE})

    @parameterized.named_parameters(
        ("log", tf.math.log, "log", "value"),
        ("root", ops.sqrt, "sqrt", "gradient"),
        ("power", lambda z: z**0.5, "power", "gradient"),
        ("inverse", lambda z: 1 / z, "division", "value"),
    )
    def test_seen_after_a_relu(self, function, operation, harm):
        (one,) = found(network(after=function), X, BINARY)
        self.assertEqual(
            (one.certainty, one.operation, one.harm), (SEEN, operation, harm)
        )
        self.assertEqual(one.seen_low, 0)

    @parameterized.named_parameters(
        ("root", lambda z: ops.sqrt(z + 1e-6)),
        ("square", lambda z: z**2),
        ("log1p", ops.log1p),
        ("no_nan", lambda z: tf.math.divide_no_nan(1.0, z)),
        ("unit_length", lambda z: tf.nn.l2_normalize(z, -1)),
        ("by_size", lambda z: z / ops.sqrt(16.0)),
    )
    def test_healthy_after_a_relu(self, function):
        self.assertEmpty(found(network(after=function), X, BINARY))

    def test_rows_that_sum_to_zero(self):
        x = SOME.astype("float32")
        empty = np.flatnonzero(x.sum(axis=1) == 0)
        self.assertNotEmpty(empty)
        (one,) = found(network(before=Shares(0.0)), x, BINARY)
        self.assertEqual((one.certainty, one.operation), (SEEN, "division"))
        self.assertCountEqual(one.rows, empty)
        self.assertEmpty(found(network(before=Shares(0.1)), x, BINARY))

    def test_operation_of_a_graph(self):
        model = network(before=lambda z: z / ops.sum(z, -1, keepdims=True))
        (one,) = found(model, SOME.astype("float32"), BINARY)
        self.assertEqual(one.certainty, SEEN)
        self.assertStartsWith(one.where, "operation 'true_divide")

    def test_no_gradient_flows_through_inputs(self):
        root = layers.Lambda(ops.sqrt)
        self.assertEmpty(
            found(network(before=root), SOME.astype("float32"), BINARY)
        )

    def test_exponential_of_bytes(self):
        model = network(before=layers.Lambda(ops.exp))
        (one,) = found(model, np.abs(X) * 90, BINARY)
        self.assertEqual((one.certainty, one.harm), (SEEN, "overflow"))
        self.assertAlmostEqual(one.limit, np.log(3.4028235e38), places=3)

    def test_own_train_step(self):
        (one,) = found(own_step(0.0), X, BINARY)
        self.assertEqual(one.certainty, REACHED)
        self.assertEqual(one.where, "`train_step`")
        self.assertEmpty(found(own_step(1e-6), X, BINARY))

    def test_looking_changes_nothing(self):
        model = network(entropy, "sigmoid", before=layers.BatchNormalization())
        before = [w.numpy() for w in model.weights]
        found(model, X, BINARY)
        for one, other in zip(before, model.weights, strict=True):
            np.testing.assert_array_equal(one, other)


if __name__ == "__main__":
    absltest.main()
