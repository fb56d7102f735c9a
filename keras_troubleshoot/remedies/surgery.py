"""Copies of models in which some layers are others."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies.registry import NotApplicable


def replaced(model: Any, layers: dict[str, Any]) -> Any:
    """A copy of a Sequential or Functional model with other layers.

    Args:
        model: the model; its weights go on into the copy.
        layers: new layers by the names of those that they replace.

    Raises:
        NotApplicable: for a model that is written as a class.
    """
    import keras

    if keras_internals.model_kind(model) == "subclass":
        raise NotApplicable("the model is written as a class")
    pairs: list[tuple[Any, Any]] = []

    def change(layer):
        other = layers.get(layer.name)
        copied = cloning.clone_layer(layer) if other is None else other
        pairs.append((layer, copied))
        return copied

    with keras_scopes.uncompiled(model):
        copied = keras.models.clone_model(
            model, clone_function=change, recursive=True
        )
    for old, new in pairs:
        shapes = [tuple(w.shape) for w in new.weights]
        if shapes == [tuple(w.shape) for w in old.weights] and shapes:
            new.set_weights(old.get_weights())
        cloning.carry_over(new, old)
    cloning.settle(copied)
    return copied


def without(model: Any, names: list[str]) -> Any:
    """A copy in which some layers hand on what they are given."""
    import keras

    identity = keras.layers.Identity
    return replaced(model, {name: identity(name=name) for name in names})


def standardizing(mean: np.ndarray, std: np.ndarray) -> Any:
    """A Normalization layer with these statistics over the last axis."""
    import keras

    return keras.layers.Normalization(
        axis=-1 if np.ndim(mean) else None, mean=mean, variance=np.square(std)
    )


def fronted(model: Any, layers: list[Any], shapes: list[tuple]) -> Any:
    """A model that puts each input through a layer first.

    Args:
        model: with one input, or several in a list or a dictionary.
        layers: one for each input in the order of the flat structure; None
            hands it on.
        shapes: of one row of each input.
    """
    import keras

    if len(layers) == 1:
        inputs = keras.Input(shapes[0])
        return keras.Model(inputs, model(layers[0](inputs)))
    described = keras_internals.input_structure(model)
    if described is None:
        raise NotApplicable("the inputs of the model have no known structure")
    inputs = keras.tree.map_structure(
        lambda t: keras.Input(t.shape[1:], dtype=t.dtype, name=t.name),
        described,
    )
    flat = [
        tensor if layer is None else layer(tensor)
        for tensor, layer in zip(
            keras.tree.flatten(inputs), layers, strict=True
        )
    ]
    fed = keras.tree.pack_sequence_as(inputs, flat)
    return keras.Model(inputs, model(fed))
