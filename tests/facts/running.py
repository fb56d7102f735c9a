"""Runs of small models that the tests of facts share."""

import keras
import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts.sample import Sample


def numbers(*shape, seed=0):
    """Normal numbers, always the same."""
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def runner(model, x, y=None, rows=None):
    """A runner of a model on arrays."""
    return passes.Runner(model, Sample(x, y), rows)


def record(model, x, training=False):
    """A recorded run of a model on its first rows."""
    if not model.built:
        keras_internals.build(model, x)
    done = runner(model, x).record(training=training)
    if done.failure is not None:
        raise done.failure.error
    return done


def functional(shape, function, **options):
    """A Functional model that applies a function of Keras tensors."""
    inputs = keras.Input(shape, **options)
    return keras.Model(inputs, function(inputs))
