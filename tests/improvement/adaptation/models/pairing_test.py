"""Tests of `paired`."""

import collections

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.models.pairing import paired

XS = np.arange(50.0).reshape(50, 1).repeat(3, axis=1)
YS = np.arange(50)
XT = -np.arange(1.0, 21.0).reshape(20, 1).repeat(3, axis=1)


def gathered(batches):
    """All batches, tensors joined along the rows."""
    parts = [tf.nest.map_structure(np.asarray, one) for one in batches]
    return tf.nest.map_structure(lambda *p: np.concatenate(p), *parts)


class PairedTest(parameterized.TestCase):
    def test_rows_keep_their_labels_and_domains_their_rows(self):
        x, y = gathered(paired((XS, YS), XT, 16))
        np.testing.assert_array_equal(x["source"][:, 0], y)
        self.assertTrue(np.all(x["target"] < 0))
        self.assertLen(y, 64)  # 4 batches of 16 take the 50 once.
        self.assertLen(set(y.tolist()[:50]), 50)
        counts = collections.Counter(x["target"][:60, 0].tolist())
        self.assertEqual(set(counts.values()), {3})

    def test_domains_are_shuffled_independently_and_anew(self):
        batches = paired((XS, YS), XT, 25, seed=1)
        first, second = gathered(batches), gathered(batches)
        self.assertFalse(np.array_equal(first[1], second[1]))
        self.assertFalse(
            np.array_equal(first[0]["target"], second[0]["target"])
        )
        again = gathered(paired((XS, YS), XT, 25, seed=1))
        np.testing.assert_array_equal(first[1], again[1])

    @parameterized.parameters(False, True)
    def test_an_epoch_does_not_hang_on_what_was_taken_of_the_one_before(
        self, balanced
    ):
        def second(taken):
            batches = paired((XS, YS % 3), XT, 20, balanced=balanced, seed=1)
            for _ in batches.take(taken):
                pass
            return gathered(batches)

        (one, _), (other, _) = second(1), second(3)
        for domain in one:
            np.testing.assert_array_equal(one[domain], other[domain])

    def test_the_source_does_not_hang_on_the_target(self):
        one = gathered(paired((XS, YS), XT, 25, seed=1))
        other = gathered(paired((XS, YS), XT[:3], 25, seed=1))
        np.testing.assert_array_equal(one[1], other[1])

    def test_without_shuffling_they_stand_in_order(self):
        x, y = gathered(paired((XS, YS), XT, 10, shuffle=False))
        np.testing.assert_array_equal(y, YS)
        np.testing.assert_array_equal(x["target"][:20], XT)
        np.testing.assert_array_equal(x["target"][20:40], XT)

    @parameterized.parameters((16, None, 4), (60, None, 1), (10, 7, 7))
    def test_length(self, size, steps, expected):
        batches = paired((XS, YS), XT, size, steps=steps)
        self.assertLen(batches, expected)
        for x, y in batches:
            self.assertEqual(x["target"].shape, (size, 3))
            self.assertLen(y, size)

    def test_several_sources_take_turns(self):
        x, y = gathered(
            paired([(XS, YS), (XS + 100, YS + 100), (XS + 200, YS + 200)], XT)
        )
        self.assertLen(y, 3 * 64)
        np.testing.assert_array_equal(x["source"][:, 0], y)
        np.testing.assert_array_equal(y // 100, np.arange(3 * 64) % 3)

    def test_structures_and_weights(self):
        inputs = {"a": XS, "b": (XS[:, 0], XS.reshape(50, 3, 1))}
        target = {"a": XT, "b": (XT[:, 0], XT.reshape(20, 3, 1))}
        labels = [YS, np.eye(50)[YS]]
        batches = paired((inputs, labels, YS / 50), target, 8)
        x, y, weight = next(iter(batches))
        self.assertEqual(x["source"]["b"][1].shape, (8, 3, 1))
        self.assertEqual(x["target"]["b"][0].shape, (8,))
        np.testing.assert_array_equal(x["source"]["a"][:, 0], y[0])
        np.testing.assert_allclose(weight, np.asarray(y[0]) / 50)
        np.testing.assert_array_equal(np.argmax(y[1], 1), y[0])

    @parameterized.parameters(True, False)
    def test_streams(self, stream_target):
        source = tf.data.Dataset.from_tensor_slices((XS, YS)).batch(7)
        target = tf.data.Dataset.from_tensor_slices(XT).batch(7)
        batches = paired(source, target if stream_target else XT, 10)
        x, y = gathered(batches)
        np.testing.assert_array_equal(x["source"][:, 0], y)
        # 8 batches of 7 of the source are 56 rows at most.
        self.assertLen(y, 60)

    def test_a_stream_without_length_needs_steps(self):
        source = tf.data.Dataset.from_tensor_slices((XS, YS)).batch(7).repeat()
        target = tf.data.Dataset.from_tensor_slices(XT).batch(7).repeat()
        with self.assertRaisesRegex(ValueError, "`steps` must be given"):
            paired(source, target, 10)
        self.assertLen(paired(source, target, 10, steps=3), 3)


class BalancedTest(parameterized.TestCase):
    labels = np.repeat([0, 1, 2], [40, 7, 3])

    def counts(self, labels):
        return np.bincount(np.asarray(labels).astype(int), minlength=3)

    @parameterized.named_parameters(
        ("ids", labels),
        ("a column of ids", labels[:, np.newaxis]),
        ("whole floats", labels.astype("float32")),
        ("one-hot", np.eye(3)[labels]),
        ("the only one of a dictionary", {"kind": labels}),
    )
    def test_each_batch_holds_classes_equally_often(self, labels):
        batches = paired((XS, labels), XT, 16, balanced=True)
        self.assertLen(batches, 4)
        for x, y in batches:
            y = y["kind"] if isinstance(y, dict) else np.asarray(y)
            rows = np.asarray(x["source"])[:, 0].astype(int)
            wanted = self.labels[rows]
            np.testing.assert_array_equal(
                np.asarray(labels)[rows]
                if not isinstance(labels, dict)
                else wanted,
                y,
            )
            self.assertLessEqual(np.ptp(self.counts(wanted)), 1)

    def test_without_it_they_are_as_frequent_as_they_are(self):
        x, _ = gathered(paired((XS, self.labels), XT, 50, steps=1))
        rows = x["source"][:, 0].astype(int)
        np.testing.assert_array_equal(
            self.counts(self.labels[rows]), [40, 7, 3]
        )

    def test_all_rows_of_a_class_come_before_one_comes_again(self):
        x, _ = gathered(paired((XS, self.labels), XT, 30, balanced=True))
        seen = collections.Counter(x["source"][:, 0].astype(int).tolist())
        self.assertEqual({seen[row] for row in range(40)}, {0, 1})
        self.assertEqual({seen[row] for row in range(40, 47)}, {2, 3})
        self.assertEqual({seen[row] for row in range(47, 50)}, {6, 7})

    def test_order_hangs_on_seed_and_epoch(self):
        def drawn(seed):
            return paired((XS, self.labels), XT, 25, balanced=True, seed=seed)

        batches = drawn(1)
        first, second = gathered(batches), gathered(batches)
        self.assertFalse(
            np.array_equal(first[0]["source"], second[0]["source"])
        )
        again = gathered(drawn(1))
        np.testing.assert_array_equal(first[0]["source"], again[0]["source"])
        other = gathered(drawn(2))
        self.assertFalse(np.array_equal(first[0]["source"], other[0]["source"]))

    @parameterized.parameters((0, "labels"), (7, "labels"), (0, "each other"))
    def test_without_a_seed_it_follows_that_of_keras(self, seed, kind):
        labels = self.labels if kind == "labels" else YS
        drawn = []
        for one in (seed, seed, seed + 1):
            keras.utils.set_random_seed(one)
            batches = paired((XS, labels), XT, 16, balanced=True)
            drawn.append(gathered(batches)[0]["source"])
        np.testing.assert_array_equal(drawn[0], drawn[1])
        self.assertFalse(np.array_equal(drawn[0], drawn[2]))

    def test_without_shuffling_classes_take_turns_in_order(self):
        x, y = gathered(
            paired((XS, self.labels), XT, 9, shuffle=False, balanced=True)
        )
        np.testing.assert_array_equal(y, np.arange(len(y)) % 3)
        np.testing.assert_array_equal(
            x["source"][:9, 0], [0, 40, 47, 1, 41, 48, 2, 42, 49]
        )

    def test_more_classes_than_a_batch_holds(self):
        batches = paired((XS, YS), XT, 10, steps=10, balanced=True)
        self.assertLen(batches, 10)
        x, y = gathered(batches)
        self.assertEqual(set(np.bincount(y)), {2})
        # Not always the same ones beside each other.
        batches = [frozenset(one.tolist()) for one in y.reshape(10, 10)]
        self.assertLen(set(batches), 10)
        np.testing.assert_array_equal(x["source"][:, 0], y)

    def test_each_of_several_sources_is_balanced(self):
        others = np.repeat([2, 5], 25)  # Its classes are others, too.
        batches = paired(
            [(XS, self.labels), (XS, others)], XT, 12, balanced=True
        )
        for _, y in batches:
            y = np.asarray(y)
            np.testing.assert_array_equal(self.counts(y[::2]), [4, 4, 4])
            np.testing.assert_array_equal(np.bincount(y[1::2])[[2, 5]], [6, 6])

    def test_the_target_may_be_a_stream(self):
        target = tf.data.Dataset.from_tensor_slices(XT).batch(7)
        batches = paired((XS, self.labels), target, 9, balanced=True)
        for x, y in batches:
            np.testing.assert_array_equal(self.counts(y), [3, 3, 3])
            self.assertTrue(np.all(x["target"] < 0))

    @parameterized.named_parameters(
        ("numbers", YS + 0.5, r"labels of shape \(50,\)"),
        ("several classes a row", np.ones((50, 3)) - np.eye(50, 3), "50, 3"),
        ("several labels", [YS, YS], "numbers or several"),
    )
    def test_needs_one_class_a_row(self, labels, told):
        with self.assertRaisesRegex(ValueError, told):
            paired((XS, labels), XT, balanced=True)

    def test_a_source_must_not_be_a_stream(self):
        source = tf.data.Dataset.from_tensor_slices((XS, YS)).batch(7)
        with self.assertRaisesRegex(ValueError, "the source as a stream"):
            paired(source, XT, balanced=True)


class RefusesTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("an empty target", (XS, YS), XT[:0], "target must hold at least one"),
        ("an empty source", (XS[:0], YS[:0]), XT, "source must hold at least"),
        ("labels of the target", (XS, YS), (XT, YS), "must be inputs alone"),
        ("no labels", XS, XT, "`source` must be `.inputs, labels.`"),
        ("one class", (XS, YS * 0), XT, "the single class 0"),
        ("one class in one-hot", (XS, np.eye(3)[YS * 0]), XT, "single class"),
        ("other shapes", (XS, YS), XT[:, :2], r"\[3\].* and .*\[2\]"),
        ("other structure", ({"a": XS}, YS), XT, "inputs of the same shape"),
        ("NaN in the target", (XS, YS), XT * np.nan, "60 of 60 are NaN"),
        ("NaN in the source", (XS + np.inf, YS), XT, "finite numbers"),
        ("unequal rows", (XS, YS[:9]), XT, "the same number of rows"),
        ("no source", [], XT, "at least one source"),
    )
    def test_data(self, source, target, told):
        with (
            np.errstate(all="ignore"),
            self.assertRaisesRegex(ValueError, told),
        ):
            paired(source, target)

    def test_labels_in_a_stream_of_the_target(self):
        target = tf.data.Dataset.from_tensor_slices((XT, YS[:20])).batch(7)
        with self.assertRaisesRegex(ValueError, "must be inputs alone"):
            paired((XS, YS), target)

    def test_an_empty_stream(self):
        target = tf.data.Dataset.from_tensor_slices(XT[:0]).batch(7)
        with self.assertRaisesRegex(ValueError, "a dataset that is empty"):
            paired((XS, YS), target)

    @parameterized.parameters(0, -1, 1.5)
    def test_sizes(self, size):
        with self.assertRaisesRegex(ValueError, "`batch_size` must be"):
            paired((XS, YS), XT, size)
        with self.assertRaisesRegex(ValueError, "`steps` must be"):
            paired((XS, YS), XT, steps=size)


if __name__ == "__main__":
    absltest.main()
