"""What `simplify` returns: the smaller problem, and what was kept."""

import dataclasses
from typing import Any
from typing import NamedTuple

import numpy as np

from keras_troubleshoot.start_simple.data.simplifying.labels import Label

# Classes that the sentence names at most.
NAMED = 10


@dataclasses.dataclass(frozen=True, eq=False)
class Kept:
    """What was kept of the data; `str` of it is the sentence.

    Attributes:
        sentence: what was kept, in words.
        rows: how many rows.
        of: from how many rows they were drawn.
        classes: the old id of each new one; None where all were kept as
            they were.
        indices: of arrays, the numbers of the rows that were kept, in
            rising order; None for streams.
    """

    sentence: str
    rows: int
    of: int
    classes: dict[int, int | float] | None = None
    indices: np.ndarray | None = None

    def __str__(self) -> str:
        return self.sentence


class Simplified(NamedTuple):
    """The smaller problem, as `x, y, kept = simplify(...)`.

    Attributes:
        x: NumPy arrays in the structure of the inputs.
        y: the same of the targets; None where there are none.
        kept: what was kept.
    """

    x: Any
    y: Any
    kept: Kept

    def __str__(self) -> str:
        return self.kept.sentence


@dataclasses.dataclass(frozen=True, eq=False)
class Choice:
    """The rows and classes that were chosen.

    Attributes:
        indices: numbers of the rows.
        eligible: how many there were to choose from, of the classes kept.
        label: the target by which they were drawn; None where there is none.
        classes: old ids in their new order; None where all are kept.
        present: how many classes there are.
        frequent: whether they are the most frequent, not those asked for.
    """

    indices: np.ndarray
    eligible: int
    label: Label | None = None
    classes: np.ndarray | None = None
    present: int = 0
    frequent: bool = False

    @property
    def mapping(self) -> dict[int, int | float] | None:
        """The old id of each new one."""
        if self.classes is None:
            return None
        return dict(enumerate(self.classes.tolist()))


def sentence(choice: Choice, total: int, cut_off: str, done: tuple) -> str:
    """What was kept in words.

    Args:
        choice: the rows and classes.
        total: rows of the data, or those that were read of a stream.
        cut_off: the kind of the stream of which only the first rows were
            read, or "".
        done: what was done to the inputs.

    Returns:
        One sentence.
    """
    parts = [told_rows(choice, total, cut_off)]
    if choice.classes is not None:
        parts.append(told_classes(choice))
    return f"Kept {', '.join([*parts, *done])}."


def told_rows(choice: Choice, total: int, cut_off: str) -> str:
    """How many rows were kept, and how they were drawn."""
    of = f"{total:,} example{'' if total == 1 else 's'}"
    every = f"all {of}"
    if cut_off:
        every = of = f"the first {of} of a {cut_off}"
    rows = len(choice.indices)
    told = every if rows == total else f"{rows:,} of {of}"
    if rows == choice.eligible:
        return told
    if choice.label is None:
        return f"{told} (at random)"
    name = choice.label.name
    by = "class" if name == "y" else f"class of {name}"
    return f"{told} (stratified by {by})"


def told_classes(choice: Choice) -> str:
    """Which classes were kept, and their new numbers."""
    ids = choice.classes
    named = ", ".join(f"{i:g}" for i in ids[:NAMED])
    named += ", ..." if len(ids) > NAMED else ""
    if choice.frequent and len(ids) < choice.present:
        named = f"the most frequent: {named}"
    if not np.array_equal(ids, np.arange(len(ids))):
        named += f"; renumbered 0 to {len(ids) - 1}"
    return f"{len(ids):,} of {choice.present:,} classes ({named})"
