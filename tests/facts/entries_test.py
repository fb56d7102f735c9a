import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import entries
from keras_troubleshoot.facts import normalization
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.measuring import embedded
from tests.facts import running

RAW = 100 + 50 * running.numbers(60, 4)
PIXELS = np.random.default_rng(0).uniform(0, 255, (60, 8, 8, 1))
PIXELS = PIXELS.astype("float32")


class Dividing(keras.Model):
    """Scales its input in `call`, where no layer shows it."""

    def __init__(self, scale):
        super().__init__()
        self.scale = scale
        self.hidden = layers.Dense(3, name="hidden")
        self.end = layers.Dense(1, name="end")

    def call(self, x):
        return self.end(self.hidden(ops.cast(x, "float32") / self.scale))


def found(model, x):
    done = running.record(model, x, training=True)
    return {entry.layer: entry for entry in entries.entries(done)}


def sequence(*parts):
    return keras.Sequential(list(parts))


class EntriesTest(parameterized.TestCase):
    def test_only_the_first_layer(self):
        model = sequence(
            layers.Dense(3, name="a"), layers.ReLU(), layers.Dense(1, name="b")
        )
        got = found(model, RAW)
        self.assertEqual(list(got), ["a"])
        np.testing.assert_array_equal(
            got["a"].values, RAW[: len(got["a"].values)]
        )
        self.assertFalse(got["a"].normalized_after)

    def test_rescaling(self):
        model = sequence(
            layers.Rescaling(1 / 255), layers.Conv2D(2, 3, name="c")
        )
        values = found(model, PIXELS)["c"].values
        self.assertLessEqual(values.max(), 1)
        self.assertGreater(values.max(), 0.5)

    def test_normalization(self):
        scaling = layers.Normalization()
        scaling.adapt(RAW)
        values = found(sequence(scaling, layers.Dense(2, name="d")), RAW)
        values = values["d"].values
        self.assertLess(np.abs(values.mean(0)).max(), 1)
        self.assertLess(np.abs(values.std(0) - 1).max(), 0.6)

    def test_batch_normalization_before(self):
        model = sequence(layers.BatchNormalization(), layers.Dense(2, name="d"))
        values = found(model, RAW)["d"].values
        np.testing.assert_allclose(values.mean(0), 0, atol=1e-3)
        np.testing.assert_allclose(values.std(0), 1, atol=1e-2)

    def test_batch_normalization_after(self):
        model = sequence(layers.Dense(2, name="d"), layers.BatchNormalization())
        self.assertTrue(found(model, RAW)["d"].normalized_after)

    def test_division_in_call(self):
        got = found(Dividing(1000.0), RAW)
        self.assertEqual(list(got), ["hidden"])
        rows = len(got["hidden"].values)
        np.testing.assert_allclose(
            got["hidden"].values, RAW[:rows] / 1000, rtol=1e-5
        )

    def test_integers_that_are_cast(self):
        got = found(Dividing(255.0), PIXELS.astype("uint8").reshape(60, -1))
        self.assertLessEqual(got["hidden"].values.max(), 1)

    def test_each_of_several_inputs(self):
        left, right = keras.Input((4,)), keras.Input((2,))
        joined = layers.Concatenate()(
            [layers.Dense(3, name="l")(left), layers.Dense(3, name="r")(right)]
        )
        model = keras.Model([left, right], layers.Dense(1)(joined))
        got = found(model, [RAW, running.numbers(60, 2)])
        self.assertEqual(set(got), {"l", "r"})
        self.assertGreater(got["l"].values.std(), 20)
        self.assertLess(got["r"].values.std(), 2)

    def test_input_that_skips_the_first_layer(self):
        inputs = keras.Input((4,))
        hidden = layers.Dense(4, name="a")(inputs)
        model = keras.Model(
            inputs, layers.Dense(1, name="b")(layers.Add()([inputs, hidden]))
        )
        self.assertEqual(list(found(model, RAW)), ["a"])

    def test_nested(self):
        inner = sequence(layers.Rescaling(0.01), layers.Dense(2, name="deep"))
        model = running.functional((4,), lambda x: layers.Dense(1)(inner(x)))
        got = found(model, RAW)
        self.assertEqual(list(got), ["deep"])
        self.assertLess(got["deep"].values.std(), 2)

    @parameterized.named_parameters(
        ("recurrent", layers.LSTM(2, name="w")),
        ("both_ways", layers.Bidirectional(layers.GRU(2), name="w")),
        ("each_step", layers.TimeDistributed(layers.Dense(2), name="w")),
        ("attention", None),
    )
    def test_layers_of_sequences(self, layer):
        x = 100 * running.numbers(60, 5, 3)
        if layer is None:
            inputs = keras.Input((5, 3))
            attention = layers.MultiHeadAttention(1, 2, name="w")
            model = keras.Model(inputs, attention(inputs, inputs))
        else:
            model = sequence(layer)
        got = found(model, x)
        self.assertNotEmpty(got)
        for entry in got.values():
            self.assertGreater(entry.values.std(), 50)

    def test_ids_are_no_amounts(self):
        model = sequence(
            layers.Embedding(9, 2), layers.Flatten(), layers.Dense(1)
        )
        ids = np.arange(300).reshape(60, 5) % 9
        self.assertEqual(found(model, ids), {})


class LookupsTest(parameterized.TestCase):
    def lookups(self, x, model=None, array=None):
        model = model or sequence(layers.Embedding(9, 2, name="e"))
        model.build(x.shape)
        done = running.runner(model, x).record()
        array = array or Array("x", x)
        return entries.lookups(embedded(done), (array,))

    def test_range(self):
        x = np.arange(300).reshape(60, 5) % 9
        [got] = self.lookups(x)
        self.assertEqual((got.layer, got.rows), ("e", 9))
        self.assertEqual((got.low, got.high, got.whole), (0, 8, True))
        self.assertEqual(got.source, "x")

    def test_whole_array_counts(self):
        whole = np.arange(300).reshape(60, 5)
        [got] = self.lookups(
            whole[:40] % 9, array=Array("x", whole[:40] % 9, whole=whole)
        )
        self.assertEqual(got.high, 299)

    def test_beyond(self):
        """Noted also where the lookup itself raises."""
        x = np.full((60, 5), 12)
        [got] = self.lookups(x)
        self.assertEqual(got.high, 12)

    def test_fractions(self):
        [got] = self.lookups(np.full((60, 5), 0.5, "float32"))
        self.assertFalse(got.whole)

    def test_computed(self):
        model = running.functional(
            (5,), lambda x: layers.Embedding(9, 2)(x // 2), dtype="int32"
        )
        [got] = self.lookups(np.arange(300).reshape(60, 5) % 9, model)
        self.assertEqual((got.source, got.high), ("", 4))


class NormalizersTest(absltest.TestCase):
    def test_adapted_and_not(self):
        one, other = (layers.Normalization(name=n) for n in "ab")
        one.adapt(RAW)
        model = running.functional(
            (4,), lambda x: layers.Concatenate()([one(x), other(x)])
        )
        got = normalization.normalizers(running.record(model, RAW))
        known = {n.layer: n for n in got}
        self.assertTrue(known["a"].adapted)
        self.assertFalse(known["b"].adapted)
        rows = len(running.record(model, RAW).outputs)
        self.assertAlmostEqual(
            known["b"].mean, np.abs(RAW[:rows].mean(0)).max(), 2
        )


if __name__ == "__main__":
    absltest.main()
