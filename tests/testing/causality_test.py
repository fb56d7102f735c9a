"""Tests that a look ahead is found, and where it is first."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot import testing
from tests.testing import untouched

RNG = np.random.default_rng(0)
TOKENS = RNG.integers(0, 50, (40, 12))
X = RNG.normal(size=(20, 9, 3)).astype("float32")
LEFT = layers.LSTM


class Decoder(keras.Model):
    """Attention over its own steps; token 0 is padding."""

    def __init__(self, causal):
        super().__init__()
        self.causal = causal
        self.embedding = layers.Embedding(50, 8, mask_zero=True)
        self.attention = layers.MultiHeadAttention(2, 4)
        self.logits = layers.Dense(50, name="logits")

    def call(self, x):
        hidden = self.embedding(x)
        seen = self.attention(hidden, hidden, use_causal_mask=self.causal)
        return self.logits(hidden + seen)


def sequential(*some, shape=(9, 3), **options):
    return keras.Sequential([keras.Input(shape, **options), *some])


def translator():
    encoder = keras.Input((9, 3), name="encoder")
    decoder = keras.Input((9,), dtype="int32", name="decoder")
    whole = layers.RepeatVector(9)(layers.GRU(4)(encoder))
    steps = layers.GRU(4, return_sequences=True)(
        layers.Embedding(50, 4)(decoder)
    )
    both = layers.Concatenate()([steps, whole])
    return keras.Model(
        {"encoder": encoder, "decoder": decoder},
        layers.Dense(5, name="logits")(both),
    )


BOTH = {"encoder": X, "decoder": TOKENS[:20, :9]}


class Peeks(layers.Layer):
    """Adds the next step to each step from one on."""

    def __init__(self, start, **options):
        super().__init__(**options)
        self.start = start

    def call(self, x):
        later = ops.pad(x[:, 1:], [[0, 0], [0, 1], [0, 0]])
        steps = ops.arange(ops.shape(x)[1]) >= self.start
        return x + later * ops.cast(steps, x.dtype)[:, None]


HEALTHY = {
    "recurrent": (lambda: sequential(LEFT(4, return_sequences=True)), X),
    "convolution": (
        lambda: sequential(layers.Conv1D(4, 3, padding="causal")),
        X,
    ),
    "normalized": (
        lambda: sequential(
            layers.BatchNormalization(),
            layers.LayerNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ),
        X,
    ),
    "attention": (lambda: Decoder(causal=True), TOKENS),
    "numbers": (
        lambda: sequential(
            layers.Lambda(lambda x: ops.cumsum(x, axis=1)), shape=(9,)
        ),
        X[:, :, 0],
    ),
    "stateful": (
        lambda: sequential(
            layers.GRU(3, stateful=True, return_sequences=True), batch_size=16
        ),
        X,
    ),
}
SICK = {
    "both_ways": (
        lambda: sequential(
            layers.Bidirectional(
                LEFT(4, return_sequences=True), name="both_ways"
            ),
            layers.Dense(2, name="end"),
        ),
        X,
        ("'end' at step 0", "step 1 alone", "backward_lstm"),
    ),
    "convolution": (
        lambda: sequential(
            layers.Conv1D(4, 3, padding="causal"),
            layers.Conv1D(4, 3, padding="same", name="same"),
        ),
        X,
        ("at step 0", "step 1 alone", "layer 'same' (Conv1D)"),
    ),
    "attention": (
        lambda: Decoder(causal=False),
        TOKENS,
        ("at step", "alone is changed in `x`", "attention"),
    ),
    "from_a_step_on": (
        lambda: sequential(layers.Dense(3), Peeks(5, name="peeks")),
        X,
        ("'peeks' at step 5", "step 6 alone", "layer 'peeks' (Peeks)"),
    ),
    "mean": (
        lambda: sequential(
            layers.Lambda(
                lambda x: x - ops.mean(x, axis=1, keepdims=True), name="centre"
            ),
            shape=(9,),
        ),
        X[:, :, 0],
        ("at step 0", "step 1 alone", "layer 'centre' (Lambda)"),
    ),
    "translator": (
        translator,
        BOTH,
        ("`x['encoder']`", "RepeatVector", "name the others in `inputs`"),
    ),
}


class CausalityTest(parameterized.TestCase):
    @parameterized.named_parameters((n, *v) for n, v in HEALTHY.items())
    def test_healthy_models_pass(self, make, x):
        keras.utils.set_random_seed(0)
        self.assertIsNone(testing.assert_causal(make(), x))

    @parameterized.named_parameters((n, *v) for n, v in SICK.items())
    def test_the_first_leak_is_named(self, make, x, parts):
        keras.utils.set_random_seed(0)
        with self.assertRaises(AssertionError) as caught:
            testing.assert_causal(make(), x)
        for part in (*parts, "inputs at steps > t", "To mend it"):
            self.assertIn(part, str(caught.exception))

    @parameterized.parameters("decoder", "x['decoder']")
    def test_some_inputs_may_be_heeded_as_a_whole(self, name):
        testing.assert_causal(translator(), BOTH, inputs=[name])

    def test_more_steps_than_rows(self):
        x = RNG.normal(size=(2, 40, 3)).astype("float32")
        make = sequential(Peeks(37, name="peeks"), shape=(40, 3))
        with self.assertRaisesRegex(AssertionError, "at step 37 .*step 38 al"):
            testing.assert_causal(make, x)

    def test_another_axis(self):
        x = np.swapaxes(X, 1, 2)
        model = sequential(
            layers.Lambda(lambda x: ops.cumsum(x, axis=2)), shape=(3, 9)
        )
        testing.assert_causal(model, x, axis=2)
        wrong = sequential(
            layers.Lambda(lambda x: ops.flip(x, axis=2)), shape=(3, 9)
        )
        with self.assertRaisesRegex(AssertionError, "axis 2, 9 steps"):
            testing.assert_causal(wrong, x, axis=2)

    def test_rows_that_meet_are_said_to(self):
        model = sequential(layers.Lambda(lambda x: x + ops.mean(x, axis=0)))
        with self.assertRaisesRegex(AssertionError, "_batch_independent"):
            testing.assert_causal(model, X)

    def test_what_is_wrong_with_arguments_is_said(self):
        one = sequential(LEFT(4))
        with self.assertRaisesRegex(ValueError, "an output for each step"):
            testing.assert_causal(one, X)
        with self.assertRaisesRegex(ValueError, "`inputs` must name inputs"):
            testing.assert_causal(translator(), BOTH, inputs=["decodre"])
        with self.assertRaisesRegex(ValueError, "`axis` must be a whole"):
            testing.assert_causal(one, X, axis=0)
        with self.assertRaisesRegex(ValueError, "must hold different values"):
            testing.assert_causal(Decoder(True), np.full((4, 5), 3))

    @parameterized.parameters(True, False)
    def test_all_stays_as_it_is(self, causal):
        keras.utils.set_random_seed(0)
        model = Decoder(causal)
        model(TOKENS)
        with untouched.asserted(model):
            if causal:
                testing.assert_causal(model, TOKENS)
            else:
                with self.assertRaises(AssertionError):
                    testing.assert_causal(model, TOKENS)


if __name__ == "__main__":
    absltest.main()
