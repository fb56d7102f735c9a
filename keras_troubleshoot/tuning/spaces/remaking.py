"""New models like a given one, with other widths and dropout rates."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.tuning.spaces import widths

DROPPING = (
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "AlphaDropout",
    "GaussianDropout",
)
# Layers that learn statistics while they train: a fresh one starts anew.
LEARNING = ("BatchNormalization", "SpectralNormalization")


def dropouts(model: Any) -> dict[str, float]:
    """The rates of the dropout layers of a model by their paths."""
    return {
        path: float(layer.rate)
        for path, layer in widths.paths(model).items()
        if type(layer).__name__ in DROPPING and keras_internals.built_in(layer)
    }


def kept_weights(model: Any, every: bool) -> dict[tuple[int, int], np.ndarray]:
    """Weights that a new model starts from, by the places of layer and weight.

    Args:
        model: built.
        every: whether to keep all. Else those that training does not learn:
            of frozen layers, statistics of Normalization.
    """
    return {
        (index, place): weight.numpy().copy()
        for index, layer in enumerate(keras_internals.leaf_layers(model))
        for place, weight in enumerate(layer.weights)
        if every or not learned(layer, weight)
    }


def learned(layer: Any, weight: Any) -> bool:
    """Whether training changes a weight of a layer."""
    if weight.trainable and layer.trainable:
        return True
    return layer.trainable and type(layer).__name__ in LEARNING


def remade(
    model: Any,
    sizes: Mapping[str, int],
    rates: Mapping[str, float],
    kept: Mapping[tuple[int, int], np.ndarray],
) -> Any:
    """A new model, not compiled.

    Args:
        model: Sequential or Functional.
        sizes: new widths of layers by their paths.
        rates: of dropout, the same way.
        kept: see `kept_weights`.

    Raises:
        cloning.CannotCopy: if a layer cannot be made anew.
    """
    names = {id(x): path for path, x in widths.paths(model).items()}
    made_before: dict[int, Any] = {}

    def clone_layer(layer: Any) -> Any:
        path = names.get(id(layer))
        if is_graph(layer):
            return clone_graph(layer, clone_layer, made_before)
        if path in sizes:
            return widths.resized(layer, sizes[path])
        if path in rates:
            config = layer.get_config() | {"rate": rates[path]}
            return type(layer).from_config(config)
        return cloning.clone_layer(layer)

    try:
        with keras_scopes.uncompiled(model):
            made = clone_graph(model, clone_layer, made_before)
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise cloning.CannotCopy(
            f"the model {model.name!r} cannot be made anew ("
            f"{' '.join(lines[:3])[:160]}). To mend it, give the class of "
            "each layer a `get_config`, or tune a function of `hp` that "
            "builds it"
        ) from error
    start(made, model, kept)
    return made


def is_graph(layer: Any) -> bool:
    """Whether it is a Sequential or Functional model."""
    if not keras_internals.is_model(layer):
        return False
    return keras_internals.model_kind(layer) != "subclass"


def clone_graph(model: Any, clone_layer: Any, made: dict[int, Any]) -> Any:
    """A copy of one graph.

    Args:
        model: Sequential or Functional.
        clone_layer: makes the layer that takes the place of one.
        made: what was made so far, by the `id` of the old; a layer that
            several graphs share stays shared.
    """
    import keras

    inputs = None
    if keras_internals.model_kind(model) == "Functional":
        # Keras would name the inputs anew.
        inputs = keras.tree.map_structure(
            same_input, keras_internals.input_structure(model)
        )
    copied = keras.models.clone_model(
        model, inputs, clone_function=clone_layer, recursive=False, cache=made
    )
    if type(copied) is not type(model):
        cloning.as_before(copied, model)
    return copied


def same_input(tensor: Any) -> Any:
    """An input like another one, of the same name."""
    import keras

    layer = keras_internals.made_by(tensor)
    return keras.Input(
        batch_shape=tensor.shape,
        dtype=tensor.dtype,
        sparse=tensor.sparse,
        ragged=tensor.ragged,
        optional=layer.optional,
        name=layer.name,
    )


def start(
    made: Any, model: Any, kept: Mapping[tuple[int, int], np.ndarray]
) -> None:
    """Gives a new model the weights that are kept, and freezes the same."""
    for new, old in zip(
        keras_internals.all_layers(made),
        keras_internals.all_layers(model),
        strict=False,
    ):
        cloning.carry_over(new, old)
    layers = keras_internals.leaf_layers(made)
    if len(layers) != len(keras_internals.leaf_layers(model)):
        raise cloning.CannotCopy(
            f"the model {model.name!r} made anew has other layers than the "
            "model itself. To mend it, tune a function of `hp` that builds it"
        )
    for (index, place), value in kept.items():
        layers[index].weights[place].assign(value)
    cloning.settle(made)
