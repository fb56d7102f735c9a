"""What an `AdaptationModel` asks of its parts, and makes of them."""

from typing import Any

import keras
import tensorflow as tf

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.improvement.adaptation.models import feeding


def require_layer(name: str, part: Any) -> None:
    """Raises where it is no Keras layer.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(part, keras.layers.Layer):
        raise ValueError(
            f"`{name}` must be a Keras layer or model, received: "
            f"{type(part).__name__}."
        )


def normalizes(encoder: Any) -> bool:
    """Whether it normalizes by the statistics of a batch."""
    return any(
        isinstance(layer, keras.layers.BatchNormalization)
        for layer in keras_internals.leaf_layers(encoder)
    )


def require_plain_inputs(encoder: Any) -> None:
    """Raises where its inputs look like those of two domains.

    Raises:
        ValueError: they are named "source" and "target", and nothing else.
    """
    functional = keras_internals.functional(encoder)
    if feeding.is_pair(keras_internals.input_structure(functional)):
        raise ValueError(
            "The inputs of `encoder` must have other names than the domains, "
            'received: "source" and "target". To mend it, rename them.'
        )


def plain_model(model: Any) -> Any:
    """The Functional model of an encoder and a head."""
    if not (model.encoder.built and model.head.built):
        raise ValueError(
            "The model must be built before its plain form can be made, "
            "received: a model that saw no data. To mend it, fit it or call "
            "it on a batch."
        )
    inputs = keras.tree.map_structure(
        lambda one: keras.Input(one.shape[1:], dtype=one.dtype, name=one.name),
        given_inputs(model),
    )
    return keras.Model(inputs, model.head(model.encoder(inputs)))


def given_inputs(model: Any) -> Any:
    """What the encoder takes, as Keras tensors or specifications."""
    functional = keras_internals.functional(model.encoder)
    known = keras_internals.input_structure(functional)
    if known is not None:
        return known
    config = model.get_build_config() or {}
    shape = config.get("input_shape")
    if shape is None or isinstance(shape, dict):
        raise ValueError(
            "The encoder must tell the shape of its inputs, received: "
            f"{type(model.encoder).__name__}. To mend it, make it a "
            "Functional or Sequential model."
        )
    return tf.TensorSpec(shape, keras.config.floatx())
