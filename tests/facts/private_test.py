"""Fails when TensorFlow or Keras change what `private` relies on."""

import random

import keras
import tensorflow as tf
from absl.testing import absltest
from keras.src.backend.common import global_state
from keras.src.random import seed_generator
from tensorflow.python.eager import context
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


if __name__ == "__main__":
    absltest.main()
