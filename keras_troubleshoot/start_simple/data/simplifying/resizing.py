"""Images of another size, of the same type and range."""

import numpy as np

# Numbers that are resized at once, 64 MB in float32.
PART = 2**24


def resize(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes images without aliasing.

    Each pixel is a mean over its surroundings, weighted by a triangle as wide
    as the reduction (`tf.image.resize` with `antialias`): no weight is
    negative, so that no pixel leaves the range of the image. Whole numbers
    are rounded.

    Args:
        images: shape (rows, height, width, channels), or without channels.
        size: the new height and width.

    Returns:
        Images of that size, of the same type.

    Example:
        >>> checkered = np.indices((4, 4)).sum(axis=0) % 2 * 200
        >>> small = resize(checkered[None].astype("uint8"), (1, 1))
        >>> small.shape, small.dtype.name, int(small[0, 0, 0])
        ((1, 1, 1), 'uint8', 100)
    """
    if images.ndim == 3:
        return resize(images[..., None], size)[..., 0]
    resized = np.empty((len(images), *size, images.shape[-1]), images.dtype)
    rows = max(1, PART // max(1, images[:1].size))
    for first in range(0, len(images), rows):
        part = slice(first, first + rows)
        resized[part] = resize_part(images[part], size)
    return resized


def resize_part(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes some images at once."""
    import tensorflow as tf

    floats = tf.image.resize(images.astype("float32"), size, antialias=True)
    # The weights sum up to 1 but for rounding.
    floats = np.clip(floats.numpy(), images.min(), images.max())
    if images.dtype.kind in "biu":
        floats = np.rint(floats)
    return floats.astype(images.dtype)
