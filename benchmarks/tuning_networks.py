"""Many small networks trained at once, for tables of whole search spaces.

Networks of one shape are one stack of weights, so that a table of thousands of
trained configurations takes minutes. Each has its own initial weights, masks of
dropout and settings; all see the same batches. Losses, initial weights, Adam
and SGD are those of Keras.
"""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

ACTIVATIONS = {
    "relu": tf.nn.relu,
    "tanh": tf.math.tanh,
    "sigmoid": tf.math.sigmoid,
}
# Of Adam.
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7
# Pixels that are pooled into one, in each direction.
POOL = 2
# What gives networks their shape and kind, and what is a number of each.
SHAPING = {
    "units": None,
    "layers": 1,
    "filters": None,
    "kernel": None,
    "pooling": None,
    "activation": "relu",
    "optimizer": "adam",
    "batch_size": 32,
}
NUMBERS = {"rate": 0.01, "momentum": 0.0, "decay": 0.0, "dropout": 0.0}


@dataclasses.dataclass(frozen=True)
class Data:
    """What is trained and validated on.

    Attributes:
        x: shape (rows, columns), or (rows, side, side) of images.
        y: class ids, or numbers.
        x_val: rows by which a network is judged.
        y_val: theirs.
        outputs: classes, 1 of numbers.
    """

    x: np.ndarray
    y: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    outputs: int

    @property
    def images(self) -> bool:
        """Whether a convolutional network is trained."""
        return self.x.ndim == 3


def shape_of(values: Mapping[str, Any]) -> tuple:
    """What must be equal of networks that are trained together."""
    return tuple(values.get(name, SHAPING[name]) for name in SHAPING)


