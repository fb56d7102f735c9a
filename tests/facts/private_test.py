"""Fails when TensorFlow or Keras change what `private` relies on."""

import random

import keras
import tensorflow as tf
from absl.testing import absltest
from keras.src.backend.common import global_state
from keras.src.random import seed_generator
from tensorflow.python.eager import context
from tensorflow.python.ops import script_ops
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

    def test_dataset_survives_its_graph(self):
        dataset = tf.data.Dataset.range(3).map(lambda x: x + 1)
        graph = private.serialize_dataset(dataset)
        self.assertIn("RangeDataset", [node.op for node in graph.node])
        copy = private.build_dataset(graph, dataset.element_spec)
        self.assertEqual([int(x) for x in copy], [1, 2, 3])

    def test_kinds_of_shared_state(self):
        dataset = tf.data.Dataset.range(3).shuffle(3).cache()
        graph = private.serialize_dataset(dataset)
        handles = [
            node.attr["value"].tensor.resource_handle_val[0].maybe_type_name
            for node in graph.node
            if node.attr["value"].tensor.resource_handle_val
        ]
        self.assertIn("SeedGenerator", handles[0])
        self.assertIn("MemoryCache", handles[1])

    def test_stages_and_their_memory(self):
        dataset = tf.data.Dataset.from_tensor_slices(tf.zeros([8, 2]))
        stages = private.pipeline(dataset.shuffle(3).batch(2))
        self.assertEqual(
            [type(stage).__name__ for stage in stages],
            ["_BatchDataset", "_ShuffleDataset", "_TensorSliceDataset"],
        )
        self.assertEqual(sum(map(private.memory_bytes, stages)), 64)

    def test_functions_behind_tokens(self):
        def generate():
            yield 1

        dataset = tf.data.Dataset.from_generator(
            generate, output_signature=tf.TensorSpec((), tf.int32)
        )
        found = [
            function
            for token in list(script_ops._py_funcs._funcs)
            for function in private.python_function(token.encode())
        ]
        self.assertIn(generate, found)
        del dataset

    def test_functions_run_eagerly_meanwhile(self):
        with private.untraced():
            self.assertTrue(tf.config.functions_run_eagerly())
        self.assertFalse(tf.config.functions_run_eagerly())


if __name__ == "__main__":
    absltest.main()
