import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import linearity
from tests.facts import running

TABLE = running.numbers(40, 6)
PICTURES = running.numbers(40, 8, 8, 2)
WORDS = np.arange(200).reshape(40, 5) % 9


def dense(name, units=4, activation=None):
    return layers.Dense(units, activation, name=name)


def found(model, x=TABLE):
    return linearity.linearity(running.record(model, x))


def row(*parts):
    return keras.Sequential(list(parts))


def pairs(seen):
    return [(link.source, link.target) for link in seen.links]


class InCall(keras.Model):
    """Has its nonlinearity in `call`, where no layer shows it."""

    def __init__(self, function):
        super().__init__()
        self.a, self.b = dense("a"), dense("b", 1)
        self.function = function

    def call(self, x):
        return self.b(self.function(self.a(x)))


class LinearityTest(parameterized.TestCase):
    def test_dense_in_a_row(self):
        seen = found(row(dense("a", 8), dense("b", 3), dense("c", 1)))
        self.assertEqual(seen.layers, ("a", "b", "c"))
        self.assertEqual(pairs(seen), [("a", "b"), ("b", "c")])
        self.assertEqual(seen.between, {})
        first = seen.links[0]
        self.assertEqual((first.width, first.inputs, first.outputs), (8, 6, 3))
        self.assertTrue(first.alone)
        self.assertFalse(first.narrow)

    @parameterized.named_parameters(
        ("dropout", layers.Dropout(0.5)),
        ("reshape", layers.Reshape((2, 2))),
        ("batch_normalization", layers.BatchNormalization()),
        ("rescaling", layers.Rescaling(0.5, 1.0)),
        ("identity", layers.Activation("linear")),
    )
    def test_linear_between(self, layer):
        seen = found(row(dense("a"), layer, layers.Flatten(), dense("b")))
        self.assertEqual(pairs(seen), [("a", "b")])
        self.assertEqual(seen.between, {})

    @parameterized.named_parameters(
        ("relu", layers.ReLU(), "activation"),
        ("prelu", layers.PReLU(), "activation"),
        ("leaky", layers.LeakyReLU(), "activation"),
        ("gelu", layers.Activation("gelu"), "activation"),
        ("lambda", layers.Lambda(ops.sin), "activation"),
        ("layer_norm", layers.LayerNormalization(), "normalization"),
        ("maximum", layers.Lambda(lambda x: ops.maximum(x, 0.0)), "activation"),
        ("square", layers.Lambda(lambda x: x * x), "product"),
    )
    def test_nonlinear_between(self, layer, kind):
        seen = found(row(dense("a"), layer, dense("b")))
        self.assertEqual(pairs(seen), [])
        self.assertIn(kind, seen.between)

    @parameterized.named_parameters(
        ("relu", ops.relu, []),
        ("swish", lambda x: x * ops.sigmoid(x), []),
        ("halved", lambda x: x / 2 + 1, [("a", "b")]),
    )
    def test_in_call(self, function, expected):
        self.assertEqual(pairs(found(InCall(function))), expected)

    def test_activation_of_the_output_does_not_count(self):
        seen = found(row(dense("a"), dense("b", 3, "softmax")))
        self.assertEqual(pairs(seen), [("a", "b")])
        self.assertEqual(seen.between, {})

    def test_max_pooling(self):
        seen = found(
            row(
                layers.Conv2D(2, 3, name="a"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                dense("b"),
            ),
            PICTURES,
        )
        self.assertEqual(list(seen.between), ["max pooling"])

    def test_recurrent_cells_are_nonlinear(self):
        seen = found(
            row(layers.Embedding(9, 3), layers.LSTM(2), dense("b", 1)), WORDS
        )
        self.assertEqual(pairs(seen), [])
        self.assertIn("activation", seen.between)

    def test_product_of_two_towers(self):
        model = running.functional(
            (6,), lambda x: layers.Dot(1)([dense("a")(x), dense("b")(x)])
        )
        self.assertIn("product", found(model).between)

    def test_residual_stem_is_not_alone(self):
        def build(x):
            stem = dense("a")(x)
            return dense("c", 1)(stem + dense("b", 4, "relu")(stem))

        links = found(running.functional((6,), build)).links
        self.assertEqual(
            [(k.source, k.target, k.alone) for k in links],
            [("a", "b", False), ("a", "c", False)],
        )

    def test_narrow(self):
        [link] = found(row(dense("a", 2), dense("b", 6))).links
        self.assertTrue(link.narrow)


if __name__ == "__main__":
    absltest.main()
