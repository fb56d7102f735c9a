import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import dropping
from tests.facts import running

TABLE = running.numbers(40, 6)
PICTURES = running.numbers(40, 8, 8, 2)


def found(*parts, x=TABLE):
    model = keras.Sequential(list(parts))
    return dropping.dropping(running.record(model, x, training=True))


class DroppingTest(parameterized.TestCase):
    def test_between_layers(self):
        [one] = found(layers.Dense(9), layers.Dropout(0.3), layers.Dense(1))
        self.assertEqual((one.rate, one.width), (0.3, 9))
        self.assertAlmostEqual(one.left, 6.3)
        self.assertFalse(one.last or one.ids or one.before_norm)

    @parameterized.named_parameters(
        ("output", ()),
        ("before_softmax", (layers.Softmax(),)),
        ("before_reshape", (layers.Reshape((3, 1)),)),
    )
    def test_last(self, after):
        [one] = found(layers.Dense(3), layers.Dropout(0.3), *after)
        self.assertTrue(one.last)

    def test_pooled_afterwards(self):
        [one] = found(
            layers.Conv2D(3, 1),
            layers.Dropout(0.3),
            layers.GlobalAveragePooling2D(),
            x=PICTURES,
        )
        self.assertFalse(one.last)

    def test_residual_branch(self):
        def build(x):
            return x + layers.Dropout(0.3)(layers.Dense(6)(x))

        model = running.functional((6,), build)
        run = running.record(model, TABLE, training=True)
        self.assertFalse(dropping.dropping(run)[0].last)

    @parameterized.named_parameters(
        ("all_numbers", layers.Dropout(0.3), 128),
        ("channels", layers.SpatialDropout2D(0.3), 2),
    )
    def test_width(self, layer, width):
        self.assertEqual(found(layer, x=PICTURES)[0].width, width)

    def test_recurrent(self):
        x = running.numbers(40, 5, 3)
        [one] = found(layers.LSTM(4, dropout=0.2, recurrent_dropout=0.6), x=x)
        self.assertEqual((one.rate, one.width), (0.6, 4))
        self.assertEmpty(found(layers.LSTM(4), x=x))

    def test_ids(self):
        ids = (np.arange(200).reshape(40, 5) % 9).astype("float32")
        [one] = found(layers.Dropout(0.2), layers.Embedding(99, 2), x=ids)
        self.assertTrue(one.ids)
        [one] = found(layers.Embedding(99, 2), layers.Dropout(0.2), x=ids)
        self.assertFalse(one.ids)

    def test_before_normalization(self):
        norm = layers.BatchNormalization(name="n")
        [one] = found(layers.Dropout(0.2), norm, layers.Dense(1))
        self.assertEqual(one.before_norm, "n")


if __name__ == "__main__":
    absltest.main()
