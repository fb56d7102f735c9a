import keras
import numpy as np
from absl.testing import absltest
from keras import layers

from keras_troubleshoot.facts import starting_weights
from tests.facts import running

TABLE = running.numbers(400, 64)


def found(*parts, x=TABLE):
    model = keras.Sequential(list(parts))
    seen = starting_weights.starting_weights(running.record(model, x))
    return {start.layer: start for start in seen}


def dense(name, units=32, activation=None, **options):
    return layers.Dense(units, activation, name=name, **options)


def normal(std):
    return keras.initializers.RandomNormal(stddev=std, seed=1)


class StartingWeightsTest(absltest.TestCase):
    def test_gain_follows_from_weights(self):
        got = found(dense("a", kernel_initializer=normal(1.0)), dense("b", 1))
        self.assertEqual(list(got), ["a", "b"])
        first = got["a"]
        self.assertEqual((first.inputs, first.units), (64, 32))
        self.assertAlmostEqual(first.gain, 8, delta=1.0)
        self.assertAlmostEqual(first.std, 1, delta=0.05)
        self.assertAlmostEqual(first.scale_in, 1, delta=0.05)
        self.assertAlmostEqual(got["b"].scale_in, first.scale_out, delta=0.5)

    def test_usual_initializers(self):
        for name in ("glorot_uniform", "he_normal", "lecun_normal"):
            gain = found(dense("a", kernel_initializer=name))["a"].gain
            self.assertBetween(gain, 0.8, 1.7)

    def test_last(self):
        got = found(dense("a", 8, "relu"), dense("b", 3, "softmax"))
        self.assertFalse(got["a"].last)
        self.assertTrue(got["b"].last)

    def test_normalized(self):
        got = found(
            dense("a"),
            layers.ReLU(),
            layers.BatchNormalization(),
            dense("b"),
            dense("c", 1),
        )
        self.assertTrue(got["a"].normalized)
        self.assertFalse(got["b"].normalized)

    def test_recurrent(self):
        x = running.numbers(40, 5, 3)
        got = found(layers.SimpleRNN(4), dense("b", 1), x=x)
        self.assertTrue(next(iter(got.values())).recurrent)
        self.assertFalse(got["b"].recurrent)

    def test_untouched(self):
        trained = dense("a")
        trained.build((None, 64))
        trained.bias.assign(np.linspace(-1, 1, 32))
        got = found(
            trained,
            dense("b", bias_initializer="ones"),
            dense("c", bias_initializer=normal(1.0)),
        )
        untouched = {name: start.untouched for name, start in got.items()}
        self.assertEqual(untouched, {"a": False, "b": True, "c": True})

    def test_depthwise(self):
        x = running.numbers(40, 6, 6, 2)
        got = found(layers.DepthwiseConv2D(3, name="a"), x=x)
        self.assertTrue(got["a"].depthwise)
        self.assertEqual(got["a"].inputs, 9)
        np.testing.assert_allclose(got["a"].scale_in, x[:31].std(), rtol=0.1)


if __name__ == "__main__":
    absltest.main()
