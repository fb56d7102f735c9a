import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.supervised.mix_target import (
    mix_target,
)
from tests.improvement.adaptation.supervised import models


def numbered(count, offset=0):
    """Rows that tell which they are, in the input and in the target."""
    place = np.arange(count) + offset
    return place[:, None].astype("float32"), place


def drawn(dataset):
    """All batches as arrays."""
    return [tf.nest.map_structure(np.asarray, batch) for batch in dataset]


class MixTargetTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("half", 8, 0.5, 4),
        ("quarter", 8, 0.25, 2),
        ("at_least_one", 8, 0.001, 1),
        ("at_most_all_but_one", 8, 0.999, 7),
    )
    def test_share_of_a_batch(self, size, share, few):
        mixed = mix_target(
            numbered(50), numbered(6, 1000), size, share=share, weight=3
        )
        batches = drawn(mixed)
        self.assertLen(batches, -(-50 // (size - few)))
        self.assertLen(mixed, len(batches))
        for x, y, weight in batches:
            self.assertEqual(x.shape, (size, 1))
            np.testing.assert_array_equal(x[:, 0], y)
            np.testing.assert_array_equal(y >= 1000, weight == 3)
            self.assertEqual((y >= 1000).sum(), few)
            self.assertEqual(weight.dtype, np.float32)

    def test_each_row_comes_up_as_often(self):
        mixed = mix_target(numbered(40), numbered(5, 1000), 8)
        y = np.concatenate([batch[1] for batch in drawn(mixed)])
        source, target = y[y < 1000], y[y >= 1000]
        np.testing.assert_array_equal(np.sort(source), np.arange(40))
        counts = np.bincount(target - 1000, minlength=5)
        np.testing.assert_array_equal(counts, 8)

    def test_orders_by_seed_and_epoch(self):
        data = numbered(40), numbered(5, 1000)

        def order(dataset):
            return np.concatenate([b[1] for b in drawn(dataset)]).tolist()

        one = mix_target(*data, 8, seed=1)
        first, second = order(one), order(one)
        self.assertNotEqual(first, second)
        again = mix_target(*data, 8, seed=1)
        self.assertEqual([order(again), order(again)], [first, second])
        self.assertNotEqual(order(mix_target(*data, 8, seed=2)), first)

    def test_steps(self):
        mixed = mix_target(numbered(4), numbered(2), 4, steps=30)
        self.assertLen(drawn(mixed), 30)

    def test_sample_weights_are_multiplied(self):
        (x, y), (few_x, few_y) = numbered(20), numbered(4, 1000)
        mixed = mix_target(
            (x, y, y / 10), (few_x, few_y, few_y / 1000), 8, weight=2
        )
        for _, y, weight in drawn(mixed):
            expected = np.where(y < 1000, y / 10, 2 * y / 1000)
            np.testing.assert_allclose(weight, expected, rtol=1e-6)

    @parameterized.named_parameters(
        ("sparse", lambda y: y, "int64"),
        ("bytes", lambda y: y.astype("uint8"), "uint8"),
        ("column", lambda y: y[:, None], "int64"),
        ("one_hot", lambda y: np.eye(3, dtype="float32")[y], "float32"),
        ("numbers", lambda y: y * 1.5, "float64"),
        ("list", lambda y: y.tolist(), "int64"),
    )
    def test_targets(self, encode, dtype):
        x, y = models.rows(12)
        batch = drawn(mix_target((x, encode(y)), (x, encode(y)), 4))[0]
        self.assertEqual(batch[1].dtype, dtype)
        self.assertEqual(batch[1].shape[1:], np.shape(encode(y))[1:])

    def test_types_that_can_be_told_in_one(self):
        x, y = models.rows(12)
        mixed = mix_target((x.astype("float64"), y.astype("uint8")), (x, y), 4)
        batch = drawn(mixed)[0]
        self.assertEqual(batch[0].dtype, np.float64)
        self.assertEqual(batch[1].dtype, np.int64)

    def test_several_inputs_and_outputs_in_fit(self):
        def part(count):
            x, y = models.rows(count)
            size = np.ones((count, 1), "float32")
            return {"left": x, "mid": x[:, :2]}, {"kind": y, "size": size}

        model = models.several()
        model.fit(mix_target(part(20), part(4), 8), epochs=2, verbose=0)
        self.assertEqual(int(model.optimizer.iterations), 10)

    def test_datasets(self):
        source = tf.data.Dataset.from_tensor_slices(numbered(20)).batch(7)
        target = tf.data.Dataset.from_tensor_slices(numbered(3, 1000)).batch(2)
        y = np.concatenate([b[1] for b in drawn(mix_target(source, target, 8))])
        np.testing.assert_array_equal(np.sort(y[y < 1000]), np.arange(20))
        self.assertCountEqual(np.unique(y[y >= 1000]), [1000, 1001, 1002])

    def test_loss_is_that_of_the_rows(self):
        (x, y), (few_x, few_y) = models.rows(6), models.rows(3, 1.0)
        model = models.functional()
        mixed = mix_target((x, y), (few_x, few_y), 4, weight=3, steps=1)
        (batch_x, batch_y, weight) = drawn(mixed)[0]
        made = model.evaluate(mixed, verbose=0, return_dict=True)["loss"]
        # Another epoch has another order: the loss of both is a mean of rows.
        logits = keras.ops.log_softmax(model(batch_x)).numpy()
        expected = -weight * logits[np.arange(4), batch_y]
        self.assertEqual(weight.tolist(), [1, 1, 3, 3])
        self.assertTrue(np.isfinite([made, expected.mean()]).all())
        got = model.evaluate(batch_x, batch_y, sample_weight=weight, verbose=0)[
            0
        ]
        self.assertAlmostEqual(got, expected.sum() / 4, places=5)

    @parameterized.named_parameters(
        ("batch_size", {"batch_size": 1}, "`batch_size` must be"),
        ("share", {"share": 1.0}, "`share` must be"),
        ("no_share", {"share": 0}, "`share` must be"),
        ("weight", {"weight": -1.0}, "`weight` must be"),
        ("nan_weight", {"weight": np.nan}, "`weight` must be"),
        ("steps", {"steps": 0}, "`steps` must be"),
        ("seed", {"seed": 0.5}, "`seed` must be"),
    )
    def test_bad_arguments(self, arguments, told):
        with self.assertRaisesRegex(ValueError, told):
            mix_target(numbered(8), numbered(2), **arguments)

    @parameterized.named_parameters(
        ("no_labels", lambda x, y: x, "`target` must be `\\(x, y\\)`"),
        ("none", lambda x, y: (x, None), "`target` must have labels"),
        ("empty", lambda x, y: (x[:0], y[:0]), "at least one row"),
        ("lengths", lambda x, y: (x, y[:3]), "same number of rows"),
        ("nan", lambda x, y: (x * np.nan, y), "`target x` must be finite"),
        ("features", lambda x, y: (x[:, :3], y), r"in `x`, received: \(4,\)"),
        ("one_hot", lambda x, y: (x, np.eye(3)[y]), "all class ids, or all"),
        ("column", lambda x, y: (x, y[:, None]), "all class ids, or all"),
        ("structure", lambda x, y: ({"a": x}, y), "of one structure"),
        ("pixels", lambda x, y: (x.astype("uint8"), y), "of the same kind"),
        ("words", lambda x, y: (x, y.astype(str)), "of the same kind"),
        ("weights", lambda x, y: (x, y, y + 1), "only `target` has"),
    )
    def test_bad_targets(self, change, told):
        with self.assertRaisesRegex(ValueError, told):
            mix_target(models.rows(12), change(*models.rows(6)))

    def test_weights_of_the_source_alone(self):
        x, y = models.rows(12)
        with self.assertRaisesRegex(ValueError, "only `source` has"):
            mix_target((x, y, np.ones(12)), (x, y))


if __name__ == "__main__":
    absltest.main()
