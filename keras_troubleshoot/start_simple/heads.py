"""The last layer of a model of the user's: what it ends with, its bias."""

import dataclasses
from typing import Any

import keras

from keras_troubleshoot.facts import keras_internals

# Layers behind which the activation and the bias are looked for.
PASSING = ("Reshape", "Flatten", "Identity", "Cropping1D", "Dropout")


@dataclasses.dataclass(frozen=True)
class Head:
    """How a model ends.

    Attributes:
        activation: "linear", "softmax", "sigmoid", ...
        units: size of the last axis of the output.
        bias: the variable that is added last; None where there is none.
        steps: where the output has an axis of steps, its length.
    """

    activation: str
    units: int
    bias: Any = None
    steps: int | None = None


def find(model: Any) -> Head:
    """How a functional or sequential model of one output ends.

    Raises:
        ValueError: it is another kind of model, was not built, or has
            several outputs.
    """
    if not getattr(model, "outputs", None):
        raise ValueError(
            "`model` must be functional or sequential and begin with "
            f"`keras.Input`, received: {type(model).__name__} "
            f"{model.name!r}, of which the last layer cannot be told. To "
            "mend it, give the shape of the input, or compile it by hand."
        )
    if len(model.outputs) != 1:
        raise ValueError(
            f"`model` must have one output, received: {len(model.outputs)}. "
            "To mend it, compile it by hand, with a loss for each."
        )
    tensor = model.outputs[0]
    units = tensor.shape[-1] if len(tensor.shape) > 1 else 1
    activation = "linear"
    while True:
        operation = keras_internals.made_by(tensor)
        kind = type(operation).__name__
        if kind in PASSING:
            tensor = operation.input
        elif kind in ("Activation", "Softmax", "ReLU"):
            activation = named(operation)
            tensor = operation.input
        elif isinstance(operation, keras.Model) and operation.outputs:
            tensor = operation.outputs[0]
        elif kind == "TimeDistributed":
            operation = operation.layer
            break
        else:
            break
    own = named(operation)
    bias = getattr(operation, "bias", None)
    end = own if activation == "linear" else activation
    steps = tensor.shape[1] if len(model.outputs[0].shape) == 3 else None
    return Head(end, units, bias, steps)


def named(layer: Any) -> str:
    """Name of the activation of a layer; "linear" where it has none."""
    if type(layer).__name__ in ("Softmax", "ReLU"):
        return type(layer).__name__.lower()
    function = getattr(layer, "activation", None)
    if function is None:
        return "linear"
    return getattr(function, "__name__", type(function).__name__.lower())
