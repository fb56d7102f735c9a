"""Between the pixels of the user and those of the networks."""

from typing import Any

import numpy as np

# What generators take and make (their last activation is tanh).
OWN = (-1.0, 1.0)
BYTES, UNIT = (0.0, 255.0), (0.0, 1.0)
KNOWN = (BYTES, UNIT, OWN)


def told(
    images: np.ndarray, fitted: Any = None, name: str = "images"
) -> tuple[float, float]:
    """What is black and what is white, by the type and the values.

    Whole numbers are 0 to 255. Other numbers are -1 to 1 where there is one
    below 0, and 0 to 255 where there is one above 1. Where all lie between,
    they are what `fit` was given; 0 to 1 before, or where it was given whole
    numbers.

    Args:
        images: pixels.
        fitted: the range of the floats that the model was trained on.
        name: of the argument, for messages.

    Raises:
        ValueError: the values are in none of these ranges.

    Example:
        >>> told(np.array([0.0, 0.5])), told(np.array([3], "uint8"))
        ((0.0, 1.0), (0.0, 255.0))
    """
    low, high = float(images.min()), float(images.max())
    if images.dtype.kind in "iu":
        made = BYTES
    elif low < 0:
        made = OWN
    elif high > 1:
        made = BYTES
    else:
        made = fitted or UNIT
    if low < made[0] or high > made[1]:
        raise ValueError(
            f"`{name}` must hold pixels from 0 to 255, from 0 to 1, or from "
            f"-1 to 1, received: values from {low:g} to {high:g}. To mend it, "
            "scale them to one of these ranges."
        )
    return made


def remembered(limits: Any) -> tuple[float, float] | None:
    """The range of the floats that `fit` was given; None of whole numbers."""
    low, high, floats = (float(one) for one in np.asarray(limits))
    return (low, high) if floats else None


def noted(images: np.ndarray, name: str) -> tuple[float, float, float]:
    """What the model remembers: black, white, and whether of floats."""
    return (*told(images, None, name), float(images.dtype.kind == "f"))


def required(value: Any) -> tuple[float, float]:
    """A range that the user has given.

    Raises:
        ValueError: if it is none.
    """
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        low = high = float("nan")
    if not low < high:
        raise ValueError(
            "`pixel_range` must be the values of black and of white, received: "
            f"{value!r}. To mend it, pass such as (0, 255), or leave it out."
        )
    return low, high


def scaled(images: Any, limits: Any) -> Any:
    """From the user's pixels to -1 to 1; of arrays and tensors."""
    return (images - limits[0]) / (limits[1] - limits[0]) * 2.0 - 1.0


def unscaled(images: Any, limits: Any) -> Any:
    """From -1 to 1 to the user's pixels; of arrays and tensors."""
    return (images + 1.0) / 2.0 * (limits[1] - limits[0]) + limits[0]


def typed(pixels: np.ndarray, dtype: Any) -> np.ndarray:
    """Whole numbers where the user's images are; else float32."""
    if np.dtype(dtype).kind in "iu":
        return np.clip(np.rint(pixels), 0, 255).astype(dtype)
    return pixels.astype("float32")
