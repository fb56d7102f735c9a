"""Parts a model into an encoder and a head."""

from typing import Any

import keras

from keras_troubleshoot.facts import keras_internals


def split(model: Any, features: str | None = None) -> tuple[Any, Any]:
    """The encoder and the head of a Functional or Sequential model.

    Args:
        model: a built one; both parts share its weights.
        features: name of the layer whose output are the features. By default
            what the last layer with weights is given.

    Returns:
        Inputs to features, and features to outputs.

    Raises:
        ValueError: there is no such layer, or more than its output leads to
            the outputs.

    Example:
        >>> model = keras.Sequential([
        ...     keras.Input((4,)), keras.layers.Dense(3, "relu"),
        ...     keras.layers.Dense(2), keras.layers.Softmax()])
        >>> encoder, head = split(model)
        >>> encoder.output_shape, head.output_shape
        ((None, 3), (None, 2))
    """
    functional = keras_internals.functional(model)
    given = keras_internals.input_structure(functional)
    if given is None:
        raise ValueError(
            "`build` must return a Functional or Sequential model with an "
            f"`Input`, received: {type(model).__name__}. To mend it, return "
            "`AdaptationModel(encoder, head)`, compiled."
        )
    tensor = feature_tensor(model, features)
    encoder = keras.Model(given, tensor, name="encoder")
    try:
        made = keras_internals.output_structure(functional)
        head = keras.Model(tensor, made, name="head")
    except ValueError as error:
        raise ValueError(
            "The features must be all that leads to the outputs, received: "
            f"those of {features or 'the last layer'!r}, which others go "
            "past. To mend it, name a layer that all goes through: "
            "`features='...'`."
        ) from error
    return encoder, head


def feature_tensor(model: Any, features: str | None) -> Any:
    """The symbolic features."""
    layers = keras_internals.own_layers(model)
    if features is None:
        weighted = [layer for layer in layers if layer.weights]
        if len(weighted) < 2:
            raise ValueError(
                "`build` must return a model of at least two layers with "
                f"weights, received: {len(weighted)}. To mend it, add a "
                "hidden layer."
            )
        return weighted[-1].input
    found = [layer for layer in layers if layer.name == features]
    if not found:
        raise ValueError(
            "`features` must name a layer of the model, received: "
            f"{features!r}. To mend it, take one of: "
            f"{', '.join(layer.name for layer in layers)}."
        )
    return found[0].output
