"""Tests that rows which meet in inference are told from those that do not."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot import testing
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing import rounding
from keras_troubleshoot.testing import row_influence
from keras_troubleshoot.testing.look import looked_at
from tests.debugging import kinds

HEALTHY = tuple((name,) for name in kinds.KINDS if name != "counting")
X = kinds.X


class Previous(layers.Layer):
    """Adds the row before to each row."""

    def call(self, x):
        return x + 0.1 * ops.roll(x, 1, axis=0)


class Place(layers.Layer):
    """Adds the place of a row in its batch."""

    def call(self, x):
        return x + ops.cast(ops.arange(ops.shape(x)[0]), x.dtype)[:, None]


class Size(layers.Layer):
    """Divides by the number of rows."""

    def call(self, x):
        return x / ops.cast(ops.shape(x)[0], x.dtype)


class Squeezed(keras.Model):
    """Cannot take a row alone."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, x):
        x = tf.squeeze(x[:, None, :])
        return self.dense(x)


class Backward(layers.Layer):
    """Rows meet in its gradient only."""

    def call(self, x):
        @tf.custom_gradient
        def same(x):
            return x, lambda upstream: upstream + tf.reduce_sum(upstream, 0)

        return same(x)


class TrainingStatistics(keras.Model):
    """Normalizes by the batch in inference, too."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)
        self.normalization = layers.BatchNormalization(name="by_batch")

    def call(self, x):
        return self.normalization(self.dense(x), training=True)


def with_layer(layer):
    return keras.Sequential([keras.Input((6,)), layers.Dense(3), layer])


def message(model, x=X, **options):
    try:
        testing.assert_batch_independent(model, x, **options)
    except AssertionError as error:
        return str(error)
    return ""


class IndependenceTest(parameterized.TestCase):
    @parameterized.parameters(*HEALTHY)
    def test_healthy_models_pass(self, kind):
        make, x, _ = kinds.KINDS[kind]
        self.assertIsNone(testing.assert_batch_independent(make(), x))

    def test_deep_models_pass_in_spite_of_rounding(self):
        keras.utils.set_random_seed(0)
        blocks = [
            layer
            for _ in range(25)
            for layer in (layers.Dense(32, "relu"), layers.LayerNormalization())
        ]
        model = keras.Sequential([keras.Input((6,)), *blocks])
        testing.assert_batch_independent(model, X[:5])
        strict = comparing.Tolerance(1e-4)
        with looked_at(model, X[:5]) as look:
            self.assertGreater(rounding.of(look, strict).relative, 2e-4)
        with looked_at(kinds.sequential(), X[:5]) as look:
            self.assertEqual(rounding.of(look, strict), strict)

    @parameterized.parameters("mixed_float16", "mixed_bfloat16")
    def test_half_precision_passes(self, policy):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((6,)),
                *[layers.Dense(64, "relu", dtype=policy) for _ in range(4)],
                layers.Dense(3, dtype="float32"),
            ]
        )
        testing.assert_batch_independent(model, X)

    @parameterized.named_parameters(
        ("one_other_row", lambda: with_layer(Previous(name="previous")),
         "'previous' (Previous)", "already when row"),
        ("statistics", TrainingStatistics,
         "'by_batch' (BatchNormalization)", "already when each of row"),
        ("softmax", lambda: with_layer(layers.Softmax(axis=0, name="wrong")),
         "'wrong' (Softmax)", "when other rows stand beside it"),
        ("place", lambda: with_layer(Place(name="place")),
         "output 'place'", "when the rows come in reverse order"),
        ("size", lambda: with_layer(Size(name="size")),
         "output 'size'", "when it is run alone"),
        ("squeeze", Squeezed, "row 0 alone raises", "`squeeze`"),
        ("gradient", lambda: with_layer(Backward()),
         "gradient of outputs of other rows by `x`", "of row"),
    )  # fmt: skip
    def test_sick_models_are_named(self, make, *parts):
        keras.utils.set_random_seed(0)
        said = message(make())
        for part in (*parts, "must not depend on the other", "To mend it"):
            self.assertIn(part, said)

    def test_the_row_that_is_heeded_is_the_one_before(self):
        said = message(with_layer(Previous()))
        row, other = (
            int(said.split(start)[1].split()[0])
            for start in ("' of row ", "already when row ")
        )
        self.assertEqual(other, row - 1)

    def test_a_tolerance_is_heeded(self):
        model = with_layer(Previous())
        self.assertNotEmpty(message(model, rtol=0.0, atol=1e-3))
        self.assertEmpty(message(model, rtol=10.0))

    def test_randomness_is_said_to_be_that(self):
        said = message(kinds.counting())
        self.assertIn("see `assert_deterministic`", said)

    def test_nested_inputs(self):
        left, right = keras.Input((2,)), keras.Input((4,))
        both = layers.Concatenate()([left, right])
        model = keras.Model(
            {"left": left, "right": right},
            {"sick": Previous()(both), "healthy": layers.Dense(1)(both)},
        )
        self.assertIn("output 'sick'", message(model, kinds.BOTH))

    @parameterized.named_parameters(
        ("one_row", X[:1], "must have rows that differ, received: 1 row"),
        ("same_rows", np.ones((5, 6)), "received: 5 rows, all the same"),
    )
    def test_rows_must_differ(self, x, said):
        with self.assertRaisesRegex(ValueError, said):
            testing.assert_batch_independent(kinds.sequential(), x)

    def test_outputs_must_have_rows(self):
        model = with_layer(layers.Lambda(lambda x: ops.reshape(x, (-1, 1))))
        with self.assertRaisesRegex(ValueError, "one output for each row"):
            testing.assert_batch_independent(model, X)

    @parameterized.parameters(2, 5, 8, 31)
    def test_splits_part_each_pair_both_ways(self, count):
        parted = np.zeros((count, count), bool)
        for kept in row_influence.splits(count):
            parted |= kept[:, None] & ~kept
        np.testing.assert_array_equal(parted, ~np.eye(count, dtype=bool))


if __name__ == "__main__":
    absltest.main()
