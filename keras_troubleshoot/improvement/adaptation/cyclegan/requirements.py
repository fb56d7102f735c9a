"""What a CycleGAN must be given, said before any work starts."""

from typing import Any

import numpy as np

# Pixels of the shorter side at least.
LEAST = 8


def image_shape(name: str, shape: Any) -> tuple[int, int, int]:
    """Height, width and channels; channels may be left out for grey.

    Raises:
        ValueError: if it is none of an image, or too small.
    """
    try:
        sides = tuple(int(side) for side in shape)
    except (TypeError, ValueError):
        sides = ()
    sides = (*sides, 1) if len(sides) == 2 else sides
    if len(sides) != 3 or min(sides[:2]) < LEAST or sides[2] < 1:
        raise ValueError(
            f"`{name}` must be (height, width, channels) of at least {LEAST} "
            f"by {LEAST} pixels, received: {name}={shape!r}. To mend it, pass "
            "such as (28, 28, 1), or enlarge the images."
        )
    return sides


def whole(**numbers: Any) -> None:
    """Refuses what is no whole number of at least 1.

    Raises:
        ValueError: if one is none.
    """
    for name, value in numbers.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(
                f"`{name}` must be a whole number of at least 1, received: "
                f"{name}={value!r}. To mend it, leave it out."
            )


def pool(size: Any) -> None:
    """Refuses what is no number of images.

    Raises:
        ValueError: if it is none.
    """
    if not isinstance(size, int | np.integer) or size < 0:
        raise ValueError(
            "`pool_size` must be a whole number of at least 0, received: "
            f"pool_size={size!r}. To mend it, leave it out."
        )


def weights(**numbers: Any) -> None:
    """Refuses weights below 0.

    Raises:
        ValueError: if one is, or is no number.
    """
    for name, value in numbers.items():
        number = isinstance(value, int | float | np.number)
        if not number or not 0 <= value < np.inf:
            raise ValueError(
                f"`{name}` must be a number of at least 0, received: "
                f"{name}={value!r}. To mend it, leave it out."
            )


def same_sides(source: tuple, target: tuple) -> None:
    """Refuses images of two sizes.

    Raises:
        ValueError: if height or width differ.
    """
    if source[:2] != target[:2]:
        raise ValueError(
            "`source_shape` and `target_shape` must have the same height and "
            f"width, received: {source} and {target}. To mend it, resize one "
            "with `keras.ops.image.resize`."
        )


def images(name: str, given: Any, shape: tuple) -> np.ndarray:
    """Images as an array of shape (rows, height, width, channels).

    Raises:
        TypeError: if it is a tuple, such as images with their labels.
        ValueError: if there is none, they are of another shape, or not finite.
    """
    if isinstance(given, tuple | dict):
        raise TypeError(
            f"`{name}` must be one array of images without labels, received: "
            f"{type(given).__name__} of {len(given)}. To mend it, pass the "
            "images alone; a CycleGAN learns from no labels."
        )
    array = np.asarray(given)
    array = array.astype("float32") if array.dtype == bool else array
    if array.ndim == 3 and shape[-1] == 1 and array.shape[1:] == shape[:2]:
        array = array[..., None]
    if array.dtype.kind not in "iuf" or array.shape[1:] != shape:
        raise ValueError(
            f"`{name}` must be images of shape (rows, "
            f"{', '.join(map(str, shape))}), received: {array.dtype} of shape "
            f"{array.shape}. To mend it, resize them, or build the model for "
            "their shape."
        )
    if not len(array):
        raise ValueError(
            f"`{name}` must hold at least one image, received: shape "
            f"{array.shape}. To mend it, pass the images of this domain."
        )
    bad = int((~np.isfinite(array)).sum()) if array.dtype.kind == "f" else 0
    if bad:
        raise ValueError(
            f"`{name}` must be finite, received: {bad:,} NaN or infinite "
            "pixels. To mend it, drop or fill these images."
        )
    return array


def network(name: str, model: Any, taken: tuple, made: tuple | None) -> None:
    """Refuses networks that do not go with the shapes of the images.

    Raises:
        TypeError: if it is no Keras model.
        ValueError: if it takes or makes other shapes.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(
            f"`{name}` must be a pair of Keras models, received: "
            f"{type(model).__name__}. To mend it, pass such as those of "
            "`resnet_generator` or `patch_discriminator`."
        )
    takes, makes = tuple(model.input_shape[1:]), tuple(model.output_shape[1:])
    if not fits(takes, taken) or (made is not None and not fits(makes, made)):
        wanted = f"{taken} to {made}" if made else f"{taken}"
        raise ValueError(
            f"`{name}` must map images of {wanted}, received: {takes} to "
            f"{makes}. To mend it, build it for these shapes."
        )


def fits(has: tuple, wanted: tuple) -> bool:
    """Whether a shape agrees with another, where it is known."""
    return len(has) == len(wanted) and all(
        one in (None, two) for one, two in zip(has, wanted, strict=True)
    )
