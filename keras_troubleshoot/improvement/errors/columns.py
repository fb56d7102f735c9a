"""Columns of metadata as levels: categories, and numbers cut into bins."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.errors.sides import Side
from keras_troubleshoot.rules.words import number

# Bins of equal size that numbers are cut into, and different numbers up to
# which each is a category of its own (heuristic).
BINS = 5
FEW = 10
# Most frequent categories that are looked at (heuristic: rarer ones have
# hardly enough rows).
MOST_LEVELS = 50
MISSING = ("", "nan", "NaN", "NaT", "<NA>", "None")


@dataclasses.dataclass(frozen=True, eq=False)
class Column:
    """One column of metadata.

    Attributes:
        name: of the column.
        levels: what each level is, as a condition such as "light = night".
        codes: for each data set the level of each row, shape (n,); -1 for
            rows of none; None where the column is not given.
    """

    name: str
    levels: tuple[str, ...]
    codes: tuple[np.ndarray | None, ...]


def read(given: tuple, sides: tuple[Side, ...]) -> list[Column]:
    """The columns of some metadata.

    Args:
        given: for each data set a mapping of columns, or a table; None
            where there is none.
        sides: the data sets.

    Raises:
        TypeError: if it is neither.
        ValueError: if a column does not fit the rows, or is missing in one
            of two.
    """
    tables = [
        None if one is None else table(one, side)
        for one, side in zip(given, sides, strict=True)
    ]
    known = [set(one) for one in tables if one is not None]
    for name in set().union(*known) if known else ():
        if not all(name in one for one in known):
            raise ValueError(
                "`metadata` must have the same columns for both data sets, "
                f"received: {name!r} in one of them alone. To mend it, add it "
                "to the other, or leave it out."
            )
    first = next((one for one in tables if one is not None), {})
    return [
        column(name, [None if t is None else t[name] for t in tables])
        for name in first
    ]


def table(metadata: Any, side: Side) -> dict[str, np.ndarray]:
    """Columns by name.

    Raises:
        TypeError: if it is neither a mapping nor a table.
        ValueError: if a column is not one value for each row.
    """
    if not isinstance(metadata, Mapping) and not hasattr(metadata, "columns"):
        raise TypeError(
            "`metadata` must be a mapping of columns, or a table with named "
            f"columns, received: {type(metadata).__name__}. To mend it, pass "
            "such as `{'light': values}`."
        )
    names = getattr(metadata, "columns", metadata)
    found = {str(name): np.asarray(metadata[name]) for name in names}
    for name, values in found.items():
        if values.shape != (len(side),) or values.dtype.kind not in "biufUSOM":
            raise ValueError(
                f"`metadata[{name!r}]` must hold one value for each of the "
                f"{len(side):,} rows of {side.name}, received: "
                f"{values.dtype} of shape {values.shape}. To mend it, pass "
                "numbers, words or dates."
            )
    return found


def column(name: str, values: list[np.ndarray | None]) -> Column:
    """A column with its levels, which are told from both data sets."""
    given = [v for v in values if v is not None]
    parts = [as_numbers(v) for v in given]
    numeric = all(part is not None for part in parts)
    if numeric:
        joined = np.concatenate(parts)
        finite = np.unique(joined[np.isfinite(joined)])
        if len(finite) > FEW:
            dates = given[0].dtype.kind == "M"
            return binned(name, [as_numbers(v) for v in values], dates)
    return categories(
        name, [None if v is None else as_words(v) for v in values]
    )


def as_numbers(values: np.ndarray | None) -> np.ndarray | None:
    """Numbers or dates as float64; None where they are neither."""
    if values is None:
        return None
    if values.dtype.kind == "M":
        seconds = values.astype("datetime64[s]")
        missing = np.isnat(seconds)
        return np.where(missing, np.nan, seconds.astype("int64") * 1.0)
    if values.dtype.kind == "O":
        try:
            values = np.array([np.nan if v is None else v for v in values])
        except (TypeError, ValueError):
            return None
    if values.dtype.kind not in "iuf":
        return None
    return values.astype("float64")


def as_words(values: np.ndarray) -> np.ndarray:
    """Each value as a word; empty where it is missing."""
    if values.dtype.kind in "iuf":
        words = [number(v) if np.isfinite(v) else "" for v in values.tolist()]
    else:
        values = values.tolist()
        words = [v.decode() if isinstance(v, bytes) else str(v) for v in values]
    return np.array(["" if w in MISSING else w for w in words], dtype=object)


def binned(name: str, values: list, dates: bool) -> Column:
    """Numbers cut at the quantiles of all of them."""
    joined = np.concatenate([v for v in values if v is not None])
    finite = joined[np.isfinite(joined)]
    edges = np.unique(np.quantile(finite, np.linspace(0, 1, BINS + 1)))
    missing = len(edges) - 1
    levels = [
        f"{name} from {told(low, dates)} to {told(high, dates)}"
        for low, high in zip(edges[:-1], edges[1:], strict=True)
    ]
    codes = []
    for one in values:
        if one is None:
            codes.append(None)
            continue
        code = np.searchsorted(edges[1:-1], one, side="right")
        codes.append(np.where(np.isfinite(one), code, missing))
    return Column(name, (*levels, f"{name} missing"), tuple(codes))


def told(value: float, dates: bool) -> str:
    """An edge of a bin."""
    if not dates:
        return number(value)
    return str(np.datetime64(int(value), "s").astype("datetime64[m]"))


def categories(name: str, values: list) -> Column:
    """Words, each a level; only the most frequent ones."""
    joined = np.concatenate([v for v in values if v is not None])
    words, counts = np.unique(joined.astype(str), return_counts=True)
    words = words[np.argsort(-counts, kind="stable")][:MOST_LEVELS]
    places = {word: place for place, word in enumerate(words.tolist())}
    levels = tuple(f"{name} = {w}" if w else f"{name} missing" for w in words)
    codes = tuple(
        None if one is None else np.array([places.get(w, -1) for w in one], int)
        for one in values
    )
    return Column(name, levels, codes)
