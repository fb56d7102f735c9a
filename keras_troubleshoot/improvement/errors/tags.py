"""Types of errors that the user has named: tags of rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.found import of_members
from keras_troubleshoot.improvement.errors.sides import Side

UNTAGGED = ("", "None", "nan")


def find(given: tuple, sides: tuple[Side, ...]) -> tuple[list[Found], str]:
    """The types that the tags name, and what they leave out.

    Args:
        given: the tags of each data set; None where there are none.
        sides: the data sets.

    Returns:
        One type for each tag, and a sentence on errors without any.

    Raises:
        TypeError: if tags are neither a mapping nor strings.
        ValueError: if they do not fit the rows.
    """
    pairs = list(zip(given, sides, strict=True))
    masks = [None if t is None else parse(t, len(s), s.name) for t, s in pairs]
    names = dict.fromkeys(name for some in masks for name in some or ())
    found = [
        of_members(
            "tag",
            name,
            sides,
            tuple(
                None if some is None else some.get(name, np.zeros(len(s), bool))
                for some, s in zip(masks, sides, strict=True)
            ),
        )
        for name in names
    ]
    told = [
        untagged(some, side)
        for some, side in zip(masks, sides, strict=True)
        if some is not None
    ]
    return found, " ".join(filter(None, told))


def untagged(masks: dict[str, np.ndarray], side: Side) -> str:
    """A sentence on the errors of a data set that have no tag."""
    tagged = np.any([np.zeros(len(side), bool), *masks.values()], axis=0)
    wrong = side.errors > 0
    left = int((wrong & ~tagged).sum())
    if not left:
        return ""
    return (
        f"{left:,} of {int(wrong.sum()):,} rows with an error in "
        f"{side.name} have no tag."
    )


def parse(tags: Any, rows: int, where: str) -> dict[str, np.ndarray]:
    """Masks of rows by tag.

    Args:
        tags: a mapping of tags to masks or lists of row numbers, or a string
            for each row, empty for none.
        rows: of the data set.
        where: its name, for messages.

    Example:
        >>> parse({"night": [0, 2]}, 3, "validation")["night"].tolist()
        [True, False, True]
        >>> parse(["", "night"], 2, "validation")["night"].tolist()
        [False, True]
    """
    if isinstance(tags, Mapping):
        return {
            str(name): mask(name, value, rows, where)
            for name, value in tags.items()
        }
    words = np.asarray(tags)
    strings = words.dtype.kind in "UO" and words.ndim == 1
    if not strings or any(
        not isinstance(w, str) and w is not None and w == w for w in words
    ):
        raise TypeError(
            "`tags` must map tags to masks or row numbers, or hold a string "
            f"for each row, received: {type(tags).__name__} of "
            f"{words.dtype}. To mend it, pass such as `{{'night': mask}}`."
        )
    if len(words) != rows:
        raise ValueError(
            f"`tags` must hold a string for each row of {where}, received: "
            f"{len(words):,} for {rows:,} rows. To mend it, pass '' for rows "
            "without a tag."
        )
    words = words.astype(str)
    named = [n for n in np.unique(words) if n not in UNTAGGED]
    return {str(name): words == name for name in named}


def mask(name: Any, value: Any, rows: int, where: str) -> np.ndarray:
    """Which rows a tag is on, from a mask or row numbers.

    Raises:
        TypeError: if it is neither.
        ValueError: if they do not fit the rows.
    """
    array = np.asarray(value)
    if array.dtype == bool and array.shape == (rows,):
        return array
    if array.size == 0 and array.dtype != bool:
        return np.zeros(rows, bool)
    if array.dtype.kind not in "iu" or array.ndim != 1:
        kind = ValueError if array.dtype == bool else TypeError
        raise kind(
            f"`tags[{name!r}]` must be a mask of the {rows:,} rows of {where} "
            f"or a list of row numbers, received: {array.dtype} of shape "
            f"{array.shape}. To mend it, pass one of them."
        )
    if array.min() < 0 or array.max() >= rows:
        raise ValueError(
            f"`tags[{name!r}]` must hold row numbers from 0 to {rows - 1} of "
            f"{where}, received: {array.min()} to {array.max()}. To mend it, "
            "count the rows of this data set from 0."
        )
    if len(np.unique(array)) < len(array):
        raise ValueError(
            f"`tags[{name!r}]` must name each row once, received: row "
            "numbers that repeat. To mend it, pass a mask as `bool`, such as "
            "`values.astype(bool)`, if they are zeros and ones."
        )
    chosen = np.zeros(rows, bool)
    chosen[array] = True
    return chosen
