import keras
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import symmetry
from tests.facts import running

TABLE, TARGET = running.numbers(60, 6), running.numbers(60, 1, seed=1)
SEQUENCES = running.numbers(60, 5, 3)


def dense(name, units, activation=None, start="glorot_uniform"):
    return layers.Dense(units, activation, name=name, kernel_initializer=start)


def found(*parts, x=TABLE):
    model = keras.Sequential(list(parts))
    model.build((None, *x.shape[1:]))
    model.compile("sgd", "mse")
    seen = symmetry.symmetry(running.runner(model, x, TARGET))
    return {one.layer: one for one in seen}


class SymmetryTest(parameterized.TestCase):
    @parameterized.named_parameters(("plain", ()), ("dropout", (0.3,)))
    def test_all_constant(self, rates):
        """Nothing can tell the units apart, whatever is dropped."""
        tenth = keras.initializers.Constant(0.1)
        drops = [layers.Dropout(rate) for rate in rates]
        got = found(
            dense("a", 4, "tanh", tenth), *drops, dense("b", 1, None, tenth)
        )
        self.assertEqual(list(got), ["a"])
        self.assertEqual((got["a"].units, got["a"].taught), (4, False))
        self.assertAlmostEqual(got["a"].value, 0.1, places=6)

    def test_told_apart_by_what_follows(self):
        got = found(dense("a", 4, "tanh", "ones"), dense("b", 1))
        self.assertTrue(got["a"].taught)

    def test_last_layer_of_zeros(self):
        got = found(dense("a", 4, "relu"), dense("b", 1, None, "zeros"))
        self.assertEqual(got, {})

    def test_zeros_and_relu_stand_still(self):
        got = found(dense("a", 4, "relu", "zeros"), dense("b", 1))
        self.assertFalse(got["a"].taught)
        self.assertTrue(got["a"].still)

    def test_units_that_differ(self):
        self.assertEqual(found(dense("a", 4, "relu"), dense("b", 1)), {})

    def test_gates_of_a_cell(self):
        got = found(
            layers.LSTM(
                3, kernel_initializer="ones", recurrent_initializer="ones"
            ),
            dense("b", 1, None, "ones"),
            x=SEQUENCES,
        )
        [one] = got.values()
        self.assertEqual(one.units, 3)

    @parameterized.parameters(layers.LSTM, layers.GRU)
    def test_recurrent_weights_differ(self, kind):
        """Biases of zero, with several rows, are no such weight."""
        cell = kind(3, kernel_initializer="ones")
        self.assertEqual(found(cell, dense("b", 1), x=SEQUENCES), {})
        last = dense("b", 1, None, "zeros")
        self.assertEqual(found(kind(3), last, x=SEQUENCES), {})

    def test_noise_in_training_only(self):
        """The head of a variance that is sampled with in training alone."""

        class Code(layers.Layer):
            def __init__(self):
                super().__init__()
                self.spread = layers.Dense(
                    4, name="spread", kernel_initializer="zeros"
                )

            def call(self, x, training=False):
                spread = self.spread(x)
                if not training:
                    return x[:, :4]
                noise = keras.random.normal((1, 4), seed=1)
                return x[:, :4] + noise * keras.ops.exp(spread)

        got = found(Code(), dense("b", 1))
        self.assertTrue(got["spread"].taught)

    def test_without_a_loss(self):
        model = keras.Sequential([dense("a", 4, "relu", "zeros")])
        model.build((None, 6))
        [one] = symmetry.symmetry(running.runner(model, TABLE))
        self.assertIsNone(one.taught)


if __name__ == "__main__":
    absltest.main()
