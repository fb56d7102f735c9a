"""Tests of how low a loss can get."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import losses
from keras import ops
from scipy import stats

from keras_troubleshoot.debugging.overfit import reach

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4)).astype("float32")
IDS = RNG.integers(0, 3, 30)
ONE_HOT = np.eye(3, dtype="float32")[IDS]
SHARES = RNG.dirichlet([1, 1, 1], 30).astype("float32")
NUMBERS = RNG.normal(size=(30, 1)).astype("float32")
BINARY = (RNG.uniform(size=(30, 1)) < 0.3).astype("float32")


def bounds(loss, y, units, x=X, weight=None):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units)])
    model.compile("sgd", loss)
    return reach.reach(model, x, y, weight)


def entropy(shares):
    return float(stats.entropy(np.asarray(shares, "float64"), axis=-1).mean())


class ReachTest(parameterized.TestCase):
    @parameterized.parameters(False, True)
    def test_sparse(self, logits):
        found = bounds(losses.SparseCategoricalCrossentropy(logits), IDS, 3)
        self.assertEqual(found.floor, 0.0)
        self.assertAlmostEqual(found.guess, entropy(ONE_HOT.mean(0)), places=4)

    @parameterized.parameters(False, True)
    def test_soft_targets(self, logits):
        found = bounds(losses.CategoricalCrossentropy(logits), SHARES, 3)
        self.assertAlmostEqual(found.floor, entropy(SHARES), places=4)
        self.assertAlmostEqual(found.guess, entropy(SHARES.mean(0)), places=4)

    def test_smoothed_labels(self):
        loss = losses.CategoricalCrossentropy(label_smoothing=0.3)
        found = bounds(loss, ONE_HOT, 3)
        self.assertAlmostEqual(found.floor, entropy([0.8, 0.1, 0.1]), places=4)

    @parameterized.parameters(False, True)
    def test_binary(self, logits):
        found = bounds(losses.BinaryCrossentropy(logits), BINARY, 1)
        share = float(BINARY.mean())
        self.assertEqual(found.floor, 0.0)
        self.assertAlmostEqual(
            found.guess, entropy([share, 1 - share]), places=4
        )

    def test_squares(self):
        found = bounds("mse", NUMBERS, 1)
        self.assertEqual(found.floor, 0.0)
        self.assertAlmostEqual(found.guess, NUMBERS.var(), places=5)

    def test_absolutes(self):
        found = bounds("mae", NUMBERS, 1)
        far = np.abs(NUMBERS - np.median(NUMBERS)).mean()
        self.assertAlmostEqual(found.guess, float(far), places=5)

    def test_rows_that_contradict_each_other(self):
        x = np.repeat(X[:15], 2, axis=0)
        found = bounds("mse", NUMBERS, 1, x)
        pairs = NUMBERS.reshape(15, 2)
        self.assertAlmostEqual(found.floor, pairs.var(axis=1).mean(), places=5)

    def test_weights_of_rows(self):
        weight = RNG.uniform(0, 2, 30).astype("float32")
        found = bounds("mse", NUMBERS, 1, weight=weight)
        expected = np.mean(weight * (NUMBERS[:, 0] - NUMBERS.mean()) ** 2)
        median = np.mean(weight * (NUMBERS[:, 0] - np.median(NUMBERS)) ** 2)
        self.assertAlmostEqual(
            found.guess, float(min(expected, median)), places=5
        )

    def test_loss_of_its_own(self):
        def pinball(y, made):
            error = y - made
            return ops.mean(ops.maximum(0.9 * error, -0.1 * error))

        found = bounds(pinball, NUMBERS, 1)
        self.assertEqual(found.floor, 0.0)
        self.assertGreater(found.guess, 0.1)

    def test_upside_down(self):
        found = bounds(lambda y, p: -ops.mean((y - p) ** 2), NUMBERS, 1)
        self.assertTrue(found.upside_down)
        self.assertIsNone(found.floor)

    @parameterized.named_parameters(
        ("no_targets", None, "mse"),
        ("one_class", np.zeros(30, int), "sparse_categorical_crossentropy"),
        ("hinge", NUMBERS, "hinge"),
    )
    def test_unknown(self, y, loss):
        self.assertEqual(
            bounds(loss, y, 3 if loss[0] == "s" else 1), reach.Reach()
        )

    def test_several_outputs(self):
        inputs = keras.Input((4,))
        model = keras.Model(
            inputs, [layers.Dense(1)(inputs), layers.Dense(3)(inputs)]
        )
        sparse = losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("sgd", ["mse", sparse], loss_weights=[2.0, 0.5])
        found = reach.reach(model, X, [NUMBERS, IDS], None)
        expected = 2 * NUMBERS.var() + 0.5 * entropy(ONE_HOT.mean(0))
        self.assertAlmostEqual(found.guess, float(expected), places=4)

    def test_agreement(self):
        made = NUMBERS + 0.1
        expected = 1 - 0.01 / NUMBERS.var()
        self.assertAlmostEqual(reach.agreed(made, NUMBERS), expected, places=4)
        self.assertEqual(reach.agreed(ONE_HOT, IDS), 1.0)
        self.assertEqual(reach.agreed(ONE_HOT, ONE_HOT), 1.0)
        self.assertEqual(reach.agreed(1 - BINARY, BINARY), -1.0)
        self.assertIsNone(reach.agreed(NUMBERS, SHARES))


if __name__ == "__main__":
    absltest.main()
