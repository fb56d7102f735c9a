"""Which rows each size of a learning curve takes: nested and stratified."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import rows as rows_lib

# Classes of whole numbers at most; more are taken for amounts, such as years.
CLASSES = 1000
# Rows of a class on average, below which whole numbers are amounts.
EACH = 5
# Sizes by default, each twice the one before.
SIZES = 6
# Fewest rows by default, and for each class.
FEWEST, OF_CLASS = 20, 2
# Share of the rows held out where no validation data are given.
HELD_OUT = 0.2


def classes(y: np.ndarray) -> np.ndarray | None:
    """Class ids by which rows are stratified; None where there are none.

    Example:
        >>> classes(np.array([["b"], ["a"], ["b"]]))
        array([1, 0, 1])
    """
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.dtype.kind in "buif":
        # One-hot, or shares of the classes.
        if (y >= 0).all() and np.allclose(y.sum(axis=1), 1, atol=1e-3):
            return y.argmax(axis=1)
        return None
    if y.ndim != 1 or (y.dtype.kind == "f" and (y % 1).any()):
        return None
    values, ids = np.unique(y, return_inverse=True)
    words = y.dtype.kind in "OSU"
    many = len(values) > min(CLASSES, max(2, len(y) // EACH))
    return None if many and not words else ids


def order(
    ids: np.ndarray | None, rows: int, rng: np.random.Generator
) -> np.ndarray:
    """Rows in an order of which each beginning is a fair sample.

    A class with a tenth of the rows has a tenth of each beginning, as nearly
    as whole rows allow. One row of each class stands at the start, so that no
    subset lacks one.
    """
    if ids is None:
        return rng.permutation(rows)
    places = np.empty(rows)
    first = []
    for each in np.unique(ids):
        mine = rng.permutation(np.flatnonzero(ids == each))
        places[mine] = (np.arange(len(mine)) + rng.random()) / len(mine)
        first.append(mine[0])
    places[rng.permutation(first)] = -1.0
    return np.argsort(places, kind="stable")


def sizes(given: Any, rows: int, kinds: int) -> np.ndarray:
    """Numbers of training rows, rising.

    Args:
        given: whole numbers; shares of the rows, up to 1; or None.
        rows: for training.
        kinds: number of classes; 0 where there are none.

    Raises:
        ValueError: if they do not fit.
    """
    least = max(FEWEST, OF_CLASS * kinds)
    if given is None:
        found = rows // 2 ** np.arange(SIZES)[::-1]
        found = found[found >= least]
        if len(found) < 3:
            raise ValueError(
                f"`x` must hold enough rows for a curve, received: {rows} for "
                f"training, where the smallest subset takes {least}. To mend "
                "it, pass `sizes=`, three numbers or more."
            )
        return found
    found = np.asarray(given)
    if found.ndim != 1 or found.dtype.kind not in "uif" or not found.size:
        raise ValueError(
            "`sizes` must be whole numbers of rows or shares of them, "
            f"received: {given!r}. To mend it, pass a list such as "
            "[100, 200, 400]."
        )
    if found.dtype.kind == "f" and (found <= 1).all():
        found = np.round(found * rows)
    found = np.unique(found)
    least = max(1, kinds)
    inside = np.isfinite(found).all() and not (found % 1).any()
    if not inside or found[0] < least or found[-1] > rows or len(found) < 3:
        raise ValueError(
            f"`sizes` must be three different numbers or more from {least} to "
            f"the {rows} rows for training, received: {given!r}. To mend it, "
            "take numbers of this range, or shares such as [0.1, 0.3, 1.0]."
        )
    return found.astype("int64")


def take(structure: Any, rows: np.ndarray) -> Any:
    """Some rows of an array of any kind, in this order."""
    rise = np.argsort(rows)
    back = np.argsort(rise)
    return rows_lib.take(structure, rows[rise])[back]


def held_out(
    ids: np.ndarray | None, rows: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows for training, and rows for validation, stratified."""
    shuffled = order(ids, rows, np.random.default_rng(seed))
    count = max(1, round(HELD_OUT * rows))
    # The start holds a row of each class, which training must see.
    return np.sort(shuffled[:-count]), np.sort(shuffled[-count:])
