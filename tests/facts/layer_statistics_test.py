"""Statistics of layers, computed another way from the weights."""

import keras
import numpy as np
from absl.testing import absltest

from keras_troubleshoot.facts import measuring
from keras_troubleshoot.facts.sample import Sample


def measured(model, x, y):
    """The statistics of the layers of a model, by name."""
    sample = Sample(x, y, rows=len(x), whole=(x, y, None))
    layers = measuring.measure(model, sample).layers
    return {layer.layer: layer for layer in layers}


class LayerStatisticsTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keras.utils.set_random_seed(3)
        cls.model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(6, activation="relu", name="hidden"),
                keras.layers.BatchNormalization(name="norm"),
                keras.layers.Dense(1, name="end"),
            ]
        )
        cls.model.compile("sgd", "mse")
        rng = np.random.default_rng(0)
        cls.x = rng.normal(size=(31, 4)).astype("float32")
        cls.y = rng.normal(size=(31, 1)).astype("float32")
        cls.seen = measured(cls.model, cls.x, cls.y)

    def test_activations_are_those_of_the_weights(self):
        kernel, bias = self.model.get_layer("hidden").get_weights()
        expected = np.maximum(self.x @ kernel + bias, 0)
        for seen in (
            self.seen["hidden"].inference,
            self.seen["hidden"].training,
        ):
            self.assertAlmostEqual(seen.mean, expected.mean(), places=5)
            self.assertAlmostEqual(seen.std, expected.std(), places=5)
            self.assertAlmostEqual(seen.zeros, (expected == 0).mean())
            self.assertTrue(seen.finite)

    def test_modes_differ_where_a_layer_normalizes(self):
        norm = self.seen["norm"]
        self.assertAlmostEqual(norm.training.mean, 0, places=4)
        self.assertNotAlmostEqual(norm.inference.mean, 0, places=2)

    def test_the_gradient_of_the_last_bias_and_kernel(self):
        made = self.model(self.x, training=True).numpy()
        error = 2 * (made - self.y) / len(self.y)
        kernel, bias = self.model.get_layer("hidden").get_weights()
        hidden = np.maximum(self.x @ kernel + bias, 0)
        norm = (hidden - hidden.mean(0)) / np.sqrt(hidden.var(0) + 1e-3)
        expected = np.sqrt(
            np.square(norm.T @ error).sum() + np.square(error.sum())
        )
        self.assertAlmostEqual(
            self.seen["end"].gradient, float(expected), places=4
        )

    def test_a_layer_without_weights_has_no_gradient(self):
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.ReLU(name="cut"),
                keras.layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse")
        seen = measured(model, self.x, self.y)["cut"]
        self.assertIsNone(seen.gradient)
        self.assertAlmostEqual(seen.inference.zeros, (self.x <= 0).mean())


if __name__ == "__main__":
    absltest.main()
