"""Fails when TensorFlow changes what `dataset_internals` relies on."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from tensorflow.python.ops import script_ops

from keras_troubleshoot.facts import dataset_internals
from keras_troubleshoot.facts import rebuilding

X = np.arange(40.0, dtype="float32").reshape(20, 2)


class DatasetInternalsTest(absltest.TestCase):
    def test_dataset_survives_its_graph(self):
        dataset = tf.data.Dataset.range(3).map(lambda x: x + 1)
        graph = dataset_internals.serialize_dataset(dataset)
        self.assertIn("RangeDataset", [node.op for node in graph.node])
        copy = dataset_internals.build_dataset(graph, dataset.element_spec)
        self.assertEqual([int(x) for x in copy], [1, 2, 3])

    def test_kinds_of_shared_state(self):
        dataset = tf.data.Dataset.range(3).shuffle(3).cache()
        graph = dataset_internals.serialize_dataset(dataset)
        handles = [
            node.attr["value"].tensor.resource_handle_val[0].maybe_type_name
            for node in graph.node
            if node.attr["value"].tensor.resource_handle_val
        ]
        self.assertIn("SeedGenerator", handles[0])
        self.assertIn("MemoryCache", handles[1])

    def test_stages_and_their_memory(self):
        dataset = tf.data.Dataset.from_tensor_slices(tf.zeros([8, 2]))
        stages = dataset_internals.pipeline(dataset.shuffle(3).batch(2))
        self.assertEqual(
            [type(stage).__name__ for stage in stages],
            ["_BatchDataset", "_ShuffleDataset", "_TensorSliceDataset"],
        )
        self.assertEqual(sum(map(dataset_internals.memory_bytes, stages)), 64)

    def test_functions_behind_tokens(self):
        def generate():
            yield 1

        dataset = tf.data.Dataset.from_generator(
            generate, output_signature=tf.TensorSpec((), tf.int32)
        )
        found = [
            function
            for token in list(script_ops._py_funcs._funcs)
            for function in dataset_internals.python_function(token.encode())
        ]
        self.assertIn(generate, found)
        del dataset


def slices():
    return tf.data.Dataset.from_tensor_slices(X)


def order(dataset):
    return [
        np.asarray(leaf).tolist()
        for element in dataset.take(30)
        for leaf in tf.nest.flatten(element)
    ]


def flipping(x):
    return FLIP(x[None, :, None, None], training=True)


FLIP = keras.layers.RandomFlip("vertical", seed=1)
LOOKUP = keras.layers.IntegerLookup(vocabulary=[0, 2, 4])


class RebuildingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("shuffle", lambda d: d.shuffle(9).batch(3)),
        ("once", lambda d: d.shuffle(9, reshuffle_each_iteration=False)),
        ("seeded", lambda d: d.shuffle(9, seed=3).repeat(2)),
        ("batch", lambda d: d.batch(3, drop_remainder=True).prefetch(2)),
        ("parallel_batch", lambda d: d.batch(3, num_parallel_calls=2)),
        ("parts", lambda d: d.skip(2).take(9).concatenate(d)),
        ("zip", lambda d: tf.data.Dataset.zip({"a": d, "b": (d, d)})),
        ("map", lambda d: d.map(lambda x: x + 1, num_parallel_calls=2)),
        ("random", lambda d: d.map(lambda x: x + tf.random.normal([2]))),
        ("layer", lambda d: d.map(flipping)),
        ("lookup", lambda d: d.map(lambda x: LOOKUP(tf.cast(x, tf.int64)))),
        ("cache", lambda d: d.cache().with_options(tf.data.Options())),
    )
    def test_same_elements(self, change):
        tf.random.set_seed(1)
        dataset = change(slices())
        copy = rebuilding.rebuild(dataset, variables := [])
        self.assertEqual(copy.element_spec, dataset.element_spec)
        looked = order(copy)
        self.assertEqual(looked, order(dataset))
        del variables

    @parameterized.named_parameters(
        ("generator", lambda d: d.interleave(lambda x: slices())),
        ("window", lambda d: d.window(3)),
        (
            "python",
            lambda d: d.map(lambda x: tf.numpy_function(abs, [x], tf.float32)),
        ),
    )
    def test_unknown(self, change):
        self.assertIsNone(rebuilding.rebuild(change(slices()), []))

    def test_iterator_inside(self):
        numbers = iter(slices())
        dataset = slices().map(lambda x: x + next(numbers))
        self.assertIsNone(rebuilding.rebuild(dataset, []))


if __name__ == "__main__":
    absltest.main()
