"""What `label_errors` returns: the suspects and the estimated noise."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.labels import showing
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Pairs of classes, and suspects, that are told.
PAIRS = 5
NAMED = 5


@dataclasses.dataclass(frozen=True, eq=False)
class LabelErrors:
    """Labels that are likely wrong; `str` of it says it in words.

    Attributes:
        rows: how many labels there are.
        judged: how many of them were judged; fewer where it was broken off.
        indices: row numbers of the suspects, the surest first.
        given: the labels that they have.
        suggested: what they should be.
        confidence: shape (rows,): the probability of the given label, by
            which all rows can be ranked; NaN where a row was not judged.
        classes: the labels in the order of `joint`; None for numbers.
        joint: shape (classes, classes): the estimated share of rows with
            each given label (row) and each true one (column).
        estimator: "cleanlab", "own", or "residuals" (of numbers, a
            heuristic).
        inputs: the rows as they were given, for pictures.
    """

    rows: int
    judged: int
    indices: np.ndarray
    given: np.ndarray
    suggested: np.ndarray
    confidence: np.ndarray
    classes: np.ndarray | None
    joint: np.ndarray | None
    estimator: str
    inputs: Any = dataclasses.field(default=None, repr=False)

    @property
    def share(self) -> float:
        """The share of the labels that are suspected."""
        return len(self.indices) / max(1, self.judged)

    @property
    def noise(self) -> float | None:
        """The estimated share of wrong labels, by the joint."""
        if self.joint is None:
            return None
        return float(1 - np.trace(self.joint))

    @property
    def pairs(self) -> list[tuple[Any, Any, float, int]]:
        """Given label, true one, estimated share, suspects; largest first."""
        if self.joint is None:
            return []
        off = self.joint * (1 - np.eye(len(self.joint)))
        places = np.argwhere(off > 0)
        places = sorted(places, key=lambda p: -off[tuple(p)])
        return [self.pair(given, true) for given, true in places]

    def pair(self, given: int, true: int) -> tuple[Any, Any, float, int]:
        """One pair of classes."""
        one, two = self.classes[given], self.classes[true]
        count = int(((self.given == one) & (self.suggested == two)).sum())
        return one.item(), two.item(), float(self.joint[given, true]), count

    def lines(self) -> list[str]:
        """The summary, line by line."""
        told = [self.summary()]
        if self.judged < self.rows:
            told.append(
                f"Broken off: {self.judged:,} of {self.rows:,} were judged."
            )
        for given, true, share, count in self.pairs[:PAIRS]:
            told.append(
                f"  labelled {given}, should be {true}: about "
                f"{percent(share)} of all labels, {count:,} suspected"
            )
        if len(self.indices):
            first = [
                self.told(place) for place in range(len(self.indices))[:NAMED]
            ]
            told.append("The surest: " + "; ".join(first) + ".")
            told.append("Look at them before you change or drop them.")
        return told

    def summary(self) -> str:
        """How many labels are suspected."""
        count = len(self.indices)
        told = (
            f"{count or 'None':} of {self.judged:,} labels "
            if not count
            else f"{count:,} of {self.judged:,} labels ({percent(self.share)}) "
        )
        told += f"{agreeing(max(count, 1), 'is', 'are')} likely wrong"
        if self.joint is None:
            return (
                f"{told}: the residual is an outlier (heuristic, out-of-fold)."
            )
        return (
            f"{told}; estimated noise {percent(self.noise)} (confident "
            "learning, out-of-fold)."
        )

    def told(self, place: int) -> str:
        """One suspect in words."""
        given, suggested = self.given[place], self.suggested[place]
        if self.joint is None:
            given, suggested = number(given), number(suggested)
        return f"row {self.indices[place]} ({given}, should be {suggested})"

    def page_blocks(self) -> tuple:
        """A table and a gallery for the HTML report."""
        return showing.blocks(self)

    def __str__(self) -> str:
        return "\n".join(self.lines())
