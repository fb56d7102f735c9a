import collections
from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.start_simple.data import apportion
from keras_troubleshoot.start_simple.data.simplifying import resizing
from keras_troubleshoot.start_simple.data.simplifying import sources
from keras_troubleshoot.start_simple.data.simplifying.simplify import simplify

COUNTS = {0: 500, 1: 301, 2: 150, 3: 40, 4: 9}
IDS = np.random.default_rng(0).permutation(
    np.repeat(list(COUNTS), list(COUNTS.values()))
)
ROWS = np.arange(1000)
IMAGES = np.random.default_rng(1).integers(0, 256, (60, 12, 8, 3), "uint8")


def numbered(*shape):
    """Inputs whose every element is the number of its row."""
    return np.broadcast_to(
        ROWS.reshape(-1, *[1] * len(shape)), (1000, *shape)
    ).astype("float32")


def triangle_resize(image, size):
    """Means weighted by a triangle as wide as the reduction, by loops."""
    for axis, new in enumerate(size):
        old = image.shape[axis]
        scale = old / new
        weights = np.zeros((new, old))
        for i in range(new):
            centre = (i + 0.5) * scale - 0.5
            for j in range(old):
                far = abs(j - centre) / max(scale, 1)
                weights[i, j] = max(0, 1 - far)
        weights /= weights.sum(axis=1, keepdims=True)
        image = np.moveaxis(
            np.tensordot(weights, np.moveaxis(image, axis, 0), 1), 0, axis
        )
    return image


class RowsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("ids", IDS, 100),
        ("column", IDS[:, None], 100),
        ("floats", IDS.astype("float32"), 100),
        ("one_hot", np.eye(5)[IDS], 100),
        ("odd_number", IDS, 137),
        ("nearly_all", IDS, 999),
    )
    def test_each_class_has_its_share(self, y, rows):
        _, kept, _ = simplify(numbered(2), y, rows=rows)
        ids = kept.argmax(1) if kept.shape[1:] == (5,) else kept.ravel()
        found = collections.Counter(ids.astype(int).tolist())
        self.assertLen(ids, rows)
        for label, count in COUNTS.items():
            self.assertLess(abs(found[label] - rows * count / 1000), 1)

    def test_rare_classes_keep_a_row(self):
        _, kept, _ = simplify(numbered(2), IDS, rows=5)
        self.assertSequenceEqual(sorted(kept), range(5))

    def test_fewer_rows_than_classes(self):
        _, kept, _ = simplify(numbered(2), IDS, rows=2)
        self.assertSequenceEqual(sorted(kept), [0, 1])

    @parameterized.named_parameters(
        ("classes", IDS), ("real", np.sqrt(ROWS)), ("none", None)
    )
    def test_rows_stay_aligned_and_in_order(self, y):
        x = {"a": numbered(3), "b": [numbered(), (numbered(2, 2),)]}
        found, targets, kept = simplify(x, y, rows=50)
        self.assertTrue((np.diff(kept.indices) > 0).all())
        self.assertIsInstance(found["b"][1], tuple)
        for array in (
            found["a"][:, 2],
            found["b"][0],
            found["b"][1][0][:, 1, 0],
        ):
            np.testing.assert_array_equal(array, kept.indices)
        if y is None:
            self.assertIsNone(targets)
        else:
            np.testing.assert_array_equal(targets, y[kept.indices])

    def test_the_seed_decides(self):
        one, two, other = (
            simplify(numbered(1), IDS, rows=50, seed=seed).kept.indices
            for seed in (3, 3, 4)
        )
        np.testing.assert_array_equal(one, two)
        self.assertFalse(np.array_equal(one, other))

    def test_every_row_is_as_likely(self):
        drawn = [
            simplify(numbered(1), rows=100, seed=seed).kept.indices
            for seed in range(200)
        ]
        often = np.bincount(np.concatenate(drawn), minlength=1000)
        # 20 expected of each; 6 standard deviations of a binomial.
        self.assertLess(abs(often - 20).max(), 6 * np.sqrt(200 * 0.1 * 0.9))

    def test_real_targets_are_not_stratified(self):
        _, _, kept = simplify(numbered(1), np.sqrt(ROWS), rows=10)
        self.assertEqual(str(kept), "Kept 10 of 1,000 examples (at random).")

    def test_several_targets_follow_the_first_of_classes(self):
        y = {"price": np.sqrt(ROWS), "sort": IDS}
        _, found, kept = simplify(numbered(1), y, rows=100)
        self.assertEqual(np.bincount(found["sort"])[0], 50)
        np.testing.assert_array_equal(found["price"], np.sqrt(kept.indices))
        self.assertIn("stratified by class of y['sort']", str(kept))

    def test_labels_of_pixels_are_not_classes_of_rows(self):
        masks = np.broadcast_to(IDS[:, None, None, None] > 0, (1000, 4, 4, 1))
        _, _, kept = simplify(numbered(4, 4, 1), masks.astype(int), rows=10)
        self.assertIn("at random", str(kept))

    def test_the_data_are_left_alone(self):
        x, y = numbered(2).copy(), IDS.copy()
        found, targets, _ = simplify(x, y)
        found[:], targets[:] = -1, -1
        np.testing.assert_array_equal(x, numbered(2))
        np.testing.assert_array_equal(y, IDS)

    def test_tensors_and_tables(self):
        x = tf.constant(numbered(2))
        found, _, kept = simplify(x, tf.constant(IDS), rows=10)
        np.testing.assert_array_equal(found[:, 0], kept.indices)


