"""Tests of targets of unit scale, and models in the units of the targets."""

import os
import tempfile

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.start_simple.data.losses import (
    NormalizedMeanSquaredError,
)
from keras_troubleshoot.start_simple.data.target_scaler import TargetScaler

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 3)).astype("float32")
PRICES = 2e5 + 8e4 * X[:, 0]


def network(units=1):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    return model


class TargetScalerTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("one", PRICES), ("columns", np.c_[PRICES, 0.01 * X[:, 1]])
    )
    def test_there_and_back(self, y):
        scaler = TargetScaler().adapt(y)
        scaled = scaler.transform(y)
        np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-6)
        np.testing.assert_allclose(scaled.std(0), 1, rtol=1e-5)
        back = scaler.inverse_transform(scaled)
        np.testing.assert_allclose(back, y, rtol=1e-4, atol=1e-8)

    def test_the_layer_does_the_same(self):
        y = np.c_[PRICES, 0.01 * X[:, 1]]
        scaler = TargetScaler().adapt(y)
        scaled = scaler.transform(y)
        np.testing.assert_allclose(
            scaler.layer()(scaled),
            scaler.inverse_transform(scaled),
            rtol=1e-5,
            atol=1e-7,
        )

    @parameterized.named_parameters(
        ("squared", "mean_squared_error", 1.0),
        ("absolute", "mean_absolute_error", None),
        ("huber", "huber", None),
    )
    def test_the_loss_counts_in_deviations(self, name, expected):
        scaler = TargetScaler().adapt(PRICES)
        made = scaler.loss(name)
        guess = np.full_like(PRICES, PRICES.mean())
        loss = made["loss"](PRICES[:, None], guess[:, None])
        value = float(loss) * made["loss_weights"]
        if expected is None:
            self.assertBetween(value, 0.3, 1.0)
        else:
            self.assertAlmostEqual(value, expected, places=4)

    def test_columns_of_other_units_count_the_same(self):
        y = np.c_[PRICES, X[:, 1]]
        loss = TargetScaler().adapt(y).loss()["loss"]
        for column in (0, 1):
            guess = y.copy()
            guess[:, column] = y[:, column].mean()
            self.assertAlmostEqual(float(loss(y, guess)), 0.5, places=4)

    def test_the_loss_is_saved(self):
        loss = NormalizedMeanSquaredError([4.0, 9.0])
        config = keras.saving.serialize_keras_object(loss)
        again = keras.saving.deserialize_keras_object(config)
        self.assertEqual(again.variance, [4.0, 9.0])

    def test_a_model_in_units_of_targets(self):
        scaler = TargetScaler().adapt(PRICES)
        model = scaler.in_units_of_targets(network())
        history = model.fit(X, PRICES, epochs=20, verbose=0).history
        self.assertLess(history["loss"][-1], 0.01)
        predicted = model.predict(X, verbose=0)[:, 0]
        self.assertLess(np.abs(predicted - PRICES).mean(), 8e3)
        path = os.path.join(tempfile.mkdtemp(), "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path)
        np.testing.assert_array_equal(
            loaded.predict(X, verbose=0)[:, 0], predicted
        )

    def test_what_is_refused(self):
        scaler = TargetScaler()
        with self.assertRaisesRegex(ValueError, "call `adapt"):
            scaler.transform(PRICES)
        with self.assertRaisesRegex(ValueError, "array of numbers"):
            scaler.adapt(["a", "b"])
        with self.assertRaisesRegex(ValueError, "1 that are NaN"):
            scaler.adapt([1.0, np.nan])
        with self.assertWarnsRegex(UserWarning, "nothing to learn"):
            scaler.adapt([3.0, 3.0])
        scaler.adapt(PRICES)
        with self.assertRaisesRegex(ValueError, r"Dense\(1\)"):
            scaler.in_units_of_targets(network(2))
        with self.assertRaisesRegex(ValueError, "keras.Input"):
            scaler.in_units_of_targets(
                keras.Sequential([keras.layers.Dense(1)])
            )


if __name__ == "__main__":
    absltest.main()
