"""The differences that `planted_differences` plants, each in three ways."""

import keras
import numpy as np
import planted_networks as nets
import torch_layout as torch
from keras import layers

from keras_troubleshoot.debugging.comparing.compare_models import compare_models

MAKE = {
    "plain": (nets.plain, nets.images),
    "lenet": (nets.lenet, nets.images),
    "residual": (nets.residual, nets.images),
    "recurrent": (nets.recurrent, nets.tokens),
    "transformer": (nets.transformer, nets.tokens),
}
# Arguments that the network and its recording share.
SHARED = ("cell", "affine")


def keras_pair(kind, ours, theirs=None, step=False):
    """Beside another Keras model with the same weights."""

    def compare(seed):
        make, data = MAKE[kind]
        x, y = data(seed)
        b = nets.lived_in(make(seed, **(theirs or {})), seed)
        a = make(seed + 50, **ours)
        same_weights(a, b)
        return compare_models(a, b, x, y if step else None)

    return compare


def same_weights(a, b):
    """Copies all weights that both have."""
    for layer in a.layers:
        if layer.weights:
            held = b.get_layer(layer.name).get_weights()
            layer.set_weights(held[: len(layer.weights)])


def recorded(kind, ours, record=None, change=None):
    """Beside a recording; `change` spoils weights that were the same."""

    def compare(seed):
        make, data = MAKE[kind]
        x, _ = data(seed)
        shared = {k: v for k, v in ours.items() if k in SHARED}
        b = nets.lived_in(make(seed, **shared), seed)
        recording = nets.recorded(kind, b, x, **(record or {}), **shared)
        a = make(seed + 50, **ours)
        if change is None:
            return compare_models(a, recording, x, transfer_weights=True)
        same_weights(a, b)
        change(a)
        return compare_models(a, recording, x)

    return compare


def spoil(layer, place, function):
    """Changes one weight of one layer."""

    def change(model):
        weights = model.get_layer(layer).get_weights()
        weights[place] = function(weights[place])
        model.get_layer(layer).set_weights(weights)

    return change


def unpermuted(kernel):
    """Rows in the order of channels first, as a plain copy leaves them."""
    split = kernel.reshape(6, 6, 8, -1)
    return split.transpose(2, 0, 1, 3).reshape(kernel.shape)


def other_gates(order):
    """The gates of the recurrent layer in another order."""

    def change(model):
        layer, count = model.get_layer("rnn"), len(order)
        parts = [np.split(w, count, -1) for w in layer.get_weights()]
        layer.set_weights(
            [np.concatenate([p[i] for i in order], -1) for p in parts]
        )

    return change


def pixels(seed):
    """Flat pixels of channels first, read as channels last by one side."""
    x, _ = nets.images(seed)
    flat = np.moveaxis(x, -1, 1).reshape(len(x), -1)
    wrong = [layers.Reshape((12, 12, 3), name="picture")]
    right = [
        layers.Reshape((3, 12, 12), name="first"),
        layers.Permute((2, 3, 1), name="picture"),
    ]
    a, b = (
        keras.Sequential(
            [
                keras.Input((432,)),
                *head,
                layers.Conv2D(4, 3, name="conv1"),
                layers.GlobalAveragePooling2D(name="mean"),
            ]
        )
        for head in (wrong, right)
    )
    b.set_weights(a.get_weights())
    return compare_models(a, b, flat)


def colours(kind):
    """RGB on one side, BGR on the other."""

    def compare(seed):
        make, data = MAKE[kind]
        b = nets.lived_in(make(seed), seed)
        inputs = keras.Input((12, 12, 3))
        outputs = make(seed)(inputs[..., ::-1])
        a = keras.Model(inputs, outputs)
        a.set_weights(b.get_weights())
        return compare_models(a, b, data(seed)[0])

    return compare


def tanh_gelu(x):
    """GELU as GPT-2 computes it."""
    return keras.activations.gelu(x, approximate=True)


def optimizers(ours, theirs):
    """The same difference of optimizers in three networks."""
    return tuple(
        keras_pair(kind, {"optimizer": ours()}, {"optimizer": theirs()}, True)
        for kind in ("residual", "lenet", "transformer")
    )


def adamw(rate):
    """Makes an AdamW."""
    return lambda: keras.optimizers.AdamW(1e-3, weight_decay=rate)


def sgd(nesterov):
    """Makes an SGD with momentum."""
    return lambda: keras.optimizers.SGD(0.1, 0.9, nesterov=nesterov)


