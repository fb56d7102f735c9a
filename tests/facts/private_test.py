"""Fails when TensorFlow or Keras change what `private` relies on."""

import random

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from keras.src.backend.common import global_state
from keras.src.random import seed_generator
from tensorflow.python.eager import context
from tensorflow.python.framework import ops
from tensorflow.python.ops import stateful_random_ops

from keras_troubleshoot.facts import private


class PrivateTest(absltest.TestCase):
    def test_seeds_of_the_eager_context(self):
        tf.random.set_seed(5)
        owner = vars(context.context())
        self.assertEqual(owner["_seed"], 5)
        self.assertIsInstance(owner["_rng"], random.Random)

    def test_global_generator(self):
        self.assertTrue(hasattr(stateful_random_ops, "global_generator"))

    def test_global_seeds_of_keras(self):
        keras.utils.clear_session()
        keras.random.normal((1,))
        name = seed_generator.GLOBAL_SEED_GENERATOR
        self.assertIsInstance(
            global_state.get_global_attribute(name),
            keras.random.SeedGenerator,
        )
        keras.layers.Dense(1)
        self.assertIn(
            "dense", global_state.get_global_attribute("object_name_uids")
        )

    def test_functions_run_eagerly_meanwhile(self):
        with private.untraced():
            self.assertTrue(tf.config.functions_run_eagerly())
        self.assertFalse(tf.config.functions_run_eagerly())

    def test_steps_that_were_traced_are_let_go(self):
        registry = ops.gradient_registry._registry

        @tf.custom_gradient
        def own(x):
            return 2 * x, lambda dy: 3 * dy

        def trained():
            x = np.ones((8, 3), "float32")
            model = keras.Sequential([keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            model.fit(x, x[:, :1], verbose=0)
            return tf.function(own).get_concrete_function(tf.ones(2))

        before = set(registry)
        with private.all_reduces_forgotten():
            kept = trained()
        # Gradients of the user's own are still found.
        self.assertLen(set(registry) - before, 1)
        x = tf.ones(2)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = kept(x)
        np.testing.assert_array_equal(tape.gradient(y, x), [3, 3])
        # Keras' step would have left more.
        before = set(registry)
        kept = trained()
        self.assertGreater(len(set(registry) - before), 1)

    def test_gradients_of_any_kind_are_looked_at(self):
        def recursive(n):
            return recursive(n - 1) if n else 0

        def empty():
            return later

        def gradient(dy):
            return recursive(2), empty

        for one in (None, gradient, empty, print):
            self.assertFalse(private.is_of_all_reduce({"type": one}))
        later = None


if __name__ == "__main__":
    absltest.main()