class ApportionTest(parameterized.TestCase):
    @parameterized.parameters(range(20))
    def test_largest_remainder(self, seed):
        rng = np.random.default_rng(seed)
        counts = rng.integers(1, 1000, 7)
        total = int(rng.integers(7 * 40, counts.sum()))
        quota = counts * total / counts.sum()
        # Written another way: sort the remainders once.
        expected = quota.astype(int)
        more = np.argsort(-(quota % 1), kind="stable")
        expected[more[: total - expected.sum()]] += 1
        expected = expected if expected.min() else None
        found = apportion.apportion(counts, total)
        self.assertEqual(found.sum(), total)
        self.assertTrue((found <= counts).all() and found.min() >= 1)
        if expected is not None:
            np.testing.assert_array_equal(found, expected)


class ClassesTest(parameterized.TestCase):
    def test_most_frequent(self):
        x, y, kept = simplify(numbered(1), IDS + 10, classes=3)
        self.assertEqual(kept.classes, {0: 10, 1: 11, 2: 12})
        self.assertSequenceEqual(np.bincount(y).tolist(), [500, 301, 150])
        np.testing.assert_array_equal(x[:, 0], np.flatnonzero(IDS < 3))

    def test_sentence_of_the_most_frequent(self):
        images = np.zeros((1000, 28, 28), "uint8")
        ids = np.array([3, 7, 1, 5, 0])[IDS]
        kept = simplify(images, ids, rows=60, classes=3, size=(14, 14)).kept
        self.assertEqual(
            kept.sentence,
            "Kept 60 of 1,000 examples (stratified by class), 3 of 5 classes "
            "(the most frequent: 1, 3, 7; renumbered 0 to 2), images resized "
            "from 28x28 to 14x14.",
        )

    @parameterized.named_parameters(
        ("ids", IDS),
        ("column", IDS[:, None]),
        ("floats", IDS.astype("float32")),
    )
    def test_list_of_ids_keeps_its_order(self, y):
        x, found, kept = simplify(numbered(1), y, classes=[4, 1])
        self.assertEqual(kept.classes, {0: 4, 1: 1})
        self.assertEqual(found.dtype, y.dtype)
        self.assertEqual(found.shape[1:], y.shape[1:])
        old = IDS[x[:, 0].astype(int)]
        np.testing.assert_array_equal(
            np.array([4, 1])[found.ravel().astype(int)], old
        )

    def test_one_hot_loses_columns(self):
        x, found, kept = simplify(numbered(1), np.eye(5)[IDS], classes=[4, 1])
        self.assertEqual(kept.classes, {0: 4, 1: 1})
        old = IDS[x[:, 0].astype(int)]
        np.testing.assert_array_equal(found, np.eye(5)[old][:, [4, 1]])

    def test_many_ids_in_few_rows(self):
        ids = np.arange(200) % 100
        _, y, _ = simplify(np.zeros((200, 2)), ids, classes=[70, 90])
        np.testing.assert_array_equal(y, [0, 1, 0, 1])

    def test_classes_of_one_of_several_targets(self):
        y = [np.sqrt(ROWS), IDS]
        _, found, _ = simplify(numbered(1), y, classes=2)
        self.assertEqual(found[1].max(), 1)
        np.testing.assert_array_equal(found[0], np.sqrt(ROWS[IDS < 2]))


class SizeTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("half", (6, 4)), ("odd", (5, 3)), ("larger", (20, 8))
    )
    def test_means_over_the_surroundings(self, size):
        found = simplify(IMAGES.astype("float64"), size=size).x
        for image, resized in zip(IMAGES[:3], found[:3], strict=True):
            np.testing.assert_allclose(
                resized, triangle_resize(image.astype(float), size), atol=0.01
            )

    @parameterized.parameters("uint8", "int32", "float32", "float64")
    def test_type_and_range_stay(self, dtype):
        found = simplify(IMAGES.astype(dtype), size=(3, 3)).x
        self.assertEqual(found.dtype, dtype)
        self.assertEqual(found.shape, (60, 3, 3, 3))
        self.assertBetween(found.min(), 0, 255)
        self.assertBetween(found.mean(), 120, 135)

    def test_whole_numbers_are_rounded(self):
        whole = simplify(IMAGES, size=(5, 5)).x
        exact = simplify(IMAGES.astype("float32"), size=(5, 5)).x
        np.testing.assert_array_equal(whole, np.rint(exact))

    def test_images_without_channels(self):
        found = simplify(IMAGES[..., 0], size=(6, 4)).x
        np.testing.assert_array_equal(
            found, simplify(IMAGES[..., :1], size=(6, 4)).x[..., 0]
        )

    def test_parts_are_as_the_whole(self):
        whole = resizing.resize(IMAGES, (5, 5))
        with mock.patch.object(resizing, "PART", 1000):
            np.testing.assert_array_equal(
                resizing.resize(IMAGES, (5, 5)), whole
            )

    def test_other_inputs_stay(self):
        x = {"photo": IMAGES, "facts": np.ones((60, 3))}
        found, _, kept = simplify(x, size=(6, 4))
        self.assertEqual(found["photo"].shape, (60, 6, 4, 3))
        self.assertEqual(found["facts"].shape, (60, 3))
        self.assertEqual(
            str(kept), "Kept all 60 examples, images resized from 12x8 to 6x4."
        )


class StepsTest(parameterized.TestCase):
    SERIES = np.random.default_rng(2).normal(size=(40, 30, 2))
    TEXTS = np.random.default_rng(2).integers(1, 500, (40, 30))

    def test_measurements_keep_their_end(self):
        found, _, kept = simplify(self.SERIES, steps=10)
        np.testing.assert_array_equal(found, self.SERIES[:, 20:])
        self.assertIn("cut to their last 10 of 30 steps", str(kept))

    def test_tokens_keep_their_beginning(self):
        found, _, kept = simplify(self.TEXTS, steps=10)
        np.testing.assert_array_equal(found, self.TEXTS[:, :10])
        self.assertIn("cut to their first 10 of 30 steps", str(kept))

    def test_padding_in_front_of_tokens_is_given_up(self):
        texts = self.TEXTS.copy()
        texts[::3, :15] = 0
        found = simplify(texts, steps=10).x
        np.testing.assert_array_equal(found, texts[:, 20:])

    def test_padding_behind_measurements_is_given_up(self):
        series = self.SERIES.copy()
        series[::3, 15:] = 0
        found = simplify(series, steps=10).x
        np.testing.assert_array_equal(found, series[:, :10])

    def test_whole_numbers_are_tokens_if_nothing_else_is(self):
        found = simplify(self.TEXTS % 5, steps=10).x
        np.testing.assert_array_equal(found, self.TEXTS[:, :10] % 5)

    def test_kinds_are_heeded(self):
        x = {"text": self.TEXTS % 5, "codes": self.TEXTS % 7}
        found = simplify(x, steps=10, kinds={"text": "tokens"}).x
        self.assertEqual(found["text"].shape, (40, 10))
        self.assertEqual(found["codes"].shape, (40, 30))
        by_full_name = simplify(x, steps=10, kinds={"x['codes']": "tokens"}).x
        self.assertEqual(by_full_name["codes"].shape, (40, 10))

    def test_shorter_sequences_stay(self):
        found, _, kept = simplify(self.SERIES, steps=30)
        np.testing.assert_array_equal(found, self.SERIES)
        self.assertEqual(str(kept), "Kept all 40 examples.")


