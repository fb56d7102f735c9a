"""Models and data with a NaN planted in them, at a known place."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers
from keras import ops

X = np.random.default_rng(0).normal(size=(32, 8)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


@dataclasses.dataclass(frozen=True)
class Case:
    """A step that fails.

    Attributes:
        make: makes the model, inputs and targets.
        operation: where it fails.
        where: pattern of its layer.
        rows: examples that cause it.
        cause: part of what it amounts to.
        own: whether it is a line of this file.
        backward: whether only a gradient fails.
    """

    make: Callable[[], tuple[Any, Any, Any]]
    operation: str
    where: str
    rows: tuple[int, ...]
    cause: str
    own: bool = True
    backward: bool = False


@keras.saving.register_keras_serializable("planted")
class Bend(layers.Layer):
    """Applies a function of this file to its inputs."""

    def __init__(self, function, **options):
        super().__init__(**options)
        self.function = function

    def call(self, x):
        return FUNCTIONS[self.function](x)

    def get_config(self):
        return {**super().get_config(), "function": self.function}


def nothing(x):
    return x


def reciprocal(x):
    return x / ops.sum(ops.relu(x), axis=-1, keepdims=True)


def exponential(x):
    return ops.exp(x)


def logarithm(x):
    return ops.log(ops.sum(ops.relu(x), axis=-1, keepdims=True))


FUNCTIONS = {
    f.__name__: f for f in (nothing, reciprocal, exponential, logarithm)
}


def entropy(y, p):
    p = ops.sigmoid(p)
    return -ops.mean(y * ops.log(p) + (1 - y) * ops.log(1 - p))


def root(y, p):
    return ops.sqrt(ops.sum(ops.square(p * 0 * y), axis=-1))


def network(function, loss="mse", optimizer="sgd", **options):
    """A network that first applies a function."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            Bend(function.__name__, name="bend"),
            layers.Dense(4, activation="relu", name="dense"),
            layers.Dense(1, name="out"),
        ]
    )
    if isinstance(optimizer, str):
        optimizer = keras.optimizers.SGD(0.01)
    model.compile(optimizer, loss, **options)
    return model


def with_row(row, change):
    """The inputs, with one row changed."""
    x = X.copy()
    x[row] = change(x[row])
    return x


def negative(row):
    return -np.abs(row)


def division(**options):
    return network(reciprocal, **options), with_row(5, negative), Y


def log_of_zero(**options):
    return network(logarithm, **options), with_row(9, negative), Y


def log_in_the_loss(**options):
    x = with_row(7, lambda row: row * 1e6)
    return network(nothing, entropy, **options), x, Y


def overflow(**options):
    return network(exponential, **options), with_row(3, lambda r: r * 0 + 99), Y


def infinite_row(**options):
    x = with_row(12, lambda row: np.where(np.arange(8) == 2, np.inf, row))
    return network(nothing, **options), x, Y


def slope(**options):
    return network(nothing, root, **options), X, Y


def diverging(**options):
    """Weights as an exploding rate leaves them."""
    model = network(nothing, **options)
    for weight in model.trainable_weights:
        weight.assign(np.full(weight.shape, 1e30, "float32"))
    return model, np.abs(X), Y


def half(**options):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = network(nothing, **options)
    finally:
        keras.config.set_dtype_policy("float32")
    return model, with_row(4, lambda row: row * 0 + 1e6), Y


CASES = [
    ("division", Case(division, "RealDiv", "layer 'bend'", (5,), "maximum")),
    ("logarithm", Case(log_of_zero, "Log", "layer 'bend'", (9,), "maximum")),
    (
        "loss",
        Case(log_in_the_loss, "Log", "loss 'entropy'", (7,), "own loss"),
    ),
    ("overflow", Case(overflow, "Exp", "layer 'bend'", (3,), "Bound")),
    (
        "infinite_row",
        Case(
            infinite_row,
            "MatMul",
            "layer 'dense'",
            (12,),
            "inputs hold NaN",
            own=False,
        ),
    ),
    (
        "slope",
        Case(slope, "Sqrt", "loss 'root'", (), "infinite at 0", backward=True),
    ),
    (
        "diverging",
        Case(
            diverging,
            "MatMul",
            "layer 'out'",
            (),
            "Lower the learning rate",
            own=False,
        ),
    ),
    (
        "float16",
        Case(half, "Cast", "layer 'bend'", (4,), "65504", own=False),
    ),
]
