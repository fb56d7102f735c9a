import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import squashing
from tests.facts import running

TABLE = running.numbers(40, 6)
WORDS = np.arange(200).reshape(40, 5) % 9


def found(model, x=TABLE):
    return squashing.squashing(running.record(model, x))


def row(*parts):
    return keras.Sequential(list(parts))


def dense(units, activation=None, **options):
    return layers.Dense(units, activation, **options)


class Memory(layers.Layer):
    """Attends over a table of its own."""

    def build(self, shape):
        self.table = self.add_weight(shape=(shape[-1], 3))

    def call(self, x):
        return ops.matmul(ops.softmax(x), self.table)


class SquashingTest(parameterized.TestCase):
    def test_softmax_between_layers(self):
        [one] = found(
            row(
                dense(8),
                layers.Softmax(name="s"),
                dense(2, name="end"),
            )
        )
        self.assertEqual((one.layer, one.kind, one.units), ("s", "softmax", 8))
        self.assertEqual((one.before, one.targets), (6, ("end",)))
        self.assertFalse(one.shown)
        self.assertFalse(one.own)

    def test_depth_counts_each_kind_alone(self):
        parts = [dense(4, kind) for kind in ("sigmoid", "sigmoid", "tanh")]
        seen = found(row(*parts, dense(1)))
        self.assertEqual(
            [(s.kind, s.depth) for s in seen],
            [
                ("sigmoid", 1),
                ("sigmoid", 2),
                ("tanh", 1),
            ],
        )

    @parameterized.named_parameters(
        ("output", lambda x: dense(3, "softmax")(x)),
        ("gate", lambda x: dense(1)(dense(6, "sigmoid")(x) * x)),
        (
            "mixture",
            lambda x: dense(1)(
                ops.sum(
                    dense(3, "softmax")(x)[:, :, None]
                    * layers.Reshape((3, 2))(dense(6)(x)),
                    axis=1,
                )
            ),
        ),
    )
    def test_left_out(self, build):
        self.assertEmpty(found(running.functional((6,), build)))

    def test_attention_and_cells_are_left_out(self):
        inputs = keras.Input((5,), dtype="int32")
        words = layers.Embedding(9, 4)(inputs)
        seen = layers.MultiHeadAttention(1, 4)(words, words)
        model = keras.Model(inputs, dense(1)(layers.GRU(3)(seen)))
        self.assertEmpty(found(model, WORDS))

    def test_shown(self):
        inputs = keras.Input((6,))
        coarse = dense(3, "softmax")(inputs)
        joined = layers.Concatenate()([inputs, coarse])
        model = keras.Model(inputs, [coarse, dense(9)(joined)])
        [one] = found(model)
        self.assertTrue(one.shown)

    def test_memory_of_an_own_layer(self):
        [one] = found(row(dense(4), Memory(), dense(1)))
        self.assertTrue(one.own)

    def test_flat(self):
        wide = keras.initializers.Constant(50.0)
        [one] = found(row(dense(4, "tanh", kernel_initializer=wide), dense(1)))
        shown = np.tanh(50 * TABLE.sum(1))
        rows = 31
        expected = np.mean(1 - shown[:rows].astype("float64") ** 2 < 0.05)
        self.assertAlmostEqual(one.flat, expected, places=2)


class FlatTest(absltest.TestCase):
    def test_limits(self):
        """A twentieth of the largest slope, found by differences."""
        z = np.linspace(-8, 8, 20001)
        for kind, values in (
            ("tanh", np.tanh(z)),
            ("sigmoid", 1 / (1 + np.exp(-z))),
        ):
            slope = np.gradient(values, z)
            expected = (slope < slope.max() / 20).mean()
            self.assertAlmostEqual(squashing.flat(kind, values), expected, 3)


if __name__ == "__main__":
    absltest.main()
