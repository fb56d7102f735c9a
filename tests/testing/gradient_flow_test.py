"""Tests that weights which nothing moves are named, and no others."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot import testing
from tests.debugging import kinds

HEALTHY = tuple((name,) for name in kinds.KINDS if name != "own_step")
X, Y = kinds.X, kinds.Y


class Apart(keras.Model):
    """One layer is not used, one stands before `stop_gradient`."""

    def __init__(self):
        super().__init__()
        self.stopped = layers.Dense(3, kernel_regularizer="l2", name="stopped")
        self.end = layers.Dense(1, "sigmoid", name="end")
        self.unused = layers.Dense(1, kernel_regularizer="l2", name="unused")

    def call(self, x):
        self.unused(x)
        return self.end(ops.stop_gradient(self.stopped(x)))


class Autoencoder(keras.Model):
    """Trains in a `train_step` of its own, without targets."""

    def __init__(self, forget=False):
        super().__init__()
        self.forget = forget
        self.encoder = layers.Dense(2, kernel_regularizer="l2", name="encoder")
        self.decoder = layers.Dense(6, name="decoder")

    def call(self, x):
        return self.decoder(self.encoder(x))

    def train_step(self, data):
        x = data[0] if isinstance(data, tuple) else data
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.square(self(x, training=True) - x))
            loss += sum(self.losses)
        weights = self.trainable_weights
        if self.forget:
            weights = self.encoder.trainable_weights
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, weights), weights, strict=True)
        )
        return {"loss": loss}


class OwnLoss(keras.Model):
    """Computes a loss of its own, which forgets one output."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(1, name="first")
        self.second = layers.Dense(1, name="second")

    def call(self, x):
        return {"first": self.first(x), "second": self.second(x)}

    def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        return ops.mean(ops.square(y_pred["first"] - y))


class Branch(keras.Model):
    """A residual branch whose last weights start at zero."""

    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(6, "relu")
        self.last = layers.Dense(6, kernel_initializer="zeros")

    def call(self, x):
        return x + self.last(self.inner(x))


def sequential(*some):
    return keras.Sequential([keras.Input((6,)), *some])


def two_outputs():
    inputs = keras.Input((6,))
    names = ("first", "second")
    made = {name: layers.Dense(1, name=name)(inputs) for name in names}
    return keras.Model(inputs, made)


def dead(**options):
    return sequential(
        layers.Dense(4, "relu", name="dead", **options),
        layers.Dense(1, name="end"),
    )


def half():
    return sequential(
        layers.Dense(4, "relu", dtype="mixed_float16"),
        layers.Lambda(lambda x: x * 1e-5, dtype="mixed_float16"),
        layers.Dense(4, dtype="mixed_float16"),
        layers.Dense(1, dtype="float32"),
    )


def message(model, x=X, y=None, **options):
    try:
        testing.assert_gradients_flow(model, x, y, **options)
    except AssertionError as error:
        return str(error)
    return ""


class GradientFlowTest(parameterized.TestCase):
    @parameterized.parameters(*HEALTHY)
    def test_healthy_models_pass(self, kind):
        make, x, y = kinds.KINDS[kind]
        keras.utils.set_random_seed(0)
        model = make()
        self.assertIsNone(testing.assert_gradients_flow(model, x, y))
        self.assertIsNone(testing.assert_gradients_flow(model, x))

    @parameterized.named_parameters(
        ("branch", Branch),
        ("last_weights_zero", lambda: sequential(
            layers.Dense(4, "relu"),
            layers.Dense(1, kernel_initializer="zeros"))),
        ("half", half),
        ("softmax", lambda: sequential(layers.Dense(3, "softmax"))),
        ("own_step", lambda: kinds.compiled(Autoencoder(), loss=None,
                                            metrics=None)),
    )  # fmt: skip
    def test_other_healthy_models_pass(self, make):
        keras.utils.set_random_seed(0)
        testing.assert_gradients_flow(make(), X)

    def test_an_embedding_counts_as_a_whole(self):
        model = keras.Sequential(
            [
                layers.Embedding(1000, 4),
                layers.GlobalAveragePooling1D(),
                layers.Dense(1),
            ]
        )
        testing.assert_gradients_flow(model, np.arange(40).reshape(10, 4) % 7)

    @parameterized.named_parameters(
        ("apart", lambda: kinds.compiled(Apart()), Y,
         ("its loss", "4 do not", "'apart/stopped/kernel': none",
          "'apart/unused/bias': none", "`stop_gradient`")),
        ("apart_by_outputs", Apart, None,
         ("its outputs", "4 do not", "unused/kernel': none")),
        ("dead", lambda: dead(
            bias_initializer=keras.initializers.Constant(-100.0)), None,
         ("3 do not", "/dead/kernel': zero", "/end/kernel': zero",
          "dead ReLU")),
        ("all_zero", lambda: dead(kernel_initializer="zeros"), None,
         ("3 do not", "/dead/kernel': zero")),
        ("not_finite", lambda: sequential(
            layers.Dense(4, name="before"),
            layers.Lambda(lambda x: ops.sqrt(ops.relu(x))),
            layers.Dense(1)), None,
         ("2 do not", "/before/kernel': not finite", "unsafe_operations")),
        ("own_step", lambda: kinds.compiled(
            Autoencoder(forget=True), loss=None, metrics=None), None,
         ("its own training step", "2 do not", "/decoder/kernel': none")),
        ("two_optimizers", kinds.KINDS["own_step"][0], Y,
         ("its own training step", "2 do not", "/gamma': none")),
        ("own_loss", lambda: kinds.compiled(
            OwnLoss(), loss=None, metrics=None), Y,
         ("2 do not", "/second/kernel': none", "/second/bias': none")),
        ("weight_of_zero", lambda: kinds.compiled(
            two_outputs(), loss={"first": "mse", "second": "mse"},
            metrics=None, loss_weights={"first": 1.0, "second": 0.0}),
         {"first": Y, "second": Y}, ("2 do not", "second/kernel': zero")),
        ("one_of_two_outputs", lambda: kinds.compiled(
            two_outputs(), loss={"first": "mse"}, metrics=None),
         {"first": Y}, ("2 do not", "second/kernel': none")),
    )  # fmt: skip
    def test_sick_models_are_named(self, make, y, parts):
        keras.utils.set_random_seed(0)
        said = message(make(), y=y)
        for part in (*parts, "To mend it"):
            self.assertIn(part, said)

    def test_targets_are_taken_from_datasets(self):
        data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
        said = message(kinds.compiled(Apart()), data)
        self.assertIn("gradient of its loss", said)

    def test_what_is_wrong_with_arguments_is_said(self):
        frozen = kinds.sequential()
        frozen.trainable = False
        with self.assertRaisesRegex(ValueError, "must have trainable weights"):
            testing.assert_gradients_flow(frozen, X)
        with self.assertRaisesRegex(ValueError, "`batches` must be a whole"):
            testing.assert_gradients_flow(kinds.sequential(), X, batches=0)
        with self.assertRaisesRegex(ValueError, "must fit `train_step`"):
            testing.assert_gradients_flow(kinds.KINDS["own_step"][0](), X)
        with self.assertRaisesRegex(ValueError, "must fit the loss of"):
            testing.assert_gradients_flow(kinds.block(), X, Y[:, [0, 0, 0]])


if __name__ == "__main__":
    absltest.main()
