import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import batch_statistics
from keras_troubleshoot.facts.facts import Unavailable
from tests.facts import running

TABLE = 2 + 3 * running.numbers(200, 6)
TARGET = running.numbers(200, 1, seed=1)


def made(momentum=0.9):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8),
            layers.BatchNormalization(momentum=momentum),
            layers.ReLU(),
            layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


class GapTest(parameterized.TestCase):
    def test_losses(self):
        model = made()
        seen = batch_statistics.gap(running.runner(model, TABLE, TARGET))
        self.assertEqual(seen.rows, 200)
        self.assertEqual(seen.layers, (model.layers[1].name,))
        moving = model.evaluate(TABLE, TARGET, batch_size=200, verbose=0)
        self.assertAlmostEqual(seen.moving, moving, places=4)
        batch = np.mean((model(TABLE, training=True) - TARGET) ** 2)
        self.assertAlmostEqual(seen.batch, float(batch), places=4)

    def test_blind_loss_of_a_trained_model_is_the_variance(self):
        model = made()
        model.fit(TABLE, TARGET, epochs=30, verbose=0)
        seen = batch_statistics.gap(running.runner(model, TABLE, TARGET))
        self.assertAlmostEqual(seen.blind, TARGET.var(), delta=0.1)
        self.assertAlmostEqual(seen.moving, seen.batch, delta=0.1)

    def test_averages_that_lag(self):
        model = made(momentum=0.9999)
        model.fit(TABLE, TARGET, epochs=30, verbose=0)
        seen = batch_statistics.gap(running.runner(model, TABLE, TARGET))
        self.assertGreater(seen.moving, 2 * seen.batch)

    @parameterized.parameters(1, -1)
    def test_normalizes_as_keras_does(self, axis):
        layer = layers.BatchNormalization(axis=axis)
        x = running.numbers(20, 4, 5)
        layer.build(x.shape)
        layer.gamma.assign(np.linspace(1, 2, layer.gamma.shape[0]))
        layer.beta.assign(np.linspace(-1, 1, layer.beta.shape[0]))
        expected = layer(x, training=True)
        found = batch_statistics.normalized(layer, x)
        np.testing.assert_allclose(found, expected, atol=1e-4)

    def test_nothing_to_measure(self):
        model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        with self.assertRaisesRegex(Unavailable, "no BatchNormalization"):
            batch_statistics.gap(running.runner(model, TABLE, TARGET))
        model = made()
        model = keras.Sequential(model.layers)
        with self.assertRaisesRegex(Unavailable, "no loss"):
            batch_statistics.gap(running.runner(model, TABLE, TARGET))


if __name__ == "__main__":
    absltest.main()
