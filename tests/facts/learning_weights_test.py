import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import learning_weights
from tests.facts import running

TABLE, TARGET = running.numbers(60, 6), running.numbers(60, 1, seed=1)


def dense(name, units=8, **options):
    return layers.Dense(units, name=name, **options)


def look(model, compile=True):
    if compile:
        model.compile("sgd", "mse")
    if not model.built:
        keras_internals.build(model, TABLE)
    runner = running.runner(model, TABLE, TARGET)
    return learning_weights.learning(runner, forward.step(runner))


def row(*parts):
    return keras.Sequential([keras.Input((6,)), *parts])


class Through(keras.Model):
    """Sends what its first layer returns through a function."""

    def __init__(self, function):
        super().__init__()
        self.a, self.b, self.c = dense("a"), dense("b", 1), dense("c")
        self.function = function

    def call(self, x):
        return self.b(self.function(self.a(x)))


class CutTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("round", ops.round, ("Round",), False),
        ("floor", ops.floor, ("Floor",), False),
        ("stopped", ops.stop_gradient, (), True),
        (
            "whole",
            lambda x: ops.cast(ops.cast(x, "int32"), "float32"),
            ("Cast",),
            False,
        ),
    )
    def test_found(self, function, breaks, stopped):
        seen = look(Through(function))
        self.assertEqual(seen.cut_layers, ("a",))
        self.assertEqual((seen.breaks, seen.stopped), (breaks, stopped))

    @parameterized.named_parameters(
        ("relu", ops.relu),
        (
            "straight_through",
            lambda x: x + ops.stop_gradient(ops.round(x) - x),
        ),
    )
    def test_connected(self, function):
        self.assertEmpty(look(Through(function)).cut)

    def test_idle(self):
        self.assertEqual(look(Through(ops.relu)).idle, ("c",))
        self.assertEmpty(look(row(dense("a"), layers.ReLU())).idle)


class FrozenTest(parameterized.TestCase):
    def test_random_and_trained(self):
        model = row(dense("a"), dense("b"), dense("end", 1))
        model.layers[0].trainable = False
        seen = look(model)
        [one] = seen.frozen
        self.assertEqual((one.layer, one.random, one.last), ("a", True, False))
        self.assertEqual(seen.total - seen.trainable, 6 * 8 + 8)
        model.layers[0].trainable = True
        model.compile(keras.optimizers.Adam(0.05), "mse")
        model.fit(TABLE, TARGET, epochs=3, verbose=0)
        model.layers[0].trainable = False
        [one] = look(model).frozen
        self.assertFalse(one.random)

    @parameterized.parameters(
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_normal",
    )
    def test_initializers_are_known(self, name):
        layer = dense("a", 40, kernel_initializer=name)
        layer.build((None, 50))
        self.assertTrue(learning_weights.as_initialized(layer))
        layer.kernel.assign(layer.kernel * 1.6)
        self.assertFalse(learning_weights.as_initialized(layer))

    def test_last(self):
        model = row(dense("a"), dense("end", 8))
        model.layers[1].trainable = False
        self.assertTrue(look(model).frozen[0].last)

    def test_nothing_is_frozen(self):
        self.assertEmpty(look(row(dense("a"), dense("b", 1))).frozen)


class ChangedTest(absltest.TestCase):
    """Fails when Keras makes its training step in another way."""

    def fitted(self, trainable):
        model = row(dense("a"), dense("b", 1))
        model.layers[0].trainable = trainable
        model.compile("sgd", "mse")
        model.fit(TABLE, TARGET, verbose=0)
        return model

    def test_thawed_weights_really_stay(self):
        model = self.fitted(False)
        model.layers[0].trainable = True
        seen = look(model, compile=False)
        self.assertLen(seen.thawed, 2)
        before = np.array(model.layers[0].kernel)
        model.fit(TABLE, TARGET, verbose=0)
        np.testing.assert_array_equal(before, model.layers[0].kernel)

    def test_frozen_weights_really_move(self):
        model = self.fitted(True)
        model.layers[0].trainable = False
        self.assertLen(look(model, compile=False).refrozen, 2)
        before = np.array(model.layers[0].kernel)
        model.fit(TABLE, TARGET, verbose=0)
        self.assertGreater(np.abs(before - model.layers[0].kernel).max(), 0)

    def test_compiled_again(self):
        model = self.fitted(False)
        model.layers[0].trainable = True
        seen = look(model)
        self.assertEqual((seen.thawed, seen.refrozen), ((), ()))

    def test_before_the_first_fit(self):
        model = row(dense("a"), dense("b", 1))
        model.compile("sgd", "mse")
        model.layers[0].trainable = False
        seen = look(model, compile=False)
        self.assertEqual((seen.thawed, seen.refrozen), ((), ()))

    def test_unchanged(self):
        seen = look(self.fitted(True), compile=False)
        self.assertEqual((seen.thawed, seen.refrozen), ((), ()))


if __name__ == "__main__":
    absltest.main()
