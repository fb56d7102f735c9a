"""Tests of CORAL and MMD."""

import functools
import itertools
import math

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.aligners import coral
from keras_troubleshoot.improvement.adaptation.aligners import mmd
from keras_troubleshoot.improvement.adaptation.aligners.coral import CORAL
from keras_troubleshoot.improvement.adaptation.aligners.mmd import MMD

SIZES = ((64, 64, 5), (30, 50, 100), (2, 7, 1))


def rows(sizes, seed=0):
    m, n, d = sizes
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(d, d))
    return (
        rng.normal(size=(m, d)).astype("float32"),
        (rng.normal(size=(n, d)) @ mixed + 1).astype("float32"),
    )


def coral_by_numpy(source, target, means=False):
    d = source.shape[1]
    apart = np.cov(source.T.astype("float64")) - np.cov(
        target.T.astype("float64")
    )
    value = np.sum(np.atleast_2d(apart) ** 2) / (4 * d * d)
    if means:
        value += np.sum((source.mean(0) - target.mean(0)) ** 2) / (4 * d)
    return value


def mmd_by_loops(source, target, kernels=5):
    source, target = source.astype("float64"), target.astype("float64")
    both = np.concatenate([source, target])
    squares = [np.sum((one - other) ** 2) for one in both for other in both]
    median = np.median(squares)
    factors = [2.0 ** (-k - 2) for k in range(kernels)]

    def kernel(one, other):
        square = np.sum((one - other) ** 2)
        return np.mean(
            [math.exp(-square / (2 * factor * median)) for factor in factors]
        )

    def within(values):
        pairs = itertools.permutations(values, 2)
        return np.mean([kernel(*pair) for pair in pairs])

    between = [kernel(one, other) for one in source for other in target]
    return within(source) + within(target) - 2 * np.mean(between)


