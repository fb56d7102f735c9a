"""Images beside what became of them, as one picture."""

import io
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.adaptation.cyclegan import ranges
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements

# Pixels between images, between the two directions, and their grey.
LINE, GAP, GREY = 1, 4, 128


def first(name: str, images: Any, rows: int) -> np.ndarray:
    """The first images, checked as far as it goes without a model.

    Raises:
        TypeError: if labels are passed with them.
        ValueError: if there are none, or they are not finite.
    """
    shape = np.shape(images)[1:] if not isinstance(images, tuple) else ()
    shape = (*shape, 1) if len(shape) == 2 else shape
    return requirements.images(name, images, tuple(shape))[:rows]


def grid(model: Any, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Source, translated and back; target, translated and back.

    Args:
        model: a `CycleGAN`.
        source: images of the source.
        target: images of the target.

    Returns:
        A picture, uint8, shape (height, width, 3).
    """
    there = columns(model, source, False)
    back = columns(model, target, True)
    rows = max(len(there), len(back))
    both = np.concatenate([tall(rows, part) for part in (there, back)], axis=1)
    lines = [row(images) for images in both]
    line = np.full((LINE, *lines[0].shape[1:]), GREY, "uint8")
    return np.concatenate([line, *(p for one in lines for p in (one, line))])


def columns(model: Any, images: np.ndarray, back: bool) -> np.ndarray:
    """Each image, translated, and back: (rows, 3, height, width, 3)."""
    ends = ranges.told(images, fitted(model, back))
    made = model.translate(images, back=back, pixel_range=ends)
    again = model.translate(made, back=not back, pixel_range=ends)
    return np.stack([coloured(p, ends) for p in (images, made, again)], 1)


def fitted(model: Any, back: bool) -> Any:
    """The range of floats that the model was trained on."""
    known = model.target_range if back else model.source_range
    return ranges.remembered(known)


def coloured(images: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    """Bytes of red, green and blue."""
    unit = (images.astype("float64") - ends[0]) / (ends[1] - ends[0])
    bytes_ = np.clip(np.rint(unit * 255), 0, 255).astype("uint8")
    return bytes_[..., :3] if bytes_.shape[-1] >= 3 else one_colour(bytes_)


def one_colour(bytes_: np.ndarray) -> np.ndarray:
    """The first channel as grey."""
    return np.repeat(bytes_[..., :1], 3, axis=-1)


def tall(rows: int, images: np.ndarray) -> np.ndarray:
    """As many rows, the missing ones grey."""
    missing = (rows - len(images), *images.shape[1:])
    return np.concatenate([images, np.full(missing, GREY, "uint8")])


def row(images: np.ndarray) -> np.ndarray:
    """Images beside each other; half of them belong to each direction."""
    height = images.shape[1]
    parts = [line(height, LINE)]
    for place, image in enumerate(images, 1):
        gap = GAP if place == len(images) // 2 else LINE
        parts += [image, line(height, gap)]
    return np.concatenate(parts, axis=1)


def line(height: int, width: int) -> np.ndarray:
    """A grey line from top to bottom."""
    return np.full((height, width, 3), GREY, "uint8")


def png(picture: np.ndarray, times: int = 1) -> bytes:
    """The bytes of a PNG file, each pixel a square of so many pixels."""
    from matplotlib import image

    file = io.BytesIO()
    large = picture.repeat(times, axis=0).repeat(times, axis=1)
    image.imsave(file, large, format="png")
    return file.getvalue()
