"""What a model has already, so that nobody is told to add it."""

import dataclasses
from typing import Any

from keras_troubleshoot.facts import keras_internals

NORMALIZING = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "SpectralNormalization",
)
AUGMENTING = ("Random", "AutoContrast", "CutMix", "MixUp", "AugMix")


@dataclasses.dataclass(frozen=True)
class Traits:
    """What a Keras model has.

    Attributes:
        weights: how many trainable numbers.
        normalization: names of its batch, layer, ... normalization layers.
        augmentation: names of its augmentation layers.
        regularization: what regularizes it, in words.
    """

    weights: int
    normalization: tuple[str, ...] = ()
    augmentation: tuple[str, ...] = ()
    regularization: tuple[str, ...] = ()


def traits(model: Any) -> Traits | None:
    """What a model has; None for an estimator, or for no model."""
    import keras

    if not isinstance(model, keras.Model):
        return None
    layers = keras_internals.leaf_layers(model)
    kinds = [(layer.name, type(layer).__name__) for layer in layers]
    return Traits(
        weights=sum(keras_internals.trainable_sizes(model).values()),
        normalization=tuple(n for n, k in kinds if k in NORMALIZING),
        augmentation=tuple(n for n, k in kinds if k.startswith(AUGMENTING)),
        regularization=(*dropping(layers), *penalized(model), *decay(model)),
    )


def dropping(layers: list) -> list[str]:
    """Layers that drop something, with their rates."""
    found = []
    for layer in layers:
        kind = type(layer).__name__
        rate = getattr(layer, "rate", None)
        if "Drop" in kind and isinstance(rate, int | float) and rate > 0:
            found.append(f"{kind} {rate:g} in {layer.name!r}")
        for name in ("dropout", "recurrent_dropout"):
            rate = getattr(layer, name, None)
            if isinstance(rate, int | float) and rate > 0:
                found.append(f"{name}={rate:g} of {layer.name!r}")
    return found


def penalized(model: Any) -> list[str]:
    """How many weights have penalties."""
    some = sum(w.regularizer is not None for w in model.trainable_weights)
    return [f"penalties on {some} of the weights"] if some else []


def decay(model: Any) -> list[str]:
    """The weight decay of the optimizer."""
    rate = getattr(getattr(model, "optimizer", None), "weight_decay", None)
    return [f"weight decay {rate:g}"] if rate else []
