"""Small compiled models of many kinds."""

import keras
import keras_tuner
import numpy as np
from keras import layers


def residual():
    """Normalization, a residual block, dropout, a head."""
    inputs = keras.Input((8, 8, 3), name="picture")
    normal = layers.Normalization(name="normal")
    normal.adapt(np.random.default_rng(0).normal(3, 2, (20, 8, 8, 3)))
    stem = layers.Conv2D(8, 3, padding="same", name="stem")(normal(inputs))
    hidden = layers.BatchNormalization(name="batch")(stem)
    hidden = layers.Activation("relu")(hidden)
    hidden = layers.Conv2D(12, 3, padding="same", name="inner")(hidden)
    hidden = layers.ReLU()(hidden)
    hidden = layers.Conv2D(8, 3, padding="same", name="back")(hidden)
    hidden = layers.Add(name="add")([stem, hidden])
    hidden = layers.GlobalAveragePooling2D()(hidden)
    hidden = layers.Dropout(0.3, name="drop")(hidden)
    hidden = layers.Dense(16, "relu", name="fc")(hidden)
    outputs = layers.Dense(3, name="out")(hidden)
    model = keras.Model(inputs, outputs, name="residual")
    model.compile(
        keras.optimizers.Adam(0.01, clipnorm=1.0, beta_2=0.99),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(2)],
    )
    return model


def table(optimizer="adam", **options):
    """Two hidden layers, dropout of two rates."""
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(16, "relu", name="one", **options),
            layers.Dropout(0.2, name="first"),
            layers.Dense(8, "relu", name="two"),
            layers.Dropout(0.5, name="second"),
            layers.Dense(1, name="out"),
        ],
        name="table",
    )
    # Eager steps: a trace takes longer than these few.
    model.compile(optimizer, "mse", metrics=["mae"], run_eagerly=True)
    return model


def several():
    """Two inputs by name, two outputs, two losses, a shared layer."""
    front = keras.Input((6,), name="front")
    side = keras.Input((6,), name="side")
    shared = layers.Dense(5, "relu", name="shared")
    both = layers.Concatenate(name="both")([shared(front), shared(side)])
    size = layers.Dense(1, name="size")(both)
    kind = layers.Dense(3, "softmax", name="kind")(both)
    model = keras.Model(
        {"front": front, "side": side}, {"size": size, "kind": kind}
    )
    model.compile(
        "rmsprop",
        {"size": "mse", "kind": "sparse_categorical_crossentropy"},
        loss_weights={"size": 0.5, "kind": 2.0},
        metrics={"kind": ["accuracy"]},
        run_eagerly=True,
    )
    return model


def rows(count=24, seed=0):
    """A regression of four features."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 4)).astype("float32")
    return x, x.sum(axis=1, keepdims=True)


def own_loss(y, y_pred):
    return keras.ops.mean(keras.ops.abs(y - y_pred), axis=-1)


def functional(kind):
    """A model of a class of the user's, with a loss of the user's."""
    inputs = keras.Input((4,))
    hidden = layers.Dense(6, "relu", name="hidden")(inputs)
    model = kind(inputs, layers.Dense(1, name="out")(hidden))
    model.compile("sgd", own_loss, run_eagerly=True)
    return model


def chosen(**values):
    """What a trial chose; the rest is at its defaults."""
    hp = keras_tuner.HyperParameters()
    hp.values.update(values)
    return hp
