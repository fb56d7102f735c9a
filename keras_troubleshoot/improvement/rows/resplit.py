"""`resplit`: a fresh validation set from the test distribution."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.labels import given
from keras_troubleshoot.improvement.rows import alike
from keras_troubleshoot.improvement.rows import dividing
from keras_troubleshoot.improvement.rows import gathering
from keras_troubleshoot.improvement.rows import options
from keras_troubleshoot.improvement.rows import sets
from keras_troubleshoot.report import progress


@dataclasses.dataclass(frozen=True, eq=False)
class Resplit:
    """A new validation and a new test set; `str` says what was done.

    Attributes:
        validation: `(x, y)`, or `x` alone where there are no targets.
        test: likewise.
        validation_rows: their row numbers among the test rows, with those of
            the old validation set behind them.
        test_rows: likewise.
        sentence: what was done.
    """

    validation: Any
    test: Any
    validation_rows: np.ndarray
    test_rows: np.ndarray
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def resplit(
    test: Any,
    validation: Any = None,
    *,
    share: float = 0.5,
    groups: Any = None,
    stratify: bool = True,
    near: str | float | None = "auto",
    seed: int = 0,
    verbose: bool = True,
) -> Resplit:
    """Draws a fresh validation set from the test distribution.

    Where the error on the test set is much above that on the validation set,
    many decisions were made by the latter, and it has been over-fitted: the
    lecture resamples it from the test distribution. The rows of both are put
    together and split again, so that a decision by the new validation set
    holds for the new test set. Equal and near rows, and rows of a group,
    come to one side.

    Args:
        test: `(x, y)`, `x` alone, or a stream. A tuple is always `(x, y)` or
            `(x, y, sample_weight)`.
        validation: the old validation set, if its rows are of the test
            distribution and are to be used again; None leaves it out.
        share: of the rows that come to the new validation set.
        groups: one id of each row, such as that of a patient; of the test
            rows, with those of `validation` behind them.
        stratify: whether both sets get the classes (of numbers, the tenths)
            in the same shares, as far as groups allow.
        near: as `find_duplicates` takes it.
        seed: of the split.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        Both sets, their row numbers, and what was done.

    Raises:
        ValueError: the sets cannot be read or split, or an argument is out of
            range.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> y = np.arange(100) % 2
        >>> print(resplit((x, y), share=0.3))
        Split 100 rows into 30 for validation and 70 for the test, stratified
        by `y`; no copies to keep together.
    """
    near, seed = options.near(near), options.seed(seed)
    require_share(share)
    x, y = pooled(test, validation)
    rows = len(nests.arrays(x)[0])
    tell = progress.Progress("Looking for copies", verbose)
    reader = gathering.Reader(gathering.sampled(x, y), near is not None, seed)
    found = alike.find(reader.read(x, y, verbose), near, seed, tell)
    units, told = belonging(found, groups, rows)
    strata = np.zeros(rows, int)
    if stratify and y is not None:
        labels = given.read(y)
        strata = dividing.strata(labels.values, labels.classes is not None)
        told = f"stratified by `y`; {told}"
    first = dividing.divide(units, strata, share, seed)
    require_both(first)
    one, two = np.flatnonzero(first), np.flatnonzero(~first)
    sentence = (
        f"Split {rows:,} rows into {len(one):,} for validation and "
        f"{len(two):,} for the test, {told}."
    )
    return Resplit(taken(x, y, one), taken(x, y, two), one, two, sentence)


def pooled(test: Any, validation: Any) -> tuple[Any, Any]:
    """The rows of both sets together.

    Raises:
        ValueError: if they do not go together.
    """
    x, y = sets.arrays(test, "test")
    if validation is None:
        return x, y
    more = sets.arrays(validation, "validation")
    try:
        return tuple(
            nests.transform(lambda a, b: np.concatenate([a, b]), one, two)
            for one, two in zip((x, y), more, strict=True)
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(
            "`validation` must have the inputs and targets of `test`, "
            f"received others ({error}). To mend it, pass both as `(x, y)` of "
            "one structure."
        ) from error


def belonging(found: alike.Alike, groups: Any, rows: int) -> tuple:
    """Which rows stay together, and what is said of it."""
    alone = np.arange(rows) + found.near.max() + 1
    units = np.where(found.by_chance, alone, found.near)
    copies = rows - len(np.unique(units))
    told = f"{copies:,} copies kept with their like"
    told = told if copies else "no copies to keep together"
    if groups is None:
        return units, told
    ids = sets.ids(groups, rows, "groups")
    _, ids = np.unique(ids, return_inverse=True)
    # Rows are connected through their group, and through their copies.
    nodes = int(ids.max()) + 1
    edges = np.stack([ids, units + nodes], axis=1)
    connected = alike.connected(int(edges.max()) + 1, edges)[ids]
    return connected, f"each of {nodes:,} groups on one side; {told}"


def require_share(share: Any) -> None:
    """Raises ValueError unless it lies between 0 and 1."""
    number = isinstance(share, int | float) and not isinstance(share, bool)
    if not number or not 0 < share < 1:
        raise ValueError(
            "`share` must be a number between 0 and 1, received: "
            f"share={share!r}. To mend it, leave it out for a half."
        )


def require_both(first: np.ndarray) -> None:
    """Raises ValueError if all rows came to one side."""
    if first.all() or not first.any():
        raise ValueError(
            "`test` must have rows for both sides, received: "
            f"{len(first):,} rows that belong together. To mend it, pass more "
            "rows or finer `groups`."
        )


def taken(x: Any, y: Any, rows: np.ndarray) -> Any:
    """Some rows, as they were passed."""
    some = nests.transform(lambda leaf: leaf[rows], x)
    if y is None:
        return some
    return some, nests.transform(lambda leaf: leaf[rows], y)
