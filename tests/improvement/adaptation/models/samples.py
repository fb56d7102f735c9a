"""Small models and domains that several tests share."""

import functools

import keras
import numpy as np
import tensorflow as tf

import keras_troubleshoot as kts

RNG = np.random.default_rng(0)
YS = np.arange(120) % 3
XS = (RNG.normal(size=(120, 6)) + 2 * np.eye(6)[YS]).astype("float32")
XT = (2 * RNG.normal(size=(200, 6)) + 1).astype("float32")
DEFAULTS = {"forward": None, "sources": 1, "conditional": False}
# Without hidden layers, whose dropout would make each step another.
ALIGNERS = {
    "coral": kts.adaptation.CORAL,
    "mmd": kts.adaptation.MMD,
    "adversarial": functools.partial(
        kts.adaptation.DomainAdversarial, units=()
    ),
    "confusion": functools.partial(kts.adaptation.DomainConfusion, units=()),
}


def batches(size=16, steps=8, seed=1):
    return kts.adaptation.paired((XS, YS), XT, size, steps=steps, seed=seed)


def only(batch):
    """A dataset of one batch."""
    return tf.data.Dataset.from_tensors(batch)


def parts(normalized=False):
    """An encoder and a head, the same in each call."""
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(8, "relu")]
    if normalized:
        layers.insert(0, keras.layers.BatchNormalization())
    return (
        keras.Sequential([keras.Input((6,)), *layers]),
        keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)]),
    )


def compiled(model, loss=None, **options):
    logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.Adam(1e-2),
        loss or logits,
        metrics=["accuracy"],
        **options,
    )
    return model


def model(aligner=None, normalized=False, output_aligner=None, **options):
    """The parts with an aligner, compiled."""
    encoder, head = parts(normalized)
    own = {key: options.pop(key, given) for key, given in DEFAULTS.items()}
    made = kts.adaptation.AdaptationModel(
        encoder, head, aligner, output_aligner=output_aligner, **own
    )
    return compiled(made, **options)


def plain(normalized=False):
    """The parts without anything between them."""
    encoder, head = parts(normalized)
    inputs = keras.Input((6,))
    return keras.Model(inputs, head(encoder(inputs)))


def many(aligner, forward):
    """Two inputs, two tensors of features, two outputs."""
    keras.utils.set_random_seed(3)
    inputs = {
        "a": keras.Input((6,), name="a"),
        "b": keras.Input((2,), name="b"),
    }
    features = [
        keras.layers.Dense(4, "relu")(inputs["a"]),
        keras.layers.Dense(3, "relu")(inputs["b"]),
    ]
    encoder = keras.Model(inputs, features)
    given = [keras.Input((4,)), keras.Input((3,))]
    joined = keras.layers.Concatenate()(given)
    head = keras.Model(
        given,
        {
            "kind": keras.layers.Dense(3, "softmax", name="kind")(joined),
            "size": keras.layers.Dense(1, name="size")(joined),
        },
    )
    made = kts.adaptation.AdaptationModel(
        encoder, head, aligner, forward=forward
    )
    made.compile(
        "adam", {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    )
    return made


def assert_same_weights(case, one, other):
    case.assertLen(one.weights, len(other.weights))
    for first, second in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(first, second, first.path)
