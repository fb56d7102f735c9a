"""What rows of the inputs look like: pictures, words, lines or numbers."""

import dataclasses
import functools
from typing import Any

import numpy as np

from keras_troubleshoot.facts import kinds
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.improvement.errors import thumbnails
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.rules.words import number

# Rows that the kind and the range of an input are told from.
LOOKED_AT = 1000
# Letters of a text, lines and steps of a series, and numbers of a row of a
# table that are shown at most: so the report stays small.
LETTERS = 300
LINES = 4
STEPS = 100
NUMBERS = 8


@dataclasses.dataclass(frozen=True, eq=False)
class Leaf:
    """One input and what it is.

    Attributes:
        name: as the user would write it.
        values: all rows.
        kind: "image", "text", "series" or "table".
        low: of an image, what is black.
        high: of an image, what is white.
    """

    name: str
    values: Any
    kind: str
    low: float = 0.0
    high: float = 1.0

    @functools.cached_property
    def columns(self) -> list[str]:
        """Names of the features of a table."""
        named = getattr(self.values, "columns", None)
        if named is not None:
            return [str(name) for name in named]
        return [f"{self.name}[:, {i}]" for i in range(self.values.shape[1])]

    def row(self, place: int) -> np.ndarray:
        """One row."""
        return rows_lib.take(self.values, np.array([place]))[0]


def leaves(x: Any, vocabulary: dict[int, str]) -> list[Leaf]:
    """The inputs that can be shown."""
    found = [leaf(n, a, vocabulary) for n, a in nests.leaves(x, "x")]
    return [one for one in found if one is not None]


def leaf(name: str, values: Any, vocabulary: dict[int, str]) -> Leaf | None:
    """An input with its kind; None where it cannot be shown."""
    few = np.arange(min(len_of(values), LOOKED_AT))
    seen = rows_lib.take(values, few)
    if seen.dtype.kind in "USO":
        words = seen.ndim == 1 or seen[0].size == 1
        words = words and isinstance(seen.ravel()[0], str | bytes)
        return Leaf(name, values, "text" if words else "table")
    if seen.ndim < 2 or seen.dtype.kind not in "biuf":
        return Leaf(name, np.asarray(values).reshape(len(values), -1), "table")
    array = Array(name, seen)
    told = kinds.kind(array)
    if vocabulary and seen.ndim == 2 and seen.dtype.kind in "iu":
        told = Input.TOKENS
    if told is Input.IMAGE or kinds.lacks_channels(array):
        return Leaf(name, values, "image", *span(seen))
    words = {Input.TOKENS: "text", Input.SEQUENCE: "series"}
    known = {**words, Input.TABULAR: "table"}
    return Leaf(name, values, known[told]) if told in known else None


def len_of(values: Any) -> int:
    """Rows of an array of any kind."""
    return int(rows_lib.shape_of(values)[0])


def span(seen: np.ndarray) -> tuple[float, float]:
    """What is black and what is white in some pictures."""
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    if seen.dtype == np.uint8:
        return 0.0, 255.0
    if 0 <= low and high <= 1:
        return 0.0, 1.0
    return low, high


def kind_of(shown: list[Leaf]) -> str:
    """What the inputs mostly are."""
    kinds_seen = [one.kind for one in shown]
    for kind in ("image", "text", "series"):
        if kind in kinds_seen:
            return kind
    return "table"


def of_row(shown: list[Leaf], row: int, vocabulary: dict[int, str]) -> dict:
    """A row as `text`, `png` and `figure` of an `Example`."""
    made: dict[str, Any] = {}
    for one in shown:
        values = one.row(row)
        if one.kind == "image":
            made.setdefault("png", thumbnails.png(values, one.low, one.high))
        elif one.kind == "series":
            made.setdefault("figure", lines(one.name, values))
        elif one.kind == "text":
            made.setdefault("text", words(values, vocabulary))
    if not made:
        tables = [one for one in shown if one.kind == "table"]
        made["text"] = "; ".join(cells(one, one.row(row)) for one in tables)
    return made


def words(values: np.ndarray, vocabulary: dict[int, str]) -> str:
    """A text: strings as they are, token ids by their words."""
    flat = np.asarray(values).ravel()
    if flat.dtype.kind in "USO":
        whole = flat[0]
        told = (
            whole.decode("utf8", "replace")
            if isinstance(whole, bytes)
            else str(whole)
        )
    else:
        # Zeros fill a text up.
        kept = flat[flat != 0]
        told = " ".join(vocabulary.get(int(i), str(int(i))) for i in kept)
    return told if len(told) <= LETTERS else f"{told[: LETTERS - 3]}..."


def lines(name: str, values: np.ndarray) -> Figure:
    """A series: a line for each of its first features."""
    step = max(1, -(-len(values) // STEPS))
    thin = values[::step, :LINES]
    return Figure(
        "lines",
        name,
        tuple(f"feature {i}" for i in range(thin.shape[1])),
        tuple(
            tuple(float(f"{v:.4g}") for v in column)
            for column in thin.astype("float64").T
        ),
    )


def cells(one: Leaf, values: np.ndarray) -> str:
    """The first numbers of a row of a table."""
    told = []
    for name, value in zip(one.columns, np.ravel(values), strict=False):
        if len(told) == NUMBERS:
            told.append("...")
            break
        is_number = isinstance(value, int | float | np.number)
        told.append(f"{name} = {number(value) if is_number else value}")
    return ", ".join(told)
