import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import sequences
from keras_troubleshoot.facts.sample import Sample
from tests.facts import running

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(2, 9, 60)
WORDS = np.where(
    np.arange(8) < LENGTHS[:, None], RNG.integers(1, 12, (60, 8)), 0
)


def words(*after, mask_zero=True):
    embedding = layers.Embedding(12, 4, mask_zero=mask_zero, name="words")
    model = keras.Sequential([keras.Input((8,), dtype="int32"), embedding])
    for layer in after:
        model.add(layer)
    return model


def masking(model, x=WORDS):
    looked = running.runner(model, x)
    return sequences.masking(looked, looked.record())


def causality(model, x, y):
    looked = running.runner(model, x, y)
    profile = data.profile(Sample(x, y, rows=len(x)))
    return sequences.causality(looked, looked.record(), profile)


class Forgetful(layers.Layer):
    """Passes no mask on, and takes none."""

    def call(self, x):
        return 2 * x


class MaskingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("lstm", lambda: words(layers.LSTM(3))),
        (
            "gru_stacked",
            lambda: words(layers.GRU(3, return_sequences=True), layers.LSTM(3)),
        ),
        ("both_ways", lambda: words(layers.Bidirectional(layers.LSTM(3)))),
        ("average", lambda: words(layers.GlobalAveragePooling1D())),
        ("dropout", lambda: words(layers.Dropout(0.5), layers.LSTM(3))),
    )
    def test_heeded(self, make):
        got = masking(make())
        self.assertLess(got.change, 1e-4)
        self.assertEqual((got.maker, got.loser), ("words", ""))
        expected = (WORDS[:31] == 0).mean()
        self.assertAlmostEqual(got.padded, expected, 6)

    @parameterized.named_parameters(
        ("flatten", [layers.Flatten(name="f")], "f"),
        ("maximum", [layers.GlobalMaxPooling1D(name="m")], "m"),
        ("own", [Forgetful(name="o"), layers.LSTM(3)], "o"),
        (
            "convolution",
            [layers.Conv1D(3, 3, name="c"), layers.GlobalAveragePooling1D()],
            "c",
        ),
    )
    def test_ignored(self, after, loser):
        got = masking(words(*after))
        self.assertGreater(got.change, 1e-3)
        self.assertEqual(got.loser, loser)
        pools = loser in ("f", "m")
        self.assertEqual(got.pools, pools)

    def test_masking_layer(self):
        x = running.numbers(60, 8, 3)
        x[np.arange(8) >= LENGTHS[:, None]] = 0
        model = keras.Sequential(
            [keras.Input((8, 3)), layers.Masking(name="mask"), layers.LSTM(2)]
        )
        got = masking(model, x)
        self.assertEqual(got.maker, "mask")
        self.assertLess(got.change, 1e-4)

    def test_none(self):
        self.assertIsNone(masking(words(layers.LSTM(3), mask_zero=False)))
        self.assertIsNone(masking(words(layers.LSTM(3)), np.maximum(WORDS, 1)))

    def test_prediction_of_each_step(self):
        """What is predicted for padding itself does not count."""
        model = words(layers.LSTM(3, return_sequences=True), layers.Dense(2))
        self.assertLess(masking(model).change, 1e-4)

    def test_attention_with_a_mask(self):
        inputs = keras.Input((8,), dtype="int32")
        x = layers.Embedding(12, 4, mask_zero=True)(inputs)
        x = layers.MultiHeadAttention(1, 4)(x, x)
        x = layers.GlobalAveragePooling1D()(x)
        self.assertLess(masking(keras.Model(inputs, x)).change, 1e-4)


class CausalityTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        series = np.cumsum(running.numbers(60, 10, 1), axis=1)
        cls.x, cls.y = series[:, :-1], series[:, 1:]

    def model(self, *parts):
        return keras.Sequential([keras.Input((9, 1)), *parts])

    @parameterized.named_parameters(
        ("lstm", lambda: [layers.LSTM(3, return_sequences=True)]),
        ("convolution", lambda: [layers.Conv1D(3, 3, padding="causal")]),
        ("each_step", lambda: [layers.Dense(3)]),
    )
    def test_kept(self, parts):
        got = causality(self.model(*parts(), layers.Dense(1)), self.x, self.y)
        self.assertLess(got.leak, 1e-5)
        self.assertEqual(got.input, "x")
        self.assertAlmostEqual(got.agreement, 1)

    @parameterized.named_parameters(
        (
            "both_ways",
            lambda: [
                layers.Bidirectional(layers.LSTM(3, return_sequences=True))
            ],
        ),
        ("convolution", lambda: [layers.Conv1D(3, 3, padding="same")]),
        (
            "backwards",
            lambda: [layers.LSTM(3, return_sequences=True, go_backwards=True)],
        ),
    )
    def test_violated(self, parts):
        got = causality(self.model(*parts(), layers.Dense(1)), self.x, self.y)
        self.assertGreater(got.leak, 1e-3)

    @parameterized.parameters((True, False), (False, True))
    def test_attention(self, causal, leaks):
        inputs = keras.Input((9, 1))
        x = layers.Dense(4)(inputs)
        x = layers.MultiHeadAttention(1, 4)(x, x, use_causal_mask=causal)
        got = causality(keras.Model(inputs, layers.Dense(1)(x)), self.x, self.y)
        self.assertEqual(got.leak > 1e-4, leaks)

    def test_tokens(self):
        tokens = RNG.integers(0, 12, (60, 9))
        model = keras.Sequential(
            [
                keras.Input((8,), dtype="int32"),
                layers.Embedding(12, 4),
                layers.Bidirectional(layers.GRU(3, return_sequences=True)),
                layers.Dense(12),
            ]
        )
        got = causality(model, tokens[:, :-1], tokens[:, 1:])
        self.assertGreater(got.leak, 1e-4)

    @parameterized.named_parameters(
        ("other_targets", lambda x: running.numbers(*x.shape, seed=7)),
        ("itself", lambda x: x),
        ("one_value", lambda x: x[:, -1]),
    )
    def test_not_a_model_of_the_next_step(self, target):
        model = self.model(layers.Dense(1))
        self.assertIsNone(causality(model, self.x, target(self.x)))

    def test_constant_series(self):
        x = np.ones((60, 9, 1), "float32")
        self.assertIsNone(causality(self.model(layers.Dense(1)), x, x))

    def test_several_channels_at_once(self):
        series = np.cumsum(running.numbers(60, 10, 3), axis=1)
        model = keras.Sequential(
            [
                keras.Input((9, 3)),
                layers.Bidirectional(layers.GRU(3, return_sequences=True)),
                layers.Dense(3),
            ]
        )
        got = causality(model, series[:, :-1], series[:, 1:])
        self.assertGreater(got.leak, 1e-3)

    def test_one_of_several_channels(self):
        x = np.concatenate([running.numbers(60, 9, 1, seed=4), self.x], -1)
        model = keras.Sequential(
            [
                keras.Input((9, 2)),
                layers.Conv1D(3, 3, padding="same"),
                layers.Dense(1),
            ]
        )
        self.assertGreater(causality(model, x, self.y).leak, 1e-3)


if __name__ == "__main__":
    absltest.main()
