"""Inputs that no builder can take, each refused with one sentence."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import kinds
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import sample as sample_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input

# Axes of a row of each kind, and how they are named.
AXES = {
    Input.IMAGE: ((3,), "(rows, height, width, channels)"),
    Input.SEQUENCE: ((2,), "(rows, steps, features)"),
    Input.TOKENS: ((1,), "(rows, steps)"),
    Input.TABULAR: ((0, 1, 2, 3), "(rows, features)"),
}


def require_even(x: Any) -> None:
    """Refuses lists of lists, and tensors with rows of unequal length.

    Raises:
        sample.UnreadableData: with what to pass instead.
    """
    for label, leaf in [] if plain_rows(x) else nests.leaves(x, "x"):
        if type(leaf).__name__ == "RaggedTensor":
            raise uneven(label, f"`{label}.to_tensor()`, which pads them")
    if plain_rows(x):
        if len({len(row) for row in x}) > 1:
            raise uneven("x", "`keras.utils.pad_sequences(x)`")
        raise sample_lib.unreadable(
            "`x` must be an array, received: a list of lists.",
            "pass `np.asarray(x)`",
        )


def plain_rows(x: Any) -> bool:
    """Whether it is a list of examples, each a list of numbers."""
    return isinstance(x, list) and all(
        isinstance(row, list) and row and isinstance(row[0], int | float)
        for row in x
    )


def uneven(label: str, mend: str) -> sample_lib.UnreadableData:
    """The error for rows of unequal length."""
    return sample_lib.unreadable(
        f"`{label}` must have rows of one length, received: sequences of "
        "unequal length.",
        f"pass {mend}",
        where=label,
    )


def require_axes(array: Array, kind: Input) -> None:
    """Refuses arrays that cannot be of a kind.

    Raises:
        sample.UnreadableData: the rank is another, or tokens have fractions.
    """
    if has_rank(array, kind):
        if kind is Input.TOKENS and not array.integral:
            raise sample_lib.unreadable(
                f"`{array.name}` must hold whole numbers to be tokens, "
                "received: fractions.",
                "pass the ids of the words",
                where=array.name,
            )
        return
    raise sample_lib.unreadable(
        f"`{array.name}` must have the shape {AXES[kind][1]} to be "
        f"{article(kind)}, received: {array.shape}.{hint(kind, array)}",
        mend(kind, array),
        where=array.name,
    )


def has_rank(array: Array, kind: Input) -> bool:
    """Whether an array has as many axes as this kind."""
    return array.values.ndim - 1 in AXES[kind][0]


def article(kind: Input) -> str:
    """The kind with its article."""
    return {
        Input.IMAGE: "an image",
        Input.SEQUENCE: "a sequence",
        Input.TOKENS: "tokens",
        Input.TABULAR: "a table",
    }[kind]


def hint(kind: Input, array: Array) -> str:
    """What is missing in the shape."""
    missing = array.values.ndim == 3 and kind is Input.IMAGE
    return " It has no axis for the channels." if missing else ""


def mend(kind: Input, array: Array) -> str:
    """How to bring an array into the shape of a kind."""
    name, rank = array.name, array.values.ndim
    if (kind, rank) in ((Input.IMAGE, 3), (Input.SEQUENCE, 2)):
        last = "channel" if kind is Input.IMAGE else "feature"
        return f"pass `{name}[..., None]`, which adds one {last}"
    return f"reshape `{name}`"


def require_numbers(array: Array) -> None:
    """Refuses what is not an array of numbers.

    Raises:
        sample.UnreadableData: strings, objects, rows of unequal length.
    """
    if array.numeric:
        return
    first = array.values.ravel()[0]
    if isinstance(first, list | tuple | np.ndarray):
        raise uneven(
            array.name,
            f"`keras.utils.pad_sequences({array.name}, dtype='float32')` of "
            "numbers, without `dtype` of tokens",
        )
    text = isinstance(first, str | bytes)
    raise sample_lib.unreadable(
        f"`{array.name}` must hold numbers, received: "
        + ("strings" if text else f"values of type {type(first).__name__}")
        + f", such as {str(first)!r:.60}.",
        "turn text into ids with `keras.layers.TextVectorization`, and "
        "categories with `keras.layers.StringLookup` or a one-hot encoding"
        if text
        else "convert it with `astype('float32')`",
        where=array.name,
    )


def require_shape(array: Array, kind: Input | None) -> None:
    """Refuses shapes that say that an axis is missing, or at a wrong place.

    Raises:
        sample.UnreadableData: pictures without channels, channels before
            height and width, more axes than an image has, empty rows.
    """
    name = array.name
    if not array.features:
        raise sample_lib.unreadable(
            f"`{name}` must have at least one feature, received: the shape "
            f"{array.shape}.",
            "check how the data were loaded",
            where=name,
        )
    if kind is None:
        raise sample_lib.unreadable(
            f"`{name}` must be an image, a sequence, tokens or a table, "
            f"received: the shape {array.shape}, with more axes.",
            "cut videos and volumes into images, or build the model by hand",
            where=name,
        )
    if kinds.lacks_channels(array):
        raise sample_lib.unreadable(
            f"`{name}` must have the shape (rows, height, width, channels) to "
            f"be images, received: {array.shape}, which seem to be images "
            "without an axis for the channels.",
            f"pass `{name}[..., None]`, or say `kinds='sequence'` if the "
            "second axis is time",
            where=name,
        )
    if kind is Input.IMAGE:
        require_channels_last(array)


def require_channels_last(array: Array) -> None:
    """Refuses pictures with their channels before height and width.

    Raises:
        sample.UnreadableData: with how to move the axis.
    """
    name = array.name
    if kinds.channels_first(array):
        raise sample_lib.unreadable(
            f"`{name}` must have the shape (rows, height, width, channels), "
            f"received: {array.shape}, which seem to have the channels first.",
            f"pass `np.moveaxis({name}, 1, -1)`",
            where=name,
        )