SUM = {
    "loss": keras.losses.SparseCategoricalCrossentropy(True, reduction="sum")
}
TANH, LEAKY = {"act": torch.gelu_tanh}, {"act": torch.leaky_relu}
AVERAGE = {"pool": layers.AveragePooling2D}
ON = {"dropout": nets.AlwaysOn}
TRUE = {"epsilon": 1e-5}
FLAT = ("flatten order", "channels first or last")
FIRST = ("stem/kernel", "conv1/kernel", "embed/embeddings")
TWO = {"strides": 2}
# name: (the right place of each, the right causes, three comparisons).
PLANTS = {
    "padding": (
        ("conv2", "conv2", "conv1"),
        ("padding",),
        (
            recorded("plain", TWO, {"stride": 2}),
            keras_pair("plain", {"padding": "valid"}),
            keras_pair("residual", {"padding": "valid"}),
        ),
    ),
    "epsilon": (
        ("bn0", "norm", "ln1"),
        ("epsilon",),
        (
            recorded("residual", {"epsilon": 1e-3}),
            recorded("recurrent", {"epsilon": 1e-3}),
            recorded("transformer", {"epsilon": 1e-6}),
        ),
    ),
    "momentum of BatchNorm": (
        ("bn0/moving_mean",) * 3,
        ("momentum",),
        tuple(
            keras_pair("residual", {"momentum": m}, {"momentum": 0.99}, step)
            for m, step in ((0.9, True), (0.999, True), (0.01, False))
        ),
    ),
    "bias": (
        ("fc1", "conv2", "head"),
        ("bias",),
        (
            keras_pair("lenet", {"bias": False}),
            recorded("lenet", {}, change=spoil("conv2", 1, np.zeros_like)),
            recorded("residual", TRUE, change=spoil("head", 1, np.zeros_like)),
        ),
    ),
    "transposed kernel": (
        ("fc2", "conv2", "conv1"),
        ("kernel transposed",),
        (
            recorded("lenet", {}, change=spoil("fc2", 0, np.transpose)),
            recorded(
                "plain",
                {},
                change=spoil("conv2", 0, lambda k: k.swapaxes(2, 3)),
            ),
            recorded(
                "residual",
                TRUE,
                change=spoil("conv1", 0, lambda k: k.swapaxes(0, 1)),
            ),
        ),
    ),
    "NHWC and NCHW": (
        ("fc1", "fc1", "picture"),
        FLAT,
        (
            recorded("lenet", {}, change=spoil("fc1", 0, unpermuted)),
            recorded(
                "lenet",
                {"activation": "relu"},
                change=spoil("fc1", 0, unpermuted),
            ),
            pixels,
        ),
    ),
    "colours reversed": (
        ("conv1", "conv1", "stem"),
        ("channel order",),
        (colours("plain"), colours("lenet"), colours("residual")),
    ),
    "activation": (
        ("conv1", "act1", "act"),
        ("activation",),
        (
            recorded("lenet", {}, LEAKY),
            recorded("residual", TRUE, LEAKY),
            keras_pair("transformer", {"activation": "silu"}),
        ),
    ),
    "gelu variant": (
        ("act", "act", "conv1"),
        ("gelu variant",),
        (
            recorded("transformer", {}, TANH),
            recorded("transformer", {"activation": tanh_gelu}),
            recorded("lenet", {"activation": "gelu"}, TANH),
        ),
    ),
    "dropout left on": (
        ("drop",) * 3,
        ("training mode",),
        (
            keras_pair("residual", ON),
            keras_pair("transformer", ON),
            keras_pair("residual", {}, ON),
        ),
    ),
    "pooling": (
        ("pool1",) * 3,
        ("pooling",),
        (
            recorded("lenet", AVERAGE),
            keras_pair("lenet", AVERAGE),
            keras_pair("lenet", {}, AVERAGE),
        ),
    ),
    "strides": (
        ("conv2",) * 3,
        ("strides",),
        (
            recorded("plain", TWO),
            keras_pair("plain", TWO),
            recorded("plain", {}, {"stride": 3}),
        ),
    ),
    "normalization axis": (
        ("norm",) * 3,
        ("normalization axis",),
        (
            recorded("recurrent", {"axis": 1, "affine": False}),
            keras_pair(
                "recurrent",
                {"axis": (1, 2), "affine": False},
                {"affine": False},
            ),
            recorded("recurrent", {"axis": 1, "affine": False, "cell": "GRU"}),
        ),
    ),
    "order of gates": (
        ("rnn",) * 3,
        ("gate order",),
        (
            recorded("recurrent", {}, change=other_gates((0, 2, 1, 3))),
            recorded(
                "recurrent", {"cell": "GRU"}, change=other_gates((1, 0, 2))
            ),
            recorded("recurrent", {}, change=other_gates((0, 1, 3, 2))),
        ),
    ),
    "scale of attention": (
        ("attn",) * 3,
        ("attention scale",),
        (
            recorded("transformer", {}, {"scale": 1.0}),
            keras_pair("transformer", {"attention": nets.Scaled}),
            recorded("transformer", {}, {"scale": 1 / 8}),
        ),
    ),
    "weight decay": (
        FIRST,
        ("weight decay",),
        optimizers(adamw(0.004), adamw(0.1)),
    ),
    "Nesterov": (FIRST, ("nesterov",), optimizers(sgd(True), sgd(False))),
    "loss reduction": (
        ("loss",) * 3,
        ("loss reduction",),
        tuple(
            keras_pair(kind, SUM, step=True)
            for kind in ("residual", "lenet", "transformer")
        ),
    ),
}
# Pairs that are the same, in another layout, order of sums, or precision.
HEALTHY = {
    "plain": recorded("plain", {}),
    "lenet": recorded("lenet", {}),
    "residual": recorded("residual", TRUE),
    "LSTM": recorded("recurrent", {}),
    "GRU": recorded("recurrent", {"cell": "GRU"}),
    "transformer": recorded("transformer", {}),
    "residual, trained": keras_pair("residual", {}, step=True),
    "transformer, trained": keras_pair("transformer", {}, step=True),
}
