"""Tests of reading all of the data without changing them."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import sample
from keras_troubleshoot.facts import whole

X = np.arange(60.0).reshape(30, 2)
Y = np.arange(30)


class Batches(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.ended = 0

    def __len__(self):
        return 4

    def __getitem__(self, index):
        rows = slice(8 * index, 8 * index + 8)
        return X[rows], Y[rows]

    def on_epoch_end(self):
        self.ended += 1


def batches():
    for first in range(0, 30, 7):
        yield X[first : first + 7], Y[first : first + 7]


def dataset(shuffled=False):
    data = tf.data.Dataset.from_tensor_slices((X, Y))
    return (data.shuffle(30, seed=3) if shuffled else data).batch(7)


def joined(parts):
    inputs, targets = zip(*parts, strict=True)
    return np.concatenate(inputs), np.concatenate(targets)


class WholeTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("arrays", lambda: (X, Y)),
        ("tensors", lambda: (tf.constant(X), tf.constant(Y))),
        ("dataset", lambda: (dataset(),)),
        ("PyDataset", lambda: (Batches(),)),
        ("generator", lambda: (batches(),)),
    )
    def test_gives_all_rows_in_order(self, make):
        x, y = joined(whole.parts(*make()))
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(y, Y)

    def test_large_arrays_come_in_parts(self):
        big = np.zeros((5, whole.PART // 2), "float64")
        heights = [len(x) for x, _ in whole.parts(big, np.arange(5))]
        self.assertEqual(heights, [2, 2, 1])

    def test_arrays_cannot_be_written_through(self):
        for x, _ in whole.parts(X):
            with self.assertRaises(ValueError):
                x[0] = 1

    def test_a_structure_stays(self):
        data = {"b": X, "a": [Y, Y]}
        ((x, _),) = whole.parts(data)
        self.assertEqual(list(x), ["b", "a"])
        np.testing.assert_array_equal(x["a"][1], Y)

    def test_a_shuffled_dataset_gives_the_same_afterwards(self):
        tf.random.set_seed(1)
        expected = [y.numpy().tolist() for _, y in dataset(True).repeat(2)]
        tf.random.set_seed(1)
        data = dataset(True)
        read = joined(whole.parts(data))[1]
        after = [y.numpy().tolist() for _, y in data.repeat(2)]
        self.assertEqual(after, expected)
        self.assertCountEqual(read, Y)

    def test_a_generator_is_not_used_up(self):
        stream = batches()
        list(whole.parts(stream))
        self.assertLen(list(stream), 5)

    def test_no_epoch_of_a_py_dataset_ends(self):
        data = Batches()
        list(whole.parts(data))
        self.assertEqual(data.ended, 0)

    def test_an_endless_dataset_ends(self):
        endless = dataset().repeat()
        rows = sum(len(x) for x, _ in whole.parts(endless, limit=12))
        self.assertEqual(rows, 7 * 4 + 2 + 7 * 4 + 2 + 7 * 2)

    def test_batches_of_other_lengths_are_not_joined(self):
        ragged = tf.data.Dataset.from_generator(
            lambda: (np.ones(n, "float32") for n in (2, 3, 5, 1)),
            output_signature=tf.TensorSpec([None], tf.float32),
        ).padded_batch(2)
        shapes = [x.shape for x, _ in whole.parts(ragged)]
        self.assertEqual(shapes, [(2, 3), (2, 5)])

    def test_says_which_batch_failed(self):
        class Broken(Batches):
            def __getitem__(self, index):
                if index == 2:
                    raise OSError("no such file: 2.png")
                return super().__getitem__(index)

        with self.assertRaisesRegex(sample.UnreadableData, "batch 2.*2.png"):
            list(whole.parts(Broken()))


if __name__ == "__main__":
    absltest.main()
