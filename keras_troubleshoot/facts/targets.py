"""What a target is: classes, yes or no, several labels, or a real number."""

import enum

import numpy as np

from keras_troubleshoot.facts.arrays import Array

# Whole numbers with more different values than this are taken for amounts.
MOST_CLASSES = 1000


class Target(enum.Enum):
    """What a target is, told from its values alone."""

    ONE_HOT = "one-hot classes"
    MULTI_HOT = "several labels at once"
    SOFT = "class probabilities"
    BINARY = "0 or 1"
    CLASSES = "class ids"
    TWO_VALUED = "two values"
    SHARES = "values from 0 to 1"
    REAL = "real values"
    OTHER = "not numbers"


def kind(array: Array) -> Target:
    """What the values of a target say that it is.

    One column of whole numbers is taken for class ids where few different
    ones come up (at most a twentieth of the rows, or 20, and at most 1000).
    """
    if not array.numeric or not array.finite.any():
        return Target.OTHER
    values = array.flat[array.finite.all(axis=1)]
    if not len(values):
        return Target.OTHER
    columns = array.values.shape[-1] if array.values.ndim > 1 else 1
    rows = values.reshape(-1, columns)
    low, high = rows.min(), rows.max()
    if columns > 1:
        return of_rows(rows, low, high)
    return of_column(rows[:, 0], low, high)


def of_rows(rows, low, high) -> Target:
    """The kind of a target of several numbers."""
    if low < 0 or high > 1:
        return Target.REAL
    sums = rows.sum(axis=1)
    if np.all((rows == 0) | (rows == 1)):
        exclusive = np.all(sums == 1)
        return Target.ONE_HOT if exclusive else Target.MULTI_HOT
    if np.allclose(sums, 1, atol=1e-3):
        return Target.SOFT
    return Target.SHARES


def of_column(values, low, high) -> Target:
    """The kind of a target of one number."""
    different = np.unique(values)
    if np.isin(different, (0, 1)).all():
        return Target.BINARY
    if len(different) == 2:
        return Target.TWO_VALUED
    if np.all(different == np.floor(different)):
        most = min(MOST_CLASSES, max(20, len(values) / 20))
        # A class id starts at 0 or 1 and leaves out few numbers.
        dense = len(different) > 0.5 * (high - low + 1)
        if len(different) <= most and low >= -1 and dense:
            return Target.CLASSES
        return Target.REAL
    if low >= 0 and high <= 1:
        return Target.SHARES
    return Target.REAL
