"""Builds a model by one look at its inputs."""

import contextlib
import warnings
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.sample import Sample


def build(model: Any, sample: Sample) -> None:
    """Builds an unbuilt model by one look at its inputs, as `fit` would."""
    if model.built and all(layer.built for layer in model.layers):
        return
    with warnings.catch_warnings(), contextlib.suppress(Exception):
        # The look itself will meet the same error, and explain it.
        warnings.simplefilter("ignore")
        keras_internals.build(model, sample.x)
