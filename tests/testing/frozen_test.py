"""Tests that layers which move while they should not are named."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot import testing
from tests.debugging import kinds

X, Y = kinds.X, kinds.Y


class OwnNormalization(layers.Layer):
    """Moves its average in training, frozen or not."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")
        self.average = self.add_weight(
            shape=(shape[-1],), trainable=False, name="average"
        )

    def call(self, x, training=False):
        if training:
            mean = keras.ops.mean(x, axis=0)
            self.average.assign(0.9 * self.average + 0.1 * mean)
        return (x - self.average) * self.scale


class Transfer(keras.Model):
    """A base and a head, in a model of a class of its own."""

    def __init__(self):
        super().__init__()
        self.base = keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(4, "relu", name="base_dense"),
                layers.BatchNormalization(name="base_normalization"),
                layers.Dropout(0.5, name="base_dropout"),
            ],
            name="base",
        )
        self.head = layers.Dense(1, "sigmoid", name="head")

    def call(self, x, training=False):
        return self.head(self.base(x, training=training))


class OwnStep(Transfer):
    """Trains all of it, frozen or not."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        dense = self.base.get_layer("base_dense")
        weights = [*dense.weights, *self.head.weights]
        for weight, gradient in zip(
            weights, tape.gradient(loss, [w.value for w in weights]),
            strict=True,
        ):  # fmt: skip
            weight.assign_sub(0.1 * gradient)
        return {"loss": loss}


def transfer(kind=Transfer, freeze=True, **options):
    keras.utils.set_random_seed(0)
    model = kind()
    model.base.trainable = not freeze
    kinds.compiled(model, **options)
    model(X)
    return model


def chain(*some):
    return kinds.compiled(
        keras.Sequential(
            [keras.Input((6,)), *some, layers.Dense(1, "sigmoid", name="end")]
        )
    )


class FrozenTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("name", "base"),
        ("pattern", "base_*"),
        ("list", ["base_dense", "base_normalization"]),
    )
    def test_frozen_layers_pass(self, names):
        self.assertIsNone(testing.assert_frozen(transfer(), names, X, Y))

    def test_layers_themselves(self):
        model = transfer()
        testing.assert_frozen(model, model.base, X, Y)
        testing.assert_frozen(model, [model.base.layers[0]], X, Y)

    @parameterized.parameters("several", "eager")
    def test_models_of_other_kinds(self, kind):
        make, x, y = kinds.KINDS[kind]
        model = make()
        layer = next(v for v in model.layers if v.weights)
        layer.trainable = False
        testing.assert_frozen(model, layer, x, y)
        layer.trainable = True
        with self.assertRaisesRegex(AssertionError, "must not change, but in"):
            testing.assert_frozen(model, layer, x, y)

    def test_datasets(self):
        data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
        testing.assert_frozen(transfer(), "base", data)

    @parameterized.named_parameters(
        ("trainable", lambda: transfer(freeze=False), "base",
         ("6 weights", "base_dense/kernel' by", "moving_mean' by",
          "`layer.trainable = False` before")),
        ("own_step", lambda: transfer(OwnStep, metrics=None), "base",
         ("2 did", "base_dense/kernel' by", "base_dense/bias' by")),
        ("statistics", lambda: chain(
            OwnNormalization(name="own", trainable=False)), "own",
         ("1 did", "own/average' by", "`training=False`")),
        ("nothing_moves", lambda: transfer(
            optimizer=keras.optimizers.SGD(0.0)), "base",
         ("Other weights than", "none did", "`assert_gradients_flow`")),
    )  # fmt: skip
    def test_sick_models_are_named(self, make, names, parts):
        with self.assertRaises(AssertionError) as caught:
            testing.assert_frozen(make(), names, X, Y)
        for part in (*parts, "To mend it"):
            self.assertIn(part, str(caught.exception))

    def test_what_was_frozen_too_late_is_said(self):
        model = transfer(freeze=False)
        model.fit(X, Y, verbose=0)
        model.base.trainable = False
        with self.assertRaisesRegex(AssertionError, "frozen after the train"):
            testing.assert_frozen(model, "base_dense", X, Y)
        kinds.compiled(model)
        testing.assert_frozen(model, "base_dense", X, Y)

    def test_what_is_wrong_with_arguments_is_said(self):
        model = transfer()
        with self.assertRaisesRegex(ValueError, "take some of: base, .*base_d"):
            testing.assert_frozen(model, "bsae", X, Y)
        with self.assertRaisesRegex(ValueError, "must name layers of"):
            testing.assert_frozen(model, layers.Dense(1), X, Y)
        with self.assertRaisesRegex(ValueError, "must have weights"):
            testing.assert_frozen(model, "base_dropout", X, Y)
        with self.assertRaisesRegex(TypeError, "received: 3"):
            testing.assert_frozen(model, [3], X, Y)
        with self.assertRaisesRegex(ValueError, "must be compiled"):
            testing.assert_frozen(Transfer(), "base", X, Y)
        with self.assertRaisesRegex(ValueError, "must train on `x` and `y`"):
            testing.assert_frozen(model, "base", X, np.ones((len(X), 7)))


if __name__ == "__main__":
    absltest.main()