def shuffled():
    data = tf.data.Dataset.from_tensor_slices((numbered(2), IDS))
    return data.shuffle(1000, seed=5).batch(32)


def epochs(dataset, count=2):
    return [[x.numpy()[:, 0] for x, *_ in dataset] for _ in range(count)]


class Batches(keras.utils.PyDataset):
    ended = 0

    def __len__(self):
        return 32

    def __getitem__(self, index):
        part = slice(32 * index, 32 * (index + 1))
        return numbered(2)[part], IDS[part]

    def on_epoch_end(self):
        self.ended += 1


class StreamsTest(parameterized.TestCase):
    def test_dataset_is_read_whole_and_left_as_it_was(self):
        expected = epochs(shuffled())
        dataset = shuffled()
        x, y, kept = simplify(dataset, rows=100)
        for found, wanted in zip(epochs(dataset), expected, strict=True):
            np.testing.assert_array_equal(
                np.concatenate(found), np.concatenate(wanted)
            )
        self.assertSequenceEqual(np.bincount(y).tolist(), [50, 30, 15, 4, 1])
        np.testing.assert_array_equal(IDS[x[:, 0].astype(int)], y)
        self.assertIsNone(kept.indices)
        self.assertEqual(
            str(kept), "Kept 100 of 1,000 examples (stratified by class)."
        )

    def test_py_dataset(self):
        batches = Batches()
        x, y, kept = simplify(batches, rows=100, classes=[2, 0])
        np.testing.assert_array_equal(IDS[x[:, 0].astype(int)], 2 - 2 * y)
        self.assertEqual((kept.of, batches.ended), (1000, 0))

    def test_generator_is_not_used_up(self):
        generator = (Batches()[i] for i in range(32))
        self.assertEqual(simplify(generator, rows=200).kept.of, 1000)
        self.assertLen(list(generator), 32)

    @parameterized.named_parameters(
        ("endless", lambda: shuffled().repeat()),
        (
            "of_unknown_length",
            lambda: shuffled().repeat(10).filter(lambda x, y: True),
        ),
    )
    def test_only_the_first_rows_are_read(self, make):
        x, _, kept = simplify(make(), rows=20)
        self.assertLen(x, 20)
        self.assertEqual(kept.of, 200)
        self.assertEqual(
            str(kept),
            "Kept 20 of the first 200 examples of a tf.data.Dataset "
            "(stratified by class).",
        )

    def test_what_does_not_fit_in_memory_is_cut_off(self):
        with mock.patch.object(sources, "LARGEST", 1000):
            kept = simplify(shuffled().repeat(10), rows=20).kept
        self.assertBetween(kept.of, 20, 9999)
        self.assertIn("of the first", str(kept))

    def test_weights_are_left_out_and_this_is_said(self):
        data = (numbered(2), IDS, np.ones(1000))
        dataset = tf.data.Dataset.from_tensor_slices(data).batch(32)
        kept = simplify(dataset).kept
        self.assertEqual(
            str(kept),
            "Kept all 1,000 examples, without their sample weights.",
        )

    def test_all_of_the_first_rows(self):
        kept = simplify(shuffled().repeat(), rows=200).kept
        self.assertIn("Kept 200 of the first 2,000 examples", str(kept))
        with mock.patch.object(sources, "LOOKAHEAD", 1):
            kept = simplify(shuffled().repeat(), rows=200).kept
        self.assertEqual(
            str(kept), "Kept the first 200 examples of a tf.data.Dataset."
        )

    def test_images_of_a_dataset(self):
        dataset = tf.data.Dataset.from_tensor_slices(IMAGES).batch(7)
        found, y, kept = simplify(dataset, rows=30, size=(6, 4))
        self.assertEqual((found.shape, found.dtype), ((30, 6, 4, 3), "uint8"))
        self.assertIsNone(y)
        self.assertIn("images resized from 12x8 to 6x4", str(kept))


