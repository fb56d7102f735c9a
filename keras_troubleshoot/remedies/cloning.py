"""Copies of models, to try remedies on."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.remedies import replicas

# Layers that hold tables of words, which their configuration lacks; nothing
# of them is trained, so that copy and original may share them.
LOOKUPS = (
    "StringLookup",
    "IntegerLookup",
    "TextVectorization",
    "Discretization",
    "HashedCrossing",
    "Hashing",
)


class CannotCopy(ValueError):
    """A model that cannot be copied; the message says why."""


def clone(
    model: Any, x: Any = None, weights: list[np.ndarray] | None = None
) -> Any:
    """A copy of a built model with the same weights; it is not compiled.

    Sequential and Functional models are copied layer by layer, others
    attribute by attribute. Nothing that is trained is shared.

    Args:
        model: a built Keras model.
        x: some rows of inputs, to build a copy with that needs it.
        weights: what `model.get_weights()` returned earlier; None for the
            weights of now.

    Returns:
        A model of the same class.

    Raises:
        CannotCopy: if that fails, or the copy comes out different.
    """
    held = model.get_weights() if weights is None else weights
    try:
        if keras_internals.model_kind(model) == "subclass":
            copied = replicas.Replicas(clone_graph).of(model)
        else:
            copied = clone_graph(model)
        if x is not None and len(copied.weights) != len(held):
            keras_internals.build(copied, x)
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise CannotCopy(
            f"the model {model.name!r} cannot be copied ("
            f"{' '.join(lines[:3])[:160]}). To mend it, give its class, or "
            "that of its layers, a `get_config`"
        ) from error
    fill(copied, held, model.name)
    for new, old in zip(
        keras_internals.all_layers(copied),
        keras_internals.all_layers(model),
        strict=False,
    ):
        carry_over(new, old)
    return copied


def clone_graph(model: Any) -> Any:
    """A copy of a Sequential or Functional model, layer by layer."""
    import keras

    with keras_scopes.uncompiled(model):
        copied = keras.models.clone_model(
            model, clone_function=clone_layer, recursive=True
        )
    if type(copied) is not type(model):
        as_before(copied, model)
    if len(copied.weights) == len(model.weights):
        copied.set_weights(model.get_weights())
    return copied


def as_before(copied: Any, model: Any) -> None:
    """Makes a Functional model one of the user's class again.

    Keras makes a plain one of it where the class has an `__init__` of its
    own.
    """
    copied.__class__ = type(model)
    made = replicas.Replicas(clone_graph)
    for layer, new in zip(model.layers, copied.layers, strict=True):
        made.note(layer, new)
    for name, held in vars(model).items():
        if name not in vars(copied) and name not in replicas.COMPILED:
            vars(copied)[name] = made.of(held)


def made_again(layer: Any) -> Any:
    """A new layer from the configuration or the attributes of one."""
    try:
        return type(layer).from_config(layer.get_config())
    except Exception:
        return replicas.Replicas(clone_graph).of(layer)


def clone_layer(layer: Any) -> Any:
    """A copy of one layer."""
    import keras

    if type(layer).__name__ in LOOKUPS and not layer.trainable_variables:
        return layer
    if isinstance(layer, keras.layers.Lambda):
        return same_function(layer)
    try:
        return made_again(layer)
    except Exception:
        # Without variables there is nothing that a trial could change.
        if layer.variables:
            raise
        return layer


def same_function(layer: Any) -> Any:
    """A Lambda layer that calls the same function."""
    import keras

    return keras.layers.Lambda(
        layer.function,
        output_shape=getattr(layer, "_output_shape", None),
        mask=layer.mask if callable(layer.mask) else None,
        arguments=dict(layer.arguments or {}),
        name=layer.name,
    )


def fill(copied: Any, weights: list[np.ndarray], name: str) -> None:
    """Gives a copy its weights.

    Raises:
        CannotCopy: if they do not fit.
    """
    shapes = [tuple(w.shape) for w in copied.weights]
    if shapes != [np.shape(w) for w in weights]:
        raise CannotCopy(
            f"the copy of the model {name!r} has other weights than the model "
            "itself. To mend it, let its `get_config` return all arguments of "
            "`__init__`"
        )
    copied.set_weights(weights)
    settle(copied)


def settle(model: Any) -> None:
    """Lets layers heed statistics that were set: Normalization copies them."""
    for layer in keras_internals.all_layers(model):
        if type(layer).__name__ == "Normalization" and layer.built:
            layer.finalize_state()


def carry_over(new: Any, old: Any) -> None:
    """What a configuration does not tell of a layer: that it is frozen."""
    if type(new) is type(old) and new is not old:
        own = bool(getattr(old, "_trainable", True))
        if bool(getattr(new, "_trainable", True)) != own:
            new._trainable = own
            for variable in new._trainable_variables:
                variable.trainable = own