class DistancesTest(parameterized.TestCase):
    @parameterized.parameters(*itertools.product(SIZES, (False, True)))
    def test_coral_is_that_of_numpy(self, sizes, means):
        source, target = rows(sizes)
        found = float(coral.coral_distance(source, target, means))
        np.testing.assert_allclose(
            found, coral_by_numpy(source, target, means), rtol=1e-5
        )

    @parameterized.parameters(*itertools.product(SIZES, (1, 5)))
    def test_mmd_is_that_of_loops(self, sizes, kernels):
        source, target = rows(sizes)
        found = float(mmd.mmd_distance(source, target, kernels))
        np.testing.assert_allclose(
            found, mmd_by_loops(source, target, kernels), atol=1e-5
        )

    def test_mmd_is_unbiased(self):
        # Of two samples of one distribution, it is 0 on average.
        values = []
        for seed in range(200):
            rng = np.random.default_rng(seed)
            one, other = rng.normal(size=(2, 16, 3)).astype("float32")
            values.append(float(mmd.mmd_distance(one, other)))
        error = np.std(values) / math.sqrt(len(values))
        self.assertLess(abs(np.mean(values)), 3 * error)
        self.assertLess(min(values), 0)

    def test_two_points_by_hand(self):
        one = np.zeros((8, 3), "float32")
        # Half of the squared distances are 0, half 3e6: their median is
        # 1.5e6, each kernel between the points exp(-4), within them 1.
        value = float(mmd.mmd_distance(one, one + 1e3, 1))
        self.assertAlmostEqual(value, 2 - 2 * math.exp(-4), places=5)

    @parameterized.parameters(CORAL, MMD)
    def test_the_gradient_is_that_of_differences(self, kind):
        source, target = rows((6, 6, 3))
        # No gradient runs through the median.
        both = np.concatenate([source, target])
        median = float(np.median(mmd.squared_distances(both)))
        value = coral_by_numpy
        if kind is MMD:
            value = functools.partial(mmd_at, median=median)
        layer = kind(weight=1.0)
        variable = tf.Variable(source)
        with tf.GradientTape() as tape:
            layer([variable, tf.constant(target)], training=True)
            loss = sum(layer.losses)
        found = tape.gradient(loss, variable).numpy()
        step = 1e-4
        for place in np.ndindex(source.shape):
            moved = source.astype("float64").copy()
            moved[place] += step
            up = value(moved, target.astype("float64"))
            moved[place] -= 2 * step
            down = value(moved, target.astype("float64"))
            self.assertAlmostEqual(
                found[place], (up - down) / (2 * step), places=4
            )

    @parameterized.product(
        kind=[CORAL, MMD], sizes=[SIZES[0], SIZES[1]], weight=[2.0, 0.5]
    )
    def test_the_loss_is_weight_times_value(self, kind, sizes, weight):
        source, target = rows(sizes)
        layer = kind(weight=weight)
        returned = layer([source, target], training=True)
        np.testing.assert_array_equal(returned, source)
        self.assertLen(layer.losses, 1)
        np.testing.assert_allclose(
            float(layer.losses[0]),
            weight * float(layer.value.result()),
            rtol=1e-6,
        )

    @parameterized.parameters(CORAL, MMD)
    def test_nothing_is_added_outside_of_training(self, kind):
        source, target = rows(SIZES[0])
        layer = kind(weight=1.0)
        for training in (False, None):
            layer([source, target], training=training)
            self.assertEmpty(layer.losses)
        self.assertEqual(float(layer.value.result()), 0.0)

    @parameterized.parameters(CORAL, MMD)
    def test_weight_0_adds_nothing_but_measures(self, kind):
        source, target = rows(SIZES[0])
        layer = kind(weight=0)
        layer([source, target], training=True)
        self.assertEmpty(layer.losses)
        self.assertGreater(float(layer.value.result()), 0.0)

    @parameterized.parameters(CORAL, MMD)
    def test_several_sources_count_alike(self, kind):
        one, target = rows((9, 12, 4))
        other, _ = rows((15, 3, 4), seed=1)
        layer = kind(weight=1.0)
        returned = layer([one, other, target], training=True)
        self.assertLen(returned, 2)
        alone = []
        for source in (one, other):
            apart = kind(weight=1.0)
            apart([source, target], training=True)
            alone.append(float(apart.losses[0]))
        np.testing.assert_allclose(
            float(layer.losses[0]), np.mean(alone), rtol=1e-5
        )

    @parameterized.parameters(CORAL, MMD)
    def test_images_and_nested_features_are_flattened(self, kind):
        rng = np.random.default_rng(0)
        images = rng.normal(size=(2, 10, 2, 3)).astype("float32")
        numbers = rng.normal(size=(2, 10, 4)).astype("float32")
        layer = kind(weight=1.0)
        layer(
            [
                {"a": images[0], "b": numbers[0]},
                {"a": images[1], "b": numbers[1]},
            ],
            training=True,
        )
        flat = kind(weight=1.0)
        joined = np.concatenate([images.reshape(2, 10, 6), numbers], axis=-1)
        flat([joined[0], joined[1]], training=True)
        np.testing.assert_allclose(
            float(layer.losses[0]), float(flat.losses[0]), rtol=1e-5
        )

    @parameterized.parameters("mixed_float16", "mixed_bfloat16")
    def test_half_precision_is_reckoned_in_single(self, policy):
        source, target = rows(SIZES[1])
        half = source.astype("float16"), target.astype("float16")
        layer = CORAL(weight=1.0, dtype=policy)
        layer([tf.constant(one) for one in half], training=True)
        rounded = [one.astype("float32") for one in half]
        if policy == "mixed_bfloat16":
            rounded = [tf.cast(tf.cast(h, "bfloat16"), "float32") for h in half]
            rounded = [one.numpy() for one in rounded]
        self.assertEqual(layer.losses[0].dtype, "float32")
        np.testing.assert_allclose(
            float(layer.losses[0]), coral_by_numpy(*rounded), rtol=1e-3
        )

    def test_the_default_weight_of_coral_grows_with_the_features(self):
        weights = []
        for sizes in ((5, 5, 10), (5, 5, 100)):
            layer = CORAL()
            layer(list(rows(sizes)), training=True)
            weights.append(layer.weight)
        self.assertAlmostEqual(weights[1] / weights[0], 100.0)

    @parameterized.parameters(1e-3, 1.0, 30.0)
    def test_the_default_weight_of_coral_is_held(self, scale):
        source, target = (scale * one for one in rows(SIZES[1]))
        layer = CORAL()
        layer([source, target], training=True)
        plain = 4 * 100**2 * coral_by_numpy(source, target)
        np.testing.assert_allclose(
            float(layer.losses[0]), min(plain, coral.LARGEST), rtol=1e-4
        )
        given = CORAL(weight=4 * 100**2)
        given([source, target], training=True)
        np.testing.assert_allclose(float(given.losses[0]), plain, rtol=1e-4)

    @parameterized.parameters(
        (CORAL, {"weight": 3.0, "match_means": True, "name": "mine"}),
        (CORAL, {}),
        (MMD, {"weight": 0.5, "kernels": 3}),
    )
    def test_is_saved_and_read_again(self, kind, options):
        layer = kind(**options)
        layer(list(rows(SIZES[0])), training=True)
        told = keras.saving.serialize_keras_object(layer)
        again = keras.saving.deserialize_keras_object(told)
        self.assertEqual(again.get_config(), layer.get_config())
        again(list(rows(SIZES[0])), training=True)
        self.assertEqual(float(again.losses[0]), float(layer.losses[0]))


