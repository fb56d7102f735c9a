"""Tests of data that remedies change."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.remedies import feeding

X = np.arange(24, dtype="float32").reshape(12, 2)
Y = np.arange(12, dtype="float32")
WEIGHT = np.linspace(1, 2, 12, dtype="float32")


class Sequence(keras.utils.PyDataset):
    """Three batches of four rows."""

    def __init__(self):
        super().__init__()
        self.ends = 0

    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return X[rows], Y[rows], WEIGHT[rows]

    def on_epoch_end(self):
        self.ends += 1


def dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y, WEIGHT)).batch(4)


KINDS = {
    "arrays": lambda: feeding.feeding(X, Y, WEIGHT),
    "stream": lambda: feeding.feeding(dataset()),
    "batches": lambda: feeding.feeding(Sequence()),
}
NAMES = tuple((name,) for name in KINDS)


def read(data):
    """All rows: inputs, targets, weights."""
    given = data.arguments
    if isinstance(data, feeding.Arrays):
        parts = [tuple(given.values())]
    elif isinstance(data, feeding.Stream):
        parts = list(given["x"])
    else:
        parts = [given["x"][i] for i in range(len(given["x"]))]
    columns = zip(*parts, strict=True)
    return [
        None
        if column[0] is None
        else np.concatenate(list(map(np.asarray, column)))
        for column in columns
    ]


class FeedingTest(parameterized.TestCase):
    @parameterized.parameters(*NAMES)
    def test_as_given(self, name):
        for found, given in zip(
            read(KINDS[name]()), (X, Y, WEIGHT), strict=True
        ):
            np.testing.assert_array_equal(found, given)

    @parameterized.parameters(*NAMES)
    def test_changed(self, name):
        data = KINDS[name]().changed(x=lambda x: x * 2, y=lambda y: y + 1)
        x, y, weight = read(data)
        np.testing.assert_array_equal(x, 2 * X)
        np.testing.assert_array_equal(y, Y + 1)
        np.testing.assert_array_equal(weight, WEIGHT)

    @parameterized.parameters(*NAMES)
    def test_changes_one_side_only(self, name):
        x, y, _ = read(KINDS[name]().changed(y=lambda y: -y))
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(y, -Y)

    @parameterized.parameters(*NAMES)
    def test_kept(self, name):
        x, y, weight = read(KINDS[name]().kept(lambda x, y: y >= 5))
        np.testing.assert_array_equal(x, X[5:])
        np.testing.assert_array_equal(y, Y[5:])
        np.testing.assert_array_equal(weight, WEIGHT[5:])

    @parameterized.parameters(*NAMES)
    def test_without_weights(self, name):
        parts = read(KINDS[name]().weighted(None))
        np.testing.assert_array_equal(parts[1], Y)
        self.assertIsNone(parts[2] if len(parts) > 2 else None)

    @parameterized.parameters(*NAMES)
    def test_the_original_stays(self, name):
        data = KINDS[name]()
        data.changed(x=lambda x: x * 0)
        np.testing.assert_array_equal(read(data)[0], X)

    def test_shuffled_stream_has_the_same_rows(self):
        x, y, _ = read(KINDS["stream"]().shuffled())
        np.testing.assert_array_equal(np.sort(y), Y)
        np.testing.assert_array_equal(x[:, 0], 2 * y)

    def test_nested_inputs(self):
        data = feeding.feeding({"a": X, "b": [X, X]}, Y)
        changed = data.changed(x=lambda x: {"a": x["a"], "b": x["b"][:1]})
        self.assertLen(changed.x["b"], 1)
        kept = data.kept(lambda x, y: y < 2)
        np.testing.assert_array_equal(kept.x["b"][1], X[:2])

    def test_epochs_of_a_py_dataset_go_on(self):
        own = Sequence()
        feeding.feeding(own).changed(x=lambda x: x).arguments[
            "x"
        ].on_epoch_end()
        self.assertEqual(own.ends, 1)

    def test_generator(self):
        with self.assertRaises(feeding.CannotFeed) as caught:
            feeding.feeding(iter([(X, Y)]))
        self.assertIn("To mend it, ", str(caught.exception))


if __name__ == "__main__":
    absltest.main()