class Stack:
    """Networks of one shape.

    Args:
        configurations: the values of each; all of one `shape_of`.
        data: what they are trained on.
        seed: of weights, batches and masks.
    """

    def __init__(
        self,
        configurations: Sequence[Mapping[str, Any]],
        data: Data,
        seed: int,
    ):
        self.data, self.seed, self.count = data, seed, len(configurations)
        self.one = dict(zip(SHAPING, shape_of(configurations[0]), strict=True))
        self.numbers = {
            name: tf.constant(
                [float(one.get(name, default)) for one in configurations],
                shape=(self.count, 1, 1),
            )
            for name, default in NUMBERS.items()
        }
        rng = np.random.default_rng(seed)
        self.weights = []
        for fan_in, width, fan_out in self.sizes():
            limit = np.sqrt(6 / (fan_in + fan_out))
            drawn = rng.uniform(-limit, limit, (self.count, fan_in, width))
            self.weights.append(tf.Variable(drawn.astype("float32")))
            self.weights.append(tf.Variable(tf.zeros((self.count, 1, width))))
        self.moments = [
            [tf.Variable(tf.zeros_like(weight)) for weight in self.weights]
            for _ in range(2)
        ]
        self.steps = tf.Variable(0.0)

    def sizes(self) -> list[tuple[int, int, int]]:
        """Inputs, outputs, and what counts as outputs, of each layer."""
        one, outputs = self.one, self.data.outputs
        if not self.data.images:
            widths = [one["units"]] * one["layers"]
            widths = [self.data.x.shape[1], *widths, outputs]
            layers = zip(widths[:-1], widths[1:], strict=True)
            return [(fan_in, width, width) for fan_in, width in layers]
        filters, area = one["filters"], one["kernel"] ** 2
        side = self.data.x.shape[1] // POOL // POOL
        return [
            (area, filters, area * filters),
            (area * filters, filters, area * filters),
            (side * side * filters, one["units"], one["units"]),
            (one["units"], outputs, outputs),
        ]

    def outputs(self, x: tf.Tensor, training: bool) -> tf.Tensor:
        """What the networks say, shape (n, rows, outputs)."""
        activation = ACTIVATIONS[self.one["activation"]]
        layers = list(zip(self.weights[::2], self.weights[1::2], strict=True))
        if self.data.images:
            x, layers = self.convolved(x, layers[:2]), layers[2:]
        for kernel, bias in layers[:-1]:
            x = activation(tf.matmul(x, kernel) + bias)
            if training:
                rate = self.numbers["dropout"]
                kept = tf.random.uniform(x.shape) >= rate
                x = tf.where(kept, x / (1 - rate), 0.0)
        kernel, bias = layers[-1]
        return tf.matmul(x, kernel) + bias

    def convolved(self, x: tf.Tensor, layers: Sequence) -> tf.Tensor:
        """Convolutions, each pooled, and flattened: (n, rows, values)."""
        size, filters = self.one["kernel"], self.one["filters"]
        pool = tf.nn.max_pool2d
        if self.one["pooling"] == "average":
            pool = tf.nn.avg_pool2d
        activation = ACTIVATIONS[self.one["activation"]]
        # Network by network: no kernel takes a stack of them as fast.
        found = [x[..., None]] * self.count
        for kernels, biases in layers:
            shape = (self.count, size, size, -1, filters)
            each = zip(
                tf.unstack(tf.reshape(kernels, shape)),
                tf.unstack(biases),
                strict=True,
            )
            found = [
                pool(
                    activation(tf.nn.conv2d(one, kernel, 1, "SAME") + bias),
                    POOL,
                    POOL,
                    "VALID",
                )
                for one, (kernel, bias) in zip(found, each, strict=True)
            ]
        return tf.reshape(tf.stack(found), (self.count, x.shape[0], -1))

    def losses(self, x: tf.Tensor, y: tf.Tensor, training: bool) -> tf.Tensor:
        """The mean loss of each network, shape (n,)."""
        made = self.outputs(x, training)
        if self.data.outputs == 1:
            return tf.reduce_mean(tf.square(made[..., 0] - y), axis=1)
        given = tf.broadcast_to(y, made.shape[:2])
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(given, made)
        return tf.reduce_mean(each, axis=1)

    def step(self, x: tf.Tensor, y: tf.Tensor) -> None:
        """One batch."""
        with tf.GradientTape() as tape:
            squares = [
                tf.reduce_sum(tf.square(kernel), axis=(1, 2))
                for kernel in self.weights[::2]
            ]
            penalty = self.numbers["decay"][:, 0, 0] * tf.add_n(squares)
            loss = tf.reduce_sum(self.losses(x, y, True) + penalty)
        gradients = tape.gradient(loss, self.weights)
        self.steps.assign_add(1.0)
        change = adam if self.one["optimizer"] == "adam" else sgd
        for weight, g, *moments in zip(
            self.weights, gradients, *self.moments, strict=True
        ):
            step = change(g, *moments, self.numbers["momentum"], self.steps)
            weight.assign_sub(self.numbers["rate"] * step)

    def fit(self, epochs: int) -> np.ndarray:
        """Trains; the validation loss after each epoch, (n, epochs)."""
        rng, data = np.random.default_rng(self.seed), self.data
        tf.random.set_seed(self.seed)
        size = self.one["batch_size"]
        steps = len(data.x) // size

        @tf.function
        def epoch(x, y):
            for at in tf.range(steps):
                self.step(x[at], y[at])
            return self.losses(data.x_val, data.y_val, False)

        curves = []
        for _ in range(epochs):
            order = rng.permutation(len(data.x))[: steps * size]
            order = order.reshape(steps, size)
            found = epoch(
                tf.constant(data.x[order]), tf.constant(data.y[order])
            )
            curves.append(found.numpy())
        return np.stack(curves, axis=1)


def adam(gradient, first, second, momentum, steps):
    """A step of Adam."""
    del momentum
    first.assign(BETA_1 * first + (1 - BETA_1) * gradient)
    second.assign(BETA_2 * second + (1 - BETA_2) * tf.square(gradient))
    scale = tf.sqrt(1 - BETA_2**steps) / (1 - BETA_1**steps)
    return scale * first / (tf.sqrt(second) + EPSILON)


def sgd(gradient, first, second, momentum, steps):
    """A step of SGD with momentum."""
    del second, steps
    return first.assign(momentum * first + gradient)
