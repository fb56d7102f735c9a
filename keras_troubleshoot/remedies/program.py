"""A training program that remedies may change: a copy of the user's."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import cloning

# Arguments of `fit` that a trial sets by itself.
DATA = ("self", "x", "y", "sample_weight", "validation_data")


@dataclasses.dataclass(eq=False)
class Program:
    """A copy of a model with all that it is trained with.

    Attributes:
        model: the copy, which remedies change in place.
        optimizer: a new optimizer with the arguments of the user's.
        compiled: the other arguments of `compile`.
        data: `feeding.Arrays`, `Stream` or `Batches`.
        validation: the same, or None.
        fit: the other arguments of `fit`.
        code: lines of Keras code that say what was changed.
        finish: applied to the trained model in turn, such as one that scales
            predictions back to the user's units.
        other_targets: whether targets were changed, so that losses cannot be
            compared.
    """

    model: Any
    optimizer: Any
    compiled: dict[str, Any]
    data: Any
    validation: Any = None
    fit: dict[str, Any] = dataclasses.field(default_factory=dict)
    code: list[str] = dataclasses.field(default_factory=list)
    finish: list[Callable] = dataclasses.field(default_factory=list)
    other_targets: bool = False

    def compile(self, **changes: Any) -> Any:
        """Compiles the copy as the user did, and returns it."""
        arguments = self.compiled | changes
        for name in ("metrics", "weighted_metrics"):
            arguments[name] = keras_internals.copied_metrics(arguments[name])
        self.model.compile(optimizer=self.optimizer, **arguments)
        return self.model

    def changed_data(self, x=None, y=None) -> None:
        """Changes training and validation data alike."""
        self.other_targets = self.other_targets or y is not None
        self.data = self.data.changed(x, y)
        if self.validation is not None:
            self.validation = self.validation.changed(x, y)

    def layer(self, name: str) -> Any:
        """The layer of this name, wherever it stands.

        Of a wrapper, such as `TimeDistributed`, it is the layer inside.

        Raises:
            LookupError: if there is none.
        """
        import keras

        for layer in keras_internals.leaf_layers(self.model):
            if layer.name == name:
                while isinstance(layer, keras.layers.TimeDistributed):
                    layer = layer.layer
                return layer
        raise LookupError(f"no layer {name!r}")


def copy_of(
    model: Any,
    data: Any,
    validation: Any = None,
    fit: dict[str, Any] | None = None,
    weights: list[np.ndarray] | None = None,
    x: Any = None,
) -> Program:
    """A copy of a compiled model with its data.

    Args:
        model: compiled and built.
        data: of the training, see `feeding`.
        validation: the same of the validation, or None.
        fit: the arguments of `fit` by name; those of the data are left out.
        weights: to start from; None for those of now.
        x: some rows of inputs, to build the copy with.

    Raises:
        cloning.CannotCopy: if the model or the optimizer cannot be copied.
    """
    return Program(
        cloning.clone(model, x, weights),
        optimizer_like(model.optimizer),
        keras_internals.compile_arguments(model),
        data,
        validation,
        without_data(fit),
    )


def without_data(arguments: dict[str, Any] | None) -> dict[str, Any]:
    """The arguments of `fit` apart from the data; a new dictionary."""
    return {k: v for k, v in (arguments or {}).items() if k not in DATA}


def optimizer_like(optimizer: Any) -> Any:
    """A new optimizer with the same arguments.

    Raises:
        cloning.CannotCopy: if it has no usable `get_config`.
    """
    try:
        return type(optimizer).from_config(optimizer.get_config())
    except Exception as error:
        raise cloning.CannotCopy(
            f"the optimizer {type(optimizer).__name__} cannot be copied. To "
            "mend it, give it a `get_config`"
        ) from error
