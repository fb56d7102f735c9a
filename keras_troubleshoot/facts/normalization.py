"""Normalization layers, and what came into them."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.passes import Pass


@dataclasses.dataclass(frozen=True)
class Normalizer:
    """A Normalization layer that ran.

    Attributes:
        layer: its name.
        adapted: whether it was given a mean and a variance, or saw data.
        mean: largest distance of the mean of a feature from zero.
        std: largest spread of a feature.
    """

    layer: str
    adapted: bool
    mean: float
    std: float


def normalizers(forward: Pass) -> tuple[Normalizer, ...]:
    """The Normalization layers of a recorded run."""
    found = []
    for call in forward.recorder.calls:
        if type(call.layer).__name__ != "Normalization" or not call.inputs:
            continue
        values = np.asarray(call.inputs[0], "float64")
        values = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
        found.append(
            Normalizer(
                call.layer.name,
                keras_internals.is_adapted(call.layer),
                float(np.abs(values.mean(0)).max()),
                float(values.std(0).max()),
            )
        )
    return tuple(found)
