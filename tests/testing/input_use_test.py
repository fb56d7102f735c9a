"""Tests that inputs without influence are named, and no others."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot import testing
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.testing import input_units
from tests.debugging import kinds

HEALTHY = tuple((name,) for name in kinds.KINDS if name != "counting")
RNG = np.random.default_rng(0)
X = kinds.X
TOKENS = RNG.integers(0, 50, (40, 12))
PICTURES = RNG.normal(size=(20, 12, 12, 3)).astype("float32")
BYTES = RNG.integers(0, 256, (30, 100)).astype("uint8")
STEPS = RNG.normal(size=(20, 8, 3)).astype("float32")


class Gated(keras.Model):
    """One input passes a gate that is closed until it is trained."""

    def __init__(self):
        super().__init__()
        self.value = layers.Dense(3)
        self.gate = layers.Dense(3, kernel_initializer="zeros")

    def call(self, x):
        return self.value(x["right"]) * (1 + self.gate(x["left"]))


class Half(keras.Model):
    """Takes a list, and forgets the second array."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x[0])


def sequential(shape, *some):
    return keras.Sequential([keras.Input(shape), *some])


def embedding(*some):
    return keras.Sequential([layers.Embedding(50, 4), *some, layers.Dense(1)])


def cut(index):
    return layers.Lambda(lambda x: x[index])


def forgets_b():
    a, b = keras.Input((6,), name="a"), keras.Input((3,), name="b")
    return keras.Model({"a": a, "b": b}, layers.Dense(1)(a) + 0 * ops.sum(b))


class InputUseTest(parameterized.TestCase):
    @parameterized.parameters(*HEALTHY)
    def test_healthy_models_pass(self, kind):
        make, x, _ = kinds.KINDS[kind]
        self.assertIsNone(testing.assert_uses_inputs(make(), x))

    @parameterized.named_parameters(
        ("gate", Gated, kinds.BOTH),
        ("last_weights_zero", lambda: sequential(
            (6,), layers.Dense(1, kernel_initializer="zeros")), X),
        ("tokens", lambda: embedding(layers.Flatten()), TOKENS),
        ("float_tokens", lambda: embedding(layers.Flatten()),
         TOKENS.astype("float32")),
        ("recurrent", lambda: embedding(layers.LSTM(3)), TOKENS),
        ("pictures", lambda: sequential(
            (12, 12, 3), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()),
         PICTURES),
        ("bytes", lambda: sequential(
            (100,), layers.Rescaling(1 / 255), layers.Dense(3, "tanh")), BYTES),
        ("constant_rows", lambda: sequential((6,), layers.Dense(1)),
         np.ones((4, 6), "float32")),
        ("one_row", lambda: sequential((6,), layers.Dense(1)), X[:1]),
        ("text", lambda: keras.Sequential(
            [keras.Input((1,), dtype="string"),
             layers.StringLookup(vocabulary=["a", "b"]),
             layers.Embedding(3, 2)]), np.array([["a"], ["b"], ["c"]])),
    )  # fmt: skip
    def test_healthy_models_of_other_inputs_pass(self, make, x):
        keras.utils.set_random_seed(0)
        testing.assert_uses_inputs(make(), x)

    @parameterized.named_parameters(
        ("feature", lambda: sequential(
            (6,), cut(np.s_[:, :5]), layers.Dense(2)), X,
         "1 of 6 do not: x[:, 5]."),
        ("input", forgets_b, {"a": X, "b": X[:, :3]},
         "1 of 11 do not: x['b']."),
        ("list", Half, [X, X[:, :2]], "do not: x[1]."),
        ("token", lambda: embedding(
            cut(np.s_[:, :10]), layers.GlobalAveragePooling1D()), TOKENS,
         "2 of 12 do not: x[:, 10], x[:, 11]."),
        ("byte", lambda: sequential(
            (100,), layers.Rescaling(1 / 255), cut(np.s_[:, 2:]),
            layers.Dense(3, "tanh")), BYTES,
         "2 of 100 do not: x[:, 0], x[:, 1]."),
        ("channel", lambda: sequential(
            (12, 12, 3), cut(np.s_[..., :1]), layers.Conv2D(4, 3)), PICTURES,
         "2 of 3 do not: x[..., 1], x[..., 2]."),
        ("step", lambda: sequential(
            (8, 3), cut(np.s_[:, 1:]), layers.LSTM(3)), STEPS,
         "1 of 11 do not: x[:, 0]."),
        ("many", lambda: sequential(
            (100,), cut(np.s_[:, :80]), layers.Dense(1)),
         BYTES.astype("float32"), "x[:, 87] and 12 more."),
        ("rounded_off", lambda: sequential(
            (6,), layers.Lambda(lambda x: ops.floor(x * 0)), layers.Dense(1)),
         X, "1 of 6 do not: x."),
    )  # fmt: skip
    def test_sick_models_are_named(self, make, x, said):
        keras.utils.set_random_seed(0)
        with self.assertRaises(AssertionError) as caught:
            testing.assert_uses_inputs(make(), x)
        self.assertIn(said, str(caught.exception))
        self.assertIn("To mend it", str(caught.exception))

    def test_rows_that_meet_do_not_hide_a_token(self):
        keras.utils.set_random_seed(0)
        mixes = layers.Lambda(lambda x: x + ops.mean(x, axis=0))
        model = embedding(cut(np.s_[:, :10]), mixes, layers.Flatten())
        with self.assertRaisesRegex(AssertionError, r"x\[:, 10\], x\[:, 11\]"):
            testing.assert_uses_inputs(model, TOKENS)

    def test_what_cannot_be_changed_is_said(self):
        x = np.full((5, 12), 7)
        with self.assertRaisesRegex(ValueError, "`x` must hold different"):
            testing.assert_uses_inputs(embedding(layers.Flatten()), x)
        with self.assertRaisesRegex(ValueError, "`rows` must be a whole"):
            testing.assert_uses_inputs(kinds.sequential(), X, rows=0)

    @parameterized.parameters("int8", "uint8", "int64", "float32", "bool")
    def test_other_values_differ_everywhere_and_stay_in_range(self, dtype):
        values = RNG.integers(0, 2, (9, 4)) * np.array(120)
        values = (values - (120 if dtype == "int8" else 0)).astype(dtype)
        rolled, other = input_units.others(Array("x", values), 9)
        np.testing.assert_array_equal(rolled[1:], values[:-1])
        self.assertTrue((other != values).all())
        self.assertEqual(other.dtype, values.dtype)
        self.assertBetween(int(other.min()), int(values.min()), 120)
        self.assertBetween(int(other.max()), int(values.min()), 120)


if __name__ == "__main__":
    absltest.main()
