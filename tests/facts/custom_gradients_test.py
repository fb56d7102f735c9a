"""Gradients written by hand are held against differences."""

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import custom_gradients
from keras_troubleshoot.facts import tensorflow_internals
from keras_troubleshoot.facts.whole_step import whole_step
from tests.facts import running

X = running.numbers(20, 3)


def cube(x):
    return x**3, lambda g: 3 * x**2 * g


def cube_wrong(x):
    return x**3, lambda g: 2 * x**2 * g


def softplus_opposed(x):
    return tf.math.softplus(x), lambda g: -tf.sigmoid(x) * g


def relu(x):
    return tf.nn.relu(x), lambda g: tf.where(x > 0, g, 0.0 * g)


def product(x, y):
    return x * y, lambda g: (g * y, g * x)


def product_swapped(x, y):
    return x * y, lambda g: (g * x, g * y)


def single(x):
    """Takes float32 only."""
    half = tf.constant(0.5, "float32")
    return x * x * half, lambda g: g * x


def reversal(x):
    return tf.identity(x), lambda g: -2 * g


def straight_through(x):
    return tf.round(x), lambda g: g


def stopped(x):
    return x * x, lambda g: 0 * g


class TriedTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("cube", cube, 1),
        ("kink", relu, 1),
        ("two_inputs", product, 2),
        ("float32_only", single, 1),
    )
    def test_right(self, function, inputs):
        args = [tf.constant(X + i) for i in range(inputs)]
        found = custom_gradients.tried(function, args)
        self.assertLess(found.error, 0.01)
        self.assertEqual(found.deliberate, "")
        self.assertEqual(found.name, function.__name__)

    @parameterized.named_parameters(
        ("two_thirds", cube_wrong, 1, 1 / 3),
        ("opposed", softplus_opposed, 1, 2.0),
    )
    def test_wrong(self, function, inputs, error):
        args = [tf.constant(X + i) for i in range(inputs)]
        found = custom_gradients.tried(function, args)
        self.assertAlmostEqual(found.error, error, places=4)
        self.assertEqual(found.deliberate, "")

    def test_inputs_swapped(self):
        args = [tf.constant(X), tf.constant(X**2)]
        found = custom_gradients.tried(product_swapped, args)
        self.assertGreater(found.error, 0.1)

    @parameterized.named_parameters(
        ("reversal", reversal, "identity"),
        ("straight_through", straight_through, "steps"),
        ("stopped", stopped, "stopped"),
    )
    def test_deliberate(self, function, expected):
        found = custom_gradients.tried(function, [tf.constant(X)])
        self.assertEqual(found.deliberate, expected)


class WatchedTest(absltest.TestCase):
    def test_finds_those_of_the_user_with_their_layer(self):
        function = tf.custom_gradient(cube_wrong)
        bend = layers.Lambda(function, name="bend")
        model = running.functional(
            (3,), lambda x: layers.Dense(2, "swish")(bend(layers.Dense(3)(x)))
        )
        calls = {}
        note = custom_gradients.noting(calls)
        runner = running.runner(model, X)
        with tensorflow_internals.watched_custom_gradients(note):
            done = whole_step(runner)
        (found,) = custom_gradients.tried_all(calls, done.recorder)
        self.assertEqual((found.name, found.layer), ("cube_wrong", "bend"))

    def test_no_longer_watched_afterwards(self):
        seen = []
        with tensorflow_internals.watched_custom_gradients(
            lambda *call: seen.append(call)
        ):
            tf.custom_gradient(cube)(tf.constant(2.0))
        tf.custom_gradient(cube)(tf.constant(2.0))
        self.assertLen(seen, 1)
        self.assertIs(seen[0][0], cube)


if __name__ == "__main__":
    absltest.main()
