import subprocess
import sys

import keras
import numpy as np
import scipy.sparse
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import sample


class Table:
    """What reading needs of a pandas table."""

    def __init__(self, values):
        self.values = values
        self.shape = values.shape

    @property
    def iloc(self):
        return Rows(self.values)

    def to_numpy(self):
        return self.values

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("converts the whole table")


class Rows:
    def __init__(self, values):
        self.values = values

    def __getitem__(self, rows):
        return Table(self.values[rows])


class OnDisk:
    """Something like an HDF5 dataset: rows can be read, the whole cannot."""

    shape = (10**9, 2)
    dtype = np.dtype("int64")

    def __getitem__(self, rows):
        return np.stack([rows, rows], axis=1)

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("reads the whole")


def giant(rows=10**9, columns=3):
    """An array of 24 GB on paper, of which only one row is in memory."""
    return np.lib.stride_tricks.as_strided(
        np.arange(columns, dtype="float64"), (rows, columns), (0, 8)
    )


X = np.arange(30.0).reshape(10, 3)
Y = np.arange(10)


class ArraysTest(parameterized.TestCase):
    def test_small_arrays_are_taken_whole(self):
        found = reading.read(X, Y, np.ones(10))
        np.testing.assert_array_equal(found.x, X)
        np.testing.assert_array_equal(found.y, Y)
        self.assertEqual(found.rows, 10)
        self.assertIsNone(found.indices)
        self.assertFalse(found.streamed)
        self.assertEqual(found.lengths, {"x": 10, "y": 10, "sample_weight": 10})
        self.assertIs(found.whole[0], X)
        self.assertEqual(found.described, "NumPy arrays")

    def test_sample_cannot_be_written_to(self):
        with self.assertRaises(ValueError):
            reading.read(X).x[0] = 1
        self.assertTrue(X.flags.writeable)

    def test_rows_are_chosen_alike_and_sorted(self):
        found = reading.read(X, Y, limit=4)
        again = reading.read(X, Y, limit=4)
        self.assertLen(set(found.indices.tolist()), 4)
        self.assertSequenceEqual(sorted(found.indices), list(found.indices))
        np.testing.assert_array_equal(found.indices, again.indices)
        np.testing.assert_array_equal(found.x, X[found.indices])
        np.testing.assert_array_equal(found.y, Y[found.indices])

    def test_giant_array_is_not_copied(self):
        found = reading.read(giant(), giant(columns=1))
        self.assertEqual(found.x.shape, (4000, 3))
        self.assertEqual(found.rows, 10**9)

    def test_rows_of_many_bytes_are_fewer(self):
        found = reading.read(giant(10**4, 2**18))
        self.assertEqual(found.x.shape, (2**28 // 2**21, 2**18))

    def test_array_on_disk(self):
        found = reading.read(OnDisk(), limit=5)
        np.testing.assert_array_equal(found.x[:, 0], found.indices)
        self.assertEqual(found.described, "arrays of type OnDisk")

    def test_nested_structures(self):
        x = {"image": X, "meta": (Y, [Y, X])}
        found = reading.read(x, [Y, {"income": X}], limit=3)
        self.assertSequenceEqual(
            list(found.lengths),
            [
                "x['image']",
                "x['meta'][0]",
                "x['meta'][1][0]",
                "x['meta'][1][1]",
                "y[0]",
                "y[1]['income']",
            ],
        )
        self.assertIsInstance(found.x["meta"], tuple)
        np.testing.assert_array_equal(found.x["meta"][1][1], X[found.indices])
        np.testing.assert_array_equal(found.y[1]["income"], X[found.indices])

    @parameterized.named_parameters(
        ("tensor", tf.constant, "TensorFlow tensors"),
        ("keras_tensor", keras.ops.convert_to_tensor, "TensorFlow tensors"),
        ("variable", tf.Variable, "TensorFlow tensors"),
        ("sparse_tensor", tf.sparse.from_dense, "TensorFlow tensors"),
        ("scipy", scipy.sparse.csr_matrix, "SciPy sparse matrices"),
        ("scipy_coo", scipy.sparse.coo_array, "SciPy sparse matrices"),
        ("table", Table, "pandas tables"),
    )
    def test_kinds(self, convert, described):
        for limit in (4, 100):
            found = reading.read(convert(X), limit=limit)
            rows = slice(None) if found.indices is None else found.indices
            np.testing.assert_array_equal(found.x, X[rows])
            self.assertEqual(found.described, described)
            self.assertEqual(found.rows, 10)

    def test_ragged_rows_are_filled_up(self):
        found = reading.read(tf.ragged.constant([[1], [2, 3]]))
        np.testing.assert_array_equal(found.x, [[1, 0], [2, 3]])

    @parameterized.named_parameters(
        ("objects", np.array([{}, [], "a"], dtype=object)),
        ("strings", np.array(["a", "b", "c"])),
        ("bytes", np.array([b"a", b"b", b"c"])),
    )
    def test_dtype_is_kept(self, x):
        self.assertEqual(reading.read(x, limit=2).x.dtype, x.dtype)

    def test_different_lengths_are_left_to_a_rule(self):
        found = reading.read(X, Y[:7])
        self.assertEqual(found.lengths, {"x": 10, "y": 7})
        self.assertLen(found.x, 7)
        self.assertLen(found.y, 7)
        np.testing.assert_array_equal(found.indices, np.arange(7))

    def test_none_among_the_targets(self):
        found = reading.read(X, [Y, None])
        self.assertIsNone(found.y[1])

    def test_draws_nothing(self):
        before = np.random.get_state(legacy=False)["state"]["pos"]
        reading.read(X, limit=2)
        after = np.random.get_state(legacy=False)["state"]["pos"]
        self.assertEqual(before, after)

    def test_arrays_need_no_tensorflow(self):
        code = (
            "import sys, numpy as np\n"
            "from keras_troubleshoot.facts import reading\n"
            "reading.read(np.zeros((9, 2)), np.zeros(9), limit=3)\n"
            "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], check=False)
        self.assertEqual(done.returncode, 0)


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("none", None, "`x` must be an array, received: None"),
        ("number", 3, "received: a int"),
        ("scalar", np.array(3.0), "a single value of type ndarray"),
        ("tensor_scalar", tf.constant(3.0), "a single value"),
        ("string", "data.csv", "received: a str"),
        ("set", {1, 2}, "received: a set"),
        ("list", [1, 2, 3], "`np.asarray(x)`"),
        ("lists", [[1, 2], [3, 4]], "`np.asarray(x[0])`"),
        ("ragged_lists", [[1, 2], [3]], "plain values"),
        ("empty", np.zeros((0, 3)), "shape (0, 3)"),
        ("empty_list", [], "received: a list"),
        ("empty_dict", {}, "received: a dict"),
        ("empty_inside", {"a": X, "b": X[:0]}, "`x['b']`"),
        ("range", range(3), "received: a range"),
        ("iterator", iter([1, 2]), "a list_iterator"),
        ("function", len, "builtin_function_or_method"),
        ("many", [X] * 1001, "np.stack(x)"),
    )
    def test_message(self, x, expected):
        with self.assertRaises(sample.UnreadableData) as caught:
            reading.read(x)
        self.assertIn(expected, str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))
        self.assertNotEmpty(caught.exception.fix)

    def test_list_of_targets(self):
        with self.assertRaisesRegex(sample.UnreadableData, "asarray.y.") as e:
            reading.read(X, [0, 1, 2])
        self.assertEqual(e.exception.where, "y")

    @parameterized.named_parameters(
        ("dataset", lambda: tf.data.Dataset.range(3).batch(2)),
        ("generator", lambda: ((X, Y) for _ in range(3))),
    )
    def test_targets_beside_a_stream(self, make):
        with self.assertRaisesRegex(sample.UnreadableData, "`y` must not"):
            reading.read(make(), Y)

    def test_distributed_dataset(self):
        strategy = tf.distribute.MirroredStrategy(["CPU:0"])
        dataset = tf.data.Dataset.range(4).batch(2)
        spread = strategy.experimental_distribute_dataset(dataset)
        with self.assertRaisesRegex(sample.UnreadableData, "spread over"):
            reading.read(spread)


if __name__ == "__main__":
    absltest.main()
