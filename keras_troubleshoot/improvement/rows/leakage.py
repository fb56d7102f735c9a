"""What `find_leakage` returns: what of a set is known from training."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.rows.duplicates import by_chance
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Columns and groups that are named.
NAMED = 5


@dataclasses.dataclass(frozen=True, eq=False)
class Leakage:
    """How training data and another set hang together; `str` says it.

    Attributes:
        rows: of the other set.
        exact: its rows that equal a training row.
        near: its rows that are near a training row, but equal none.
        by_chance: its rows that equal a training row, but hold so few
            different values that this is chance; they are not in `exact`.
        threshold: the largest distance of near rows; None where they were
            not looked for.
        told: why not, or "".
        groups: ids that come up in both sets; None where none were given.
        group_rows: rows of the other set that belong to these.
        late: share of the training rows that are not older than the oldest
            of the other set; None where no times were given.
        giveaways: names of columns that foretell the target each by itself,
            with the share of the way from chance to all right on unseen rows.
    """

    rows: int
    exact: np.ndarray
    near: np.ndarray
    by_chance: int
    threshold: float | None
    told: str = ""
    groups: tuple[Any, ...] | None = None
    group_rows: int = 0
    late: float | None = None
    giveaways: tuple[tuple[str, float], ...] = ()

    @property
    def leaked(self) -> np.ndarray:
        """Rows of the other set that are known from training, in order."""
        return np.union1d(self.exact, self.near)

    @property
    def share(self) -> float:
        """The share of the other set that is known from training."""
        return len(self.leaked) / self.rows

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not (
            len(self.leaked) or self.groups or self.late or self.giveaways
        )

    def lines(self) -> list[str]:
        """The summary, line by line."""
        told = [self.copies()]
        if self.by_chance:
            told.append(by_chance(self.by_chance, "other"))
        if self.told:
            told.append(f"Only equal rows were looked for: {self.told}.")
        if self.groups is not None:
            told.append(self.shared())
        if self.late is not None:
            told.append(self.order())
        for name, score in self.giveaways[:NAMED]:
            told.append(
                f"{name} alone foretells the target ({percent(score)} of the "
                "way from chance to all right): is it known when the model "
                "is used?"
            )
        return told

    def copies(self) -> str:
        """How many rows are known."""
        if not len(self.leaked):
            return f"None of {self.rows:,} rows is known from training."
        near = f"{len(self.near):,} near one"
        if self.threshold is not None:
            near += f" (up to {number(self.threshold)})"
        return (
            f"{len(self.leaked):,} of {self.rows:,} rows "
            f"({percent(self.share)}) "
            f"{agreeing(len(self.leaked), 'is', 'are')} known from training: "
            f"{len(self.exact):,} equal a training row, {near}. To mend it, "
            "drop them (`leaked`)."
        )

    def shared(self) -> str:
        """Which groups come up on both sides."""
        if not self.groups:
            return "No group comes up in both sets."
        more = ", ..." if len(self.groups) > NAMED else ""
        return (
            f"{len(self.groups):,} groups come up in both sets, with "
            f"{self.group_rows:,} of the {self.rows:,} rows: "
            f"{listed(self.groups[:NAMED])}{more}. To mend it, split by group."
        )

    def order(self) -> str:
        """Whether training lies before the other set."""
        if not self.late:
            return "All training rows are older than the other set."
        return (
            f"{percent(self.late)} of the training rows are not older than "
            "the oldest of the other set: the model may learn from the future."
        )

    def __str__(self) -> str:
        return "\n".join(self.lines())
