"""Tests of minimum class confusion."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.aligners import class_confusion
from keras_troubleshoot.improvement.adaptation.aligners.class_confusion import (
    ClassConfusion,
)
from keras_troubleshoot.improvement.adaptation.aligners.weights import Ramp

RNG = np.random.default_rng(0)
SOURCE = RNG.normal(size=(12, 4)).astype("float32")
TARGET = (3 * RNG.normal(size=(20, 4))).astype("float32")


def by_hand(logits, temperature):
    """The published equations, entry by entry."""
    rows, classes = logits.shape
    shares = np.exp(logits / temperature)
    shares /= shares.sum(axis=1, keepdims=True)
    weights = 1 + np.exp((shares * np.log(shares)).sum(axis=1))
    weights *= rows / weights.sum()
    confusion = np.zeros((classes, classes))
    for share, weight in zip(shares, weights, strict=True):
        confusion += weight * np.outer(share, share)
    confusion /= confusion.sum(axis=1, keepdims=True)
    return (confusion.sum() - np.trace(confusion)) / classes


class ClassConfusionTest(parameterized.TestCase):
    @parameterized.parameters(1.0, 2.5, 7.0)
    def test_is_the_published_loss(self, temperature):
        found = class_confusion.class_confusion(
            tf.constant(TARGET), temperature
        )
        self.assertAlmostEqual(
            float(found), by_hand(TARGET.astype("float64"), temperature), 5
        )

    @parameterized.named_parameters(
        ("sure", 99 * np.eye(4, dtype="float32"), 0.0),
        ("undecided", np.zeros((6, 4), "float32"), 0.75),
        ("between two", 99 * np.float32([[1, 1, 0, 0], [0, 0, 1, 1]]), 0.5),
        # A class that no row is put into counts as mixed with others.
        ("one class", np.float32([[9000, 0, 0, 0]] * 3), 0.75),
    )
    def test_sure_rows_are_not_confused(self, logits, expected):
        found = class_confusion.class_confusion(tf.constant(logits))
        self.assertAlmostEqual(float(found), expected, 5)

    def test_the_layer_adds_the_target_alone(self):
        layer = ClassConfusion(0.5, temperature=2.0)
        returned = layer([SOURCE, TARGET], training=True)
        np.testing.assert_array_equal(returned, SOURCE)
        expected = by_hand(TARGET.astype("float64"), 2.0)
        self.assertAlmostEqual(float(layer.losses[0]), 0.5 * expected, 5)
        self.assertAlmostEqual(float(layer.value.result()), expected, 5)

    def test_the_weights_of_rows_get_no_gradient(self):
        logits = tf.Variable(TARGET)
        with tf.GradientTape() as tape:
            value = class_confusion.class_confusion(logits, 1.0)
        slope = tape.gradient(value, logits).numpy()
        shares = tf.nn.softmax(TARGET.astype("float64"))
        kept = 1 + np.exp(tf.reduce_sum(shares * tf.math.log(shares), 1))
        kept /= kept.mean()
        step = np.zeros(TARGET.shape)
        step[3, 2] = 1e-4

        def off_diagonal(given):
            one = tf.nn.softmax(given.astype("float64")).numpy()
            pairs = one.T @ (kept[:, None] * one)
            pairs /= pairs.sum(axis=1, keepdims=True)
            return 1 - np.trace(pairs) / 4

        expected = off_diagonal(TARGET + step) - off_diagonal(TARGET - step)
        self.assertAlmostEqual(slope[3, 2], expected / 2e-4, 5)

    @parameterized.parameters(True, False)
    def test_nothing_is_added_where_it_shall_not(self, training):
        layer = ClassConfusion(weight=0 if training else 1.0)
        layer([SOURCE, TARGET], training=training)
        self.assertEmpty(layer.losses)

    @parameterized.parameters("float32", "mixed_float16")
    def test_extremes_are_finite(self, policy):
        layer = ClassConfusion(dtype=keras.DTypePolicy(policy))
        logits = tf.Variable(6e4 * np.eye(4, dtype="float32")[[0, 0, 1]])
        with tf.GradientTape() as tape:
            layer([logits, logits], training=True)
            loss = layer.losses[0]
        self.assertTrue(np.isfinite(float(loss)))
        self.assertTrue(np.all(np.isfinite(tape.gradient(loss, logits))))

    def test_is_read_from_its_configuration(self):
        layer = ClassConfusion(Ramp(7, 0.5), temperature=3.0)
        again = ClassConfusion.from_config(layer.get_config())
        self.assertEqual(again.get_config(), layer.get_config())

    @parameterized.parameters(
        ({"weight": -1}, "`weight` must be a number of at least 0"),
        ({"temperature": 0}, "`temperature` must be a number above 0"),
        ({"temperature": "warm"}, "`temperature` must be a number above 0"),
    )
    def test_refuses(self, options, told):
        with self.assertRaisesRegex(ValueError, told):
            ClassConfusion(**options)

    def test_refuses_outputs_of_different_sizes(self):
        with self.assertRaisesRegex(ValueError, "features of the same shape"):
            ClassConfusion()([SOURCE, TARGET[:, :3]], training=True)


if __name__ == "__main__":
    absltest.main()
