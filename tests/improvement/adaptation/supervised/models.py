"""Models and rows that several tests use."""

import keras
import numpy as np

LAYERS = keras.layers
SPARSE = keras.losses.SparseCategoricalCrossentropy


def rows(count=60, shift=0.0, seed=0):
    """Three clear classes of four features, moved by a shift."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 3
    x = rng.normal(size=(count, 4)) * 0.3
    x[np.arange(count), y] += 2
    return (x + shift).astype("float32"), y


def compiled(model, rate=0.01, **arguments):
    """A model with the usual loss."""
    model.compile(
        keras.optimizers.Adam(rate),
        SPARSE(from_logits=True),
        metrics=["accuracy"],
        **arguments,
    )
    return model


def sequential():
    """Two hidden layers, BatchNormalization and dropout."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((4,)),
                LAYERS.Dense(8, activation="relu", name="low"),
                LAYERS.BatchNormalization(name="norm"),
                LAYERS.Dropout(0.1),
                LAYERS.Dense(6, activation="relu", name="high"),
                LAYERS.Dense(3, name="head"),
            ]
        )
    )


def functional():
    """A head with an activation layer behind it."""
    inputs = keras.Input((4,))
    hidden = LAYERS.Dense(8, activation="relu", name="low")(inputs)
    hidden = LAYERS.Dense(6, activation="relu", name="high")(hidden)
    outputs = LAYERS.Activation("linear")(LAYERS.Dense(3, name="head")(hidden))
    return compiled(keras.Model(inputs, outputs))


def nested():
    """A model as the backbone of a Sequential one."""
    inputs = keras.Input((4,))
    hidden = LAYERS.Dense(8, activation="relu", name="low")(inputs)
    hidden = LAYERS.Dense(6, activation="relu", name="high")(hidden)
    backbone = keras.Model(inputs, hidden, name="backbone")
    layers = [keras.Input((4,)), backbone, LAYERS.Dense(3, name="head")]
    return compiled(keras.Sequential(layers))


class Written(keras.Model):
    """A model that is written as a class, without a configuration."""

    def __init__(self):
        super().__init__()
        self.low = LAYERS.Dense(8, activation="relu", name="low")
        self.high = LAYERS.Dense(6, activation="relu", name="high")
        self.top = LAYERS.Dense(3, name="head")

    def call(self, inputs):
        return self.top(self.high(self.low(inputs)))


def written():
    """The class, built."""
    model = compiled(Written())
    model(np.zeros((1, 4), "float32"))
    return model


def several():
    """Two inputs and two outputs."""
    left, right = keras.Input((4,), name="left"), keras.Input((2,), name="mid")
    hidden = LAYERS.Concatenate()([left, right])
    hidden = LAYERS.Dense(8, activation="relu", name="low")(hidden)
    model = keras.Model(
        {"left": left, "mid": right},
        {
            "kind": LAYERS.Dense(3, name="kind")(hidden),
            "size": LAYERS.Dense(1, name="size")(hidden),
        },
    )
    model.compile("adam", {"kind": SPARSE(from_logits=True), "size": "mse"})
    return model
