"""Small random changes of images, the same kinds for both domains."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import nests

# Shares of the side, of a turn, of the size (heuristic: a digit stays one).
SHIFT, TURN, ZOOM, SHEAR = 0.1, 0.04, 0.4, 0.2


def read(augment: Any, target: Any) -> Callable[[], Any] | None:
    """The function that makes the layer; None where there is none.

    Raises:
        ValueError: it is neither a function, "auto" nor None.
    """
    if augment is None:
        return None
    if augment == "auto":
        arrays = nests.arrays(target)
        image = len(arrays) == 1 and np.ndim(arrays[0]) == 4
        return affine if image else None
    if not callable(augment) or hasattr(augment, "build"):
        raise ValueError(
            '`augment` must be "auto", None or a function that returns a '
            f"layer, received: {augment!r}."
        )
    return augment


def affine() -> keras.Sequential:
    """Moves, turns, scales and shears images a little while training."""
    layers, zoom = keras.layers, (-ZOOM, ZOOM)
    return keras.Sequential(
        [
            layers.RandomTranslation(SHIFT, SHIFT, fill_mode="constant"),
            layers.RandomRotation(TURN, fill_mode="constant"),
            layers.RandomZoom(zoom, zoom, fill_mode="constant"),
            layers.RandomShear(SHEAR, SHEAR, fill_mode="constant"),
        ],
        name="augment",
    )
