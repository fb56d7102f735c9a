"""Small random changes of images, the same kinds for both domains."""

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.adaptation.adapting.recoloring import (
    Recolor,
)

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
        if not images(target):
            return None
        return functools.partial(affine, black(target))
    if not callable(augment) or hasattr(augment, "build"):
        raise ValueError(
            '`augment` must be "auto", None or a function that returns a '
            f"layer, received: {augment!r}."
        )
    return augment


def recolors(target: Any) -> Callable[[], Any] | None:
    """The function that makes the layer of other colours, of images."""
    if not images(target):
        return None
    limits = black(target), float(np.max(nests.arrays(target)[0]))
    if limits[0] == limits[1]:
        return None  # There is nothing to be seen.
    return lambda: Recolor(limits, name="recolor")


def images(target: Any) -> bool:
    """Whether the inputs are images."""
    arrays = nests.arrays(target)
    return len(arrays) == 1 and np.ndim(arrays[0]) == 4


def colored(target: Any) -> bool:
    """Whether they are images of three channels."""
    return images(target) and np.shape(nests.arrays(target)[0])[-1] == 3


def black(target: Any) -> float:
    """The lowest value of images."""
    return float(np.min(nests.arrays(target)[0]))


def affine(fill: float = 0.0) -> keras.Sequential:
    """Moves, turns, scales and shears images a little while training.

    Args:
        fill: what comes in from outside.
    """
    layers, zoom = keras.layers, (-ZOOM, ZOOM)
    outside = {"fill_mode": "constant", "fill_value": fill}
    return keras.Sequential(
        [
            layers.RandomTranslation(SHIFT, SHIFT, **outside),
            layers.RandomRotation(TURN, **outside),
            layers.RandomZoom(zoom, zoom, **outside),
            layers.RandomShear(SHEAR, SHEAR, **outside),
        ],
        name="augment",
    )
