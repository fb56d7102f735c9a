"""Suspected labels in the report: a table of pairs, a gallery of rows."""

import io
from typing import Any

import numpy as np

from keras_troubleshoot.facts import kinds as kinds_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.report import page

# Rows of the table, and examples of the gallery.
ROWS = 20
EXAMPLES = 24
# Characters of a text, and pixels of a picture's longer side.
CHARACTERS = 300
SIDE = 96


def blocks(found: Any) -> tuple:
    """A paragraph, a table of the suspects, and pictures or texts."""
    made = [page.Paragraph(found.summary())]
    if found.pairs:
        rows = tuple(
            (given, true, share, count)
            for given, true, share, count in found.pairs[:ROWS]
        )
        columns = ("labelled", "should be", "estimated share", "suspected")
        made.append(page.Table("Estimated label noise", columns, rows))
    if not len(found.indices):
        return tuple(made)
    rows = tuple(
        (int(row), plain(given), plain(true), float(found.confidence[row]))
        for row, given, true in zip(
            found.indices[:ROWS], found.given, found.suggested, strict=False
        )
    )
    columns = ("row", "labelled", "should be", "probability of the label")
    made.append(page.Table("The surest label errors", columns, rows))
    shown = examples(found)
    if shown:
        made.append(page.Gallery("The surest label errors", shown))
    return tuple(made)


def plain(value: Any) -> Any:
    """A label as a word or a number that a table holds."""
    return value.item() if hasattr(value, "item") else value


def examples(found: Any) -> tuple:
    """The first suspects as pictures or texts; empty for other rows."""
    arrays = nests.arrays(found.inputs)
    if not arrays:
        return ()
    for values in arrays:
        array = Array("x", np.asarray(values[: 2**10]), len(values))
        show = picture if is_picture(array) else None
        if not array.numeric and array.features == 1:
            show = text
        if show is None:
            continue
        return tuple(
            page.Example(f"{found.told(place)}", **show(values[row]))
            for place, row in enumerate(found.indices[:EXAMPLES])
        )
    return ()


def is_picture(array: Array) -> bool:
    """Whether rows are pictures of one or three channels."""
    if not array.numeric:
        return False
    if kinds_lib.lacks_channels(array):
        return True
    channels = array.values.shape[-1] if array.values.ndim == 4 else 0
    return kinds_lib.kind(array) is Input.IMAGE and channels in (1, 3)


def text(value: Any) -> dict:
    """A text, cut off where it is long."""
    told = str(np.asarray(value).reshape(-1)[0])
    more = "..." if len(told) > CHARACTERS else ""
    return {"text": told[:CHARACTERS] + more}


def picture(pixels: np.ndarray) -> dict:
    """A picture as a small PNG, from its darkest to its brightest pixel."""
    from matplotlib import image

    pixels = np.asarray(pixels, "float64")
    pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    step = max(1, -(-max(pixels.shape[:2]) // SIDE))
    pixels = np.nan_to_num(pixels[::step, ::step])
    low, high = pixels.min(), pixels.max()
    scaled = (pixels - low) / max(high - low, 1e-12)
    if scaled.ndim == 2:
        scaled = np.repeat(scaled[..., None], 3, axis=2)
    file = io.BytesIO()
    image.imsave(file, scaled, format="png")
    return {"png": file.getvalue()}
