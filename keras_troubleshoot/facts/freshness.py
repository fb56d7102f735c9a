"""Whether a model starts from scratch, or from weights that were learned."""

import numpy as np

from keras_troubleshoot.facts import keras_internals

# Weights that start at zero in Keras, whatever else was chosen, and leave it
# with the first step; the mean of BatchNormalization with the first batch.
STARTING_AT_ZERO = ("bias", "beta", "moving_mean")


def untrained(model) -> bool | None:
    """Whether no layer of a model shows a trace of training.

    Biases and running means start at zero, and training moves them, so that
    one that is not zero tells of weights that were learned or loaded. A
    layer whose bias was given another initializer says nothing.

    Returns:
        None where no layer has such a weight.
    """
    found = [
        np.asarray(getattr(layer, name))
        for layer in keras_internals.leaf_layers(model)
        for name in STARTING_AT_ZERO
        if starts_at_zero(layer, name)
    ]
    if not found:
        return None
    return not any(values.any() for values in found)


def starts_at_zero(layer, name: str) -> bool:
    """Whether a layer has a weight of this name that starts at zero."""
    if getattr(getattr(layer, name, None), "shape", None) is None:
        return False
    if getattr(layer, "unit_forget_bias", False):
        # The bias of an LSTM begins with ones among its zeros.
        return False
    other = {"moving_mean": "moving_mean_initializer"}
    initializer = getattr(layer, other.get(name, f"{name}_initializer"), None)
    return type(initializer).__name__ == "Zeros"
