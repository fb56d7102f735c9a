"""Tests of the conversion of weights from the layout of PyTorch."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from scipy import special

from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.debugging.comparing.conversions import convert

RNG = np.random.default_rng(0)


def loaded(layer, shape, arrays, order=None):
    """A layer with weights of PyTorch, and the unit that it is."""
    model = keras.Sequential([keras.Input(shape), layer])
    ours = units.of_model(model)[0]
    theirs = units.of_recording({f"x.{n}": a for n, a in arrays.items()})[0]
    converted = convert(theirs, ours, order)
    if not converted.refused:
        whole = units.records.is_opaque(layer)
        for name, variable in units.named(layer, whole).items():
            variable.assign(converted.made[name][0])
    return model, converted


class ConversionsTest(parameterized.TestCase):
    def test_convolution(self):
        w, b = RNG.normal(size=(5, 2, 3, 4)), RNG.normal(size=5)
        layer = layers.Conv2D(5, (3, 4))
        model, done = loaded(layer, (3, 4, 2), {"weight": w, "bias": b})
        x = RNG.normal(size=(7, 2, 3, 4))
        wanted = np.einsum("nchw,ochw->no", x, w) + b
        made = np.asarray(model(np.moveaxis(x, 1, -1)))[:, 0, 0]
        np.testing.assert_allclose(made, wanted, rtol=1e-4, atol=1e-5)
        self.assertEqual(done.made["kernel"][1], "OIHW -> HWIO")

    def test_depthwise_convolution(self):
        w = RNG.normal(size=(6, 1, 3, 3))
        layer = layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False)
        model, _ = loaded(layer, (3, 3, 3), {"weight": w})
        x = RNG.normal(size=(4, 3, 3, 3))
        # Output channel k belongs to input channel k // 2.
        wanted = np.einsum("nkhw,khw->nk", np.repeat(x, 2, 1), w[:, 0])
        made = np.asarray(model(np.moveaxis(x, 1, -1)))[:, 0, 0]
        np.testing.assert_allclose(made, wanted, rtol=1e-4, atol=1e-5)

    def test_transposed_convolution(self):
        w = RNG.normal(size=(2, 5, 2, 2))
        layer = layers.Conv2DTranspose(5, 2, strides=2, use_bias=False)
        model, _ = loaded(layer, (3, 3, 2), {"weight": w})
        x = RNG.normal(size=(4, 2, 3, 3))
        # Each pixel is spread over a window of its own.
        wanted = np.einsum("nihw,ioab->nohawb", x, w).reshape(4, 5, 6, 6)
        made = np.moveaxis(np.asarray(model(np.moveaxis(x, 1, -1))), -1, 1)
        np.testing.assert_allclose(made, wanted, rtol=1e-4, atol=1e-5)

    def test_lstm_of_both_directions(self):
        arrays = {}
        for end in ("", "_reverse"):
            arrays |= {
                f"weight_ih_l0{end}": RNG.normal(size=(8, 3)),
                f"weight_hh_l0{end}": RNG.normal(size=(8, 2)),
                f"bias_ih_l0{end}": RNG.normal(size=8),
                f"bias_hh_l0{end}": RNG.normal(size=8),
            }
        layer = layers.Bidirectional(layers.LSTM(2, return_sequences=True))
        model, done = loaded(layer, (5, 3), arrays)
        self.assertEqual(done.refused, "")
        x = RNG.normal(size=(4, 5, 3))
        forward = lstm(x, arrays, "")
        backward = lstm(x[:, ::-1], arrays, "_reverse")[:, ::-1]
        np.testing.assert_allclose(
            np.asarray(model(x)),
            np.concatenate([forward, backward], -1),
            atol=1e-5,
        )

    def test_rows_behind_a_flattened_picture(self):
        w = RNG.normal(size=(3, 2 * 4))  # 2 channels, 4 pixels.
        order = np.arange(8).reshape(2, 4).T.ravel()
        arrays = {"weight": w, "bias": np.zeros(3)}
        model, _ = loaded(layers.Dense(3), (8,), arrays, order)
        x = RNG.normal(size=(5, 2, 4))
        made = np.asarray(model(x.swapaxes(1, 2).reshape(5, 8)))
        wanted = x.reshape(5, 8) @ w.T
        np.testing.assert_allclose(made, wanted, rtol=1e-4, atol=1e-5)

    def test_names_of_flax(self):
        arrays = {"kernel": RNG.normal(size=(3, 4)), "bias": np.ones(4)}
        _, done = loaded(layers.Dense(4), (3,), arrays)
        np.testing.assert_array_equal(done.made["kernel"][0], arrays["kernel"])
        arrays = {"scale": np.ones(3), "bias": np.full(3, 2.0)}
        _, done = loaded(layers.LayerNormalization(), (3,), arrays)
        np.testing.assert_array_equal(done.made["beta"][0], arrays["bias"])

    def test_embedding(self):
        table = RNG.normal(size=(7, 3))
        model, _ = loaded(layers.Embedding(7, 3), (2,), {"weight": table})
        made = np.asarray(model(np.array([[6, 0]])))
        np.testing.assert_allclose(made[0], table[[6, 0]], rtol=1e-6)

    @parameterized.named_parameters(
        ("shape", {"weight": np.ones((4, 9))}, "`kernel` would be"),
        ("missing", {"weight": np.ones((4, 3))}, "nothing for `bias`"),
        (
            "more",
            {"weight": np.ones((4, 3)), "bias": np.ones(4), "mask": 1},
            "no `mask`",
        ),
    )
    def test_what_does_not_fit_is_refused(self, arrays, told):
        arrays = {n: np.asarray(a) for n, a in arrays.items()}
        _, done = loaded(layers.Dense(4), (3,), arrays)
        self.assertIn(told, done.refused)


def lstm(x, arrays, end):
    """As the documentation of `torch.nn.LSTM` has it."""
    w, u = arrays[f"weight_ih_l0{end}"], arrays[f"weight_hh_l0{end}"]
    bias = arrays[f"bias_ih_l0{end}"] + arrays[f"bias_hh_l0{end}"]
    h = c = np.zeros((len(x), u.shape[1]))
    states = []
    for step in range(x.shape[1]):
        i, f, g, o = np.split(x[:, step] @ w.T + h @ u.T + bias, 4, 1)
        c = special.expit(f) * c + special.expit(i) * np.tanh(g)
        h = special.expit(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, 1)


if __name__ == "__main__":
    absltest.main()
