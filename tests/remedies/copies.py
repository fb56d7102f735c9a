"""Models that the tests of copies share."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

from tests.debugging import kinds

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 6)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
WORDS = tf.constant([["red"], ["green"], ["blue"], ["red"]] * 16)


class Held(keras.Model):
    """Layers in lists, dictionaries, tuples; no `get_config`."""

    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(4, "relu"), layers.BatchNormalization()]
        self.named = {"left": layers.Dense(3), "right": [layers.Dense(3)]}
        self.pair = (layers.Dropout(0.5), layers.Dense(1, "sigmoid"))
        self.inner = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
        self.scale = self.add_weight(shape=(), initializer="ones", name="s")
        self.alias = self.blocks[0]

    def call(self, x, training=False):
        x = self.blocks[1](self.blocks[0](x), training=training)
        x = self.named["left"](x) + self.named["right"][0](x)
        x = self.pair[0](self.inner(x) * self.scale, training=training)
        return self.pair[1](x)


class NoConfig(layers.Layer):
    """A layer whose arguments its configuration lacks."""

    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)

    def call(self, x):
        return ops.tanh(self.dense(x))


def graph(*between):
    inputs = keras.Input((6,))
    x = inputs
    for layer in between:
        x = layer(x)
    return keras.Model(inputs, layers.Dense(1, "sigmoid")(x))


def shared():
    inputs = keras.Input((6,))
    dense = layers.Dense(6)
    return keras.Model(inputs, layers.Dense(1, "sigmoid")(dense(dense(inputs))))


def frozen():
    model = graph(layers.Dense(4), layers.BatchNormalization())
    model.layers[1].trainable = False
    model.layers[2].trainable = False
    return model


def words():
    lookup = layers.StringLookup(vocabulary=["red", "green", "blue"])
    inputs = keras.Input((1,), dtype="string")
    x = layers.Flatten()(layers.Embedding(5, 3)(lookup(inputs)))
    return keras.Model(inputs, layers.Dense(1, "sigmoid")(x))


def normalized():
    layer = layers.Normalization()
    layer.adapt(X * 3 + 2)
    return graph(layer)


def random_layers():
    return graph(
        layers.GaussianNoise(0.1),
        layers.Dense(4),
        layers.BatchNormalization(),
        layers.Dropout(0.4),
    )


def built():
    model = Held()
    model(X)
    return model


MODELS = {
    "lambda": (lambda: graph(layers.Lambda(lambda x: x * 2)), X),
    "no_config": (lambda: graph(NoConfig(4)), X),
    "shared": (shared, X),
    "frozen": (frozen, X),
    "words": (words, WORDS),
    "normalized": (normalized, X),
    "random": (random_layers, X),
    "held": (built, X),
    "nested": (kinds.nested, X),
    "several": (kinds.several, {"left": X[:, :2], "right": X[:, 2:]}),
    "stateful": (kinds.stateful, X.reshape(64, 3, 2)[:16]),
    "subclass": (kinds.Subclass, X),
}


def made(name):
    """A built model and its inputs, with a history of its moving averages."""
    make, x = MODELS[name]
    keras.utils.set_random_seed(3)
    model = make()
    if not model.built:
        model(x)
    rng = np.random.default_rng(5)
    for variable in model.non_trainable_variables:
        if "moving" in variable.path:
            variable.assign(rng.uniform(0.5, 1.5, variable.shape))
    return model, x
