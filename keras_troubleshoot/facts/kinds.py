"""What an input is: a picture, a sequence, tokens, or a row of a table."""

import enum

import numpy as np

from keras_troubleshoot.facts.arrays import Array

# Sides from which on two axes are taken for a picture.
SIDE = 8
# Columns and different ids from which on whole numbers can be tokens
# (heuristic: tables of codes have fewer).
COLUMNS = 4
IDS = 20
VOCABULARY = 100
# Share of the variance of tokens that lies between their columns, at most:
# the columns of a text share one vocabulary, those of a table do not.
BETWEEN = 0.05


class Input(enum.Enum):
    """What the rows of an input are."""

    IMAGE = "image"
    SEQUENCE = "sequence"
    TOKENS = "tokens"
    TABULAR = "tabular"


def kind(array: Array) -> Input | None:
    """What the shape, the type and the values say that an input is.

    `(rows, height, width, channels)` is an image, `(rows, steps, features)`
    a sequence, anything flatter a table; but whole numbers in
    `(rows, steps)` are tokens where they are padded with zeros on one side,
    or all columns draw from one vocabulary of at least 100 ids.

    Args:
        array: numbers.

    Returns:
        The kind; None where no builder knows what to do with the shape.
    """
    shape = array.values.shape[1:]
    if len(shape) == 3:
        return Input.IMAGE
    if len(shape) == 2:
        return Input.SEQUENCE
    if len(shape) > 3:
        return None
    return Input.TOKENS if are_tokens(array) else Input.TABULAR


def are_tokens(array: Array) -> bool:
    """Whether the rows are ids of words or characters, in their order."""
    values = array.values
    if array.dtype.kind not in "iu" or array.dtype.itemsize < 2:
        return False
    if values.ndim != 2 or values.shape[1] < COLUMNS or values.min() < 0:
        return False
    different = len(array.distinct)
    if different >= IDS and padding(values):
        return True
    return different >= VOCABULARY and one_vocabulary(values)


def padding(values: np.ndarray, few: float = 0.05) -> str:
    """On which side rows of whole numbers are filled up with zeros.

    Args:
        values: shape (rows, steps).
        few: share of the rows that must be filled up, at least, and that
            may hold zeros elsewhere, at most.

    Returns:
        "right", "left", or "" where they are not.
    """
    zero = values == 0
    if not zero.any():
        return ""
    for side, order in (("right", zero), ("left", zero[:, ::-1])):
        # Once filled up, a row stays so to its end.
        tidy = (np.diff(order.astype("int8"), axis=1) >= 0).all(axis=1)
        filled = order[:, -1] & ~order[:, 0]
        lengths = len(np.unique(zero.sum(axis=1)))
        if (~tidy).mean() <= few <= filled.mean() and lengths > 1:
            return side
    return ""


def one_vocabulary(values: np.ndarray) -> bool:
    """Whether the columns differ no more than draws from one urn do."""
    values = values.astype("float64")
    total = values.var()
    return bool(total) and values.mean(axis=0).var() / total < BETWEEN


def lacks_channels(array: Array) -> bool:
    """Whether `(rows, height, width)` seem to be pictures without channels.

    Bytes are; square ones also where all values lie in [0, 1] or are whole
    numbers up to 255.
    """
    values = array.values
    if values.ndim != 3 or min(values.shape[1:]) < SIDE:
        return False
    if values.dtype == np.uint8:
        return True
    if values.shape[1] != values.shape[2] or not array.finite.all():
        return False
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 255:
        return False
    return high <= 1 or array.integral


def channels_first(array: Array) -> bool:
    """Whether pictures have their channels before height and width."""
    first, *_, last = array.values.shape[1:]
    return first in (1, 3, 4) and last > 4 and last >= SIDE