def mmd_at(source, target, median):
    both = np.concatenate([source, target])
    squares = np.sum((both[:, None] - both[None]) ** 2, axis=-1)
    values = np.mean(
        [np.exp(-squares / (2 * median * 2.0**k)) for k in range(-6, -1)],
        axis=0,
    )
    m, n = len(source), len(target)
    one = (values[:m, :m].sum() - m) / (m * (m - 1))
    other = (values[m:, m:].sum() - n) / (n * (n - 1))
    return one + other - 2 * values[:m, m:].mean()


class RequirementsTest(parameterized.TestCase):
    @parameterized.product(kind=[CORAL, MMD], weight=[-1, "1", math.nan, True])
    def test_refuses_a_weight(self, kind, weight):
        with self.assertRaisesRegex(
            ValueError, "`weight` must be a number of at least 0 or a schedule"
        ):
            kind(weight=weight)

    @parameterized.parameters(CORAL, MMD)
    def test_refuses_features_of_different_shapes(self, kind):
        with self.assertRaisesRegex(
            ValueError, r"same shape, received: \(3,\) .* \(4,\) of the target"
        ):
            kind(weight=1)([np.ones((5, 3)), np.ones((5, 4))], training=True)

    @parameterized.parameters(CORAL, MMD)
    def test_refuses_a_single_domain(self, kind):
        for features in ([np.ones((5, 3))], np.ones((5, 3))):
            with self.assertRaisesRegex(ValueError, "must be called on a list"):
                kind(weight=1)(features, training=True)

    @parameterized.parameters(CORAL, MMD)
    def test_refuses_a_batch_of_one(self, kind):
        with self.assertRaisesRegex(ValueError, "at least 2 rows"):
            kind(weight=1)([np.ones((1, 3)), np.ones((5, 3))], training=True)

    @parameterized.parameters(CORAL, MMD)
    def test_refuses_a_size_that_varies(self, kind):
        inputs = [keras.Input((None, 3)), keras.Input((None, 3))]
        with self.assertRaisesRegex(ValueError, "must have a fixed size"):
            kind(weight=1)(inputs)

    def test_the_weight_of_mmd_grows_to_10(self):
        layer = MMD()
        domains = [np.eye(4, 3), 3 + np.eye(5, 3)]
        layer(domains, training=True)
        self.assertAlmostEqual(float(layer.losses[0]), 0.0)
        layer.steps.assign(1000)
        layer(domains, training=True)
        distance = float(MMD(1.0).distance(*map(np.float32, domains)))
        grown = 10 * (2 / (1 + np.exp(-10)) - 1)
        self.assertAlmostEqual(float(layer.losses[0]), grown * distance, 4)

    @parameterized.parameters(0, -1, 1.5)
    def test_mmd_refuses_kernels(self, kernels):
        with self.assertRaisesRegex(ValueError, "`kernels` must be at least 1"):
            MMD(kernels=kernels)


if __name__ == "__main__":
    absltest.main()