class RefusalsTest(parameterized.TestCase):
    TABLE = np.random.default_rng(0).normal(size=(20, 3))

    @parameterized.named_parameters(
        ("no_rows", {"rows": 0}, "at least 1"),
        ("negative_seed", {"seed": -1}, "at least 0"),
        ("too_many", {"classes": 6}, "among the 5 classes"),
        ("unknown", {"classes": [1, 7]}, "among the 5 classes"),
        ("one_class", {"classes": 1}, "at least 2 classes"),
        ("list_of_one", {"classes": [3]}, "at least 2 classes"),
        ("twice", {"classes": [3, 3]}, "each class once"),
        ("no_images", {"size": (4, 4)}, "the kind 'image'"),
        ("no_sequences", {"steps": 4}, "the kind 'sequence'"),
        ("no_steps", {"steps": 0}, "at least 1"),
        ("one_side", {"size": 4}, "height and the width"),
        ("no_side", {"size": (0, 4)}, "height and the width"),
        ("unknown_kind", {"kinds": "picture"}, "'image', 'sequence'"),
        ("unknown_input", {"kinds": {"z": "image"}}, "must name inputs"),
        (
            "wrong_kind",
            {"kinds": "image", "size": (4, 4)},
            "to be an image",
        ),
    )
    def test_one_sentence(self, arguments, told):
        with self.assertRaisesRegex(ValueError, f"{told}.*To mend it, "):
            simplify(np.tile(self.TABLE, (50, 1)), IDS, **arguments)

    @parameterized.named_parameters(
        ("rows", {"rows": 1.5}),
        ("truth", {"rows": True}),
        ("classes", {"classes": "ab"}),
        ("steps", {"steps": "4"}),
    )
    def test_types(self, arguments):
        with self.assertRaisesRegex(TypeError, "received: .*To mend it, "):
            simplify(np.tile(self.TABLE, (50, 1)), IDS, **arguments)

    @parameterized.named_parameters(
        ("real", np.linspace(0, 3, 20), "real values"),
        ("amounts", np.arange(20) * 1000, "real values"),
        ("none", None, "no targets"),
        (
            "several_labels",
            np.eye(4)[[0] * 20] + np.eye(4)[[1, 2] * 10],
            "several labels",
        ),
        ("two", [np.arange(20) % 2, np.arange(20) % 3], "y\\[0\\], y\\[1\\]"),
    )
    def test_classes_of_other_targets(self, y, told):
        with self.assertRaisesRegex(ValueError, f"{told}.*To mend it, "):
            simplify(self.TABLE, y, classes=2)

    def test_different_lengths(self):
        with self.assertRaisesRegex(ValueError, "x has 20, y has 19.*To mend"):
            simplify(self.TABLE, np.zeros(19), rows=5)

    @parameterized.named_parameters(
        ("pixels", IMAGES, IMAGES[..., 0], {"size": (4, 4)}),
        (
            "steps",
            IMAGES[:, :, :, 0] / 7,
            IMAGES[:, :, 0],
            {"steps": 4, "kinds": "sequence"},
        ),
    )
    def test_targets_of_the_same_axes(self, x, y, arguments):
        with self.assertRaisesRegex(ValueError, "changes the inputs only"):
            simplify(x, y, **arguments)


if __name__ == "__main__":
    absltest.main()
