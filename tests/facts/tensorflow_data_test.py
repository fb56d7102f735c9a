import os
import shutil
import tempfile
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import sample
from keras_troubleshoot.facts import tensorflow_data

X = np.arange(40.0).reshape(20, 2)


def slices(*arrays):
    return tf.data.Dataset.from_tensor_slices(arrays)


def order(dataset):
    return [np.asarray(element).tolist() for element in dataset]


class TensorflowDataTest(parameterized.TestCase):
    def test_reads_all(self):
        found = reading.read(slices(X, X[:, 0]).batch(8))
        np.testing.assert_array_equal(found.x, X)
        np.testing.assert_array_equal(found.y, X[:, 0])
        self.assertEqual(found.batch_sizes, (8, 8, 4))
        self.assertEqual(found.batch_indices, (0, 1, 2))
        self.assertEqual(found.rows, 20)
        self.assertTrue(found.streamed)
        self.assertEqual(found.described, "tf.data.Dataset")

    @parameterized.named_parameters(
        ("known", lambda d: d, 20),
        ("endless", lambda d: d.repeat(), None),
        ("unknown", lambda d: d.filter(lambda x: True), None),
    )
    def test_rows(self, change, expected):
        dataset = change(tf.data.Dataset.range(20).batch(5))
        self.assertEqual(reading.read(dataset, batches=2).rows, expected)

    @parameterized.named_parameters(
        ("x", X, ("x",)),
        ("tuple_of_x", (X,), ("x",)),
        ("x_y", (X, X), ("x", "y")),
        ("all", (X, X, X), ("x", "y", "sample_weight")),
        ("dictionary", {"a": X}, ("x",)),
    )
    def test_unpacks_as_keras_does(self, arrays, given):
        data = tf.data.Dataset.from_tensor_slices(arrays).batch(4)
        found = reading.read(data)
        for name in ("x", "y", "sample_weight"):
            self.assertEqual(getattr(found, name) is not None, name in given)

    def test_sample_is_the_first_epoch(self):
        tf.random.set_seed(1)
        dataset = tf.data.Dataset.range(20).shuffle(20).batch(4)
        found = reading.read(dataset)
        np.testing.assert_array_equal(found.x, np.concatenate(order(dataset)))

    def test_ragged_and_sparse_elements(self):
        ragged = tf.data.Dataset.range(1, 4).map(tf.range)
        found = reading.read(ragged.ragged_batch(3))
        np.testing.assert_array_equal(
            found.x, [[0, 0, 0], [0, 1, 0], [0, 1, 2]]
        )
        sparse = tf.data.Dataset.from_tensors(tf.sparse.from_dense(X))
        np.testing.assert_array_equal(reading.read(sparse).x, X)

    def test_memory_cache_stays_empty(self):
        made = []

        def record(x):
            made.append(int(x))
            return x

        dataset = tf.data.Dataset.range(4).map(
            lambda x: tf.numpy_function(record, [x], tf.int64)
        )
        dataset = dataset.cache().batch(2)
        reading.read(dataset)
        self.assertEmpty(made, "what the look recorded is put back")
        list(dataset)
        list(dataset)
        self.assertEqual(made, [0, 1, 2, 3])

    def test_files_are_not_written(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        dataset = tf.data.Dataset.range(8)
        dataset = dataset.cache(os.path.join(folder, "cache"))
        dataset = dataset.snapshot(os.path.join(folder, "snapshot"))
        inner = tf.data.Dataset.range(2).interleave(
            lambda i: tf.data.Dataset.range(3).cache(
                os.path.join(folder, "inner")
            )
        )
        both = tf.data.Dataset.zip(dataset, inner).batch(2)
        self.assertLen(reading.read(both).x, 6)
        self.assertEmpty(os.listdir(folder))

    def test_variables_keep_their_values(self):
        count = tf.Variable(0, dtype=tf.int64)
        dataset = tf.data.Dataset.range(100).map(lambda x: count.assign_add(1))
        reading.read(dataset.batch(2).prefetch(50), batches=1)
        self.assertEqual(int(count), 0)

    def test_epochs_go_on_as_before(self):
        def epochs(look):
            tf.random.set_seed(3)
            dataset = tf.data.Dataset.range(20).shuffle(20).batch(4)
            first = order(dataset)
            if look:
                reading.read(dataset)
            return first, order(dataset), order(dataset)

        self.assertEqual(epochs(look=False), epochs(look=True))

    def test_too_large_to_copy(self):
        limits = {"LARGEST_COPY": 100, "CHEAP_COPY": 99}
        with mock.patch.multiple(tensorflow_data, **limits):
            known = slices(X).shuffle(3).batch(4)
            self.assertLen(reading.read(known).x, 20)
            unknown = slices(X).window(4).shuffle(3)
            with self.assertRaisesRegex(sample.UnreadableData, "in memory"):
                reading.read(unknown)

    def test_iterator_inside(self):
        numbers = iter(tf.data.Dataset.range(100))
        dataset = tf.data.Dataset.range(9).map(lambda x: x + next(numbers))
        with self.assertRaisesRegex(sample.UnreadableData, "cannot be copied"):
            reading.read(dataset.batch(2))
        self.assertEqual(int(next(numbers)), 0)

    def test_not_batched(self):
        with self.assertRaisesRegex(sample.UnreadableData, "in batches"):
            reading.read(tf.data.Dataset.range(9))

    def test_empty(self):
        with self.assertRaisesRegex(sample.UnreadableData, "single batch"):
            reading.read(tf.data.Dataset.range(0).batch(2))

    def test_failing(self):
        dataset = tf.data.Dataset.range(4).map(
            lambda x: tf.debugging.check_numerics(tf.constant(np.nan), "bad")
        )
        with self.assertRaisesRegex(sample.UnreadableData, "batch 0 of `x`"):
            reading.read(dataset.batch(2))


if __name__ == "__main__":
    absltest.main()
