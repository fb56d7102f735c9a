"""The labels as they were given: class ids, one-hot, words, or numbers."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.targets import Target

REAL = (Target.REAL, Target.SHARES)


@dataclasses.dataclass(frozen=True, eq=False)
class Labels:
    """One label, or number, of each row.

    Attributes:
        values: shape (rows,): class ids from 0, or numbers.
        classes: the label that each id stands for; None for numbers.
    """

    values: np.ndarray
    classes: np.ndarray | None

    def name(self, class_id: int) -> str:
        """A class as the user has it."""
        return str(self.classes[class_id])


def read(y: Any, columns: int | None = None) -> Labels:
    """One label of each row.

    Args:
        y: class ids, one-hot rows, words, or numbers.
        columns: of the probabilities, where they were given: class ids then
            are their columns.

    Raises:
        TypeError: if `y` is no array.
        ValueError: if it is empty, holds NaN, has several labels a row, or
            one class alone.
    """
    found = nests.arrays(y)
    if isinstance(y, list) and not any(map(rows_lib.is_array, found)):
        found = [np.asarray(y)]
    if len(found) != 1:
        raise refused("be one array", f"{len(found)} of them", "pass one")
    values = (
        rows_lib.take(found[0], None) if rows_lib.count(found[0], "y") else 0
    )
    if values.ndim > 1 and values.shape[1:] == (1,):
        values = values[:, 0]
    if values.dtype.kind in "OUS":
        return of_words(values)
    array = Array("y", values, len(values))
    if not array.finite.all():
        rows = int((~array.finite.all(axis=1)).sum())
        raise refused(
            "hold no NaN or inf", f"{rows} rows with them", "drop these rows"
        )
    return of_numbers(values, targets.kind(array), columns)


def of_numbers(values, kind: Target, columns: int | None) -> Labels:
    """Class ids, one-hot rows, or numbers to be predicted."""
    if kind is Target.ONE_HOT and values.ndim == 2:
        ids = values.argmax(axis=1)
        return two(Labels(ids, np.arange(values.shape[1])))
    if values.ndim != 1:
        raise refused(
            "hold one label a row",
            f"{kind.value}, shape {values.shape}",
            "call it for each label by itself",
        )
    if columns is None and kind in REAL:
        return Labels(values.astype("float64"), None)
    if columns is not None:
        return two(Labels(as_columns(values, columns), np.arange(columns)))
    classes, ids = np.unique(values, return_inverse=True)
    return two(Labels(ids, classes))


def as_columns(values: np.ndarray, columns: int) -> np.ndarray:
    """Class ids that name columns of the probabilities."""
    whole = np.array_equal(values, np.floor(values))
    if not whole or values.min() < 0 or values.max() >= columns:
        raise refused(
            f"hold class ids below {columns}, the columns of `probabilities`",
            f"values from {values.min()} to {values.max()}",
            "number the classes by the columns",
        )
    return values.astype("int64")


def of_words(values: np.ndarray) -> Labels:
    """Labels that are words; their classes are in alphabetical order."""
    if values.ndim != 1:
        raise refused(
            "hold one label a row",
            f"text of shape {values.shape}",
            "call it for each label by itself",
        )
    missing = [v is None or v != v for v in values]
    if any(missing):
        raise refused(
            "hold no missing labels", f"{sum(missing)} of them", "drop the rows"
        )
    classes, ids = np.unique(values.astype(str), return_inverse=True)
    return two(Labels(ids, classes))


def two(labels: Labels) -> Labels:
    """The labels; refuses those of one class."""
    if len(np.unique(labels.values)) < 2:
        raise refused(
            "hold at least two classes",
            f"only {labels.name(int(labels.values[0]))!r}",
            "pass rows of all classes",
        )
    return labels


def refused(must: str, received: str, mend: str) -> ValueError:
    """The error for labels that will not do."""
    return ValueError(
        f"`y` must {must}, received: {received}. To mend it, {mend}."
    )
