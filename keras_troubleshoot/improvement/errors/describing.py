"""What the rows of a cluster have in common, in words."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors import contrast
from keras_troubleshoot.improvement.errors.columns import Column
from keras_troubleshoot.improvement.errors.given import ClassNames
from keras_troubleshoot.improvement.errors.sides import Side
from keras_troubleshoot.improvement.errors.sizes import size
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Share of a cluster from which on a class is named, and classes, levels and
# words that are named at most.
SHARE = 0.15
NAMED = 3
# How much more frequent a level must be than elsewhere (heuristic).
LIFT = 1.5


@dataclasses.dataclass(frozen=True, eq=False)
class Traits:
    """What can be said of rows.

    Attributes:
        sides: the data sets.
        names: of the classes.
        columns: of metadata.
        words: for each data set, `(row, token id)` pairs of a text as two
            arrays; None where there is none.
        vocabulary: words by token id.
    """

    sides: tuple[Side, ...]
    names: ClassNames
    columns: list[Column]
    words: tuple[tuple[np.ndarray, np.ndarray] | None, ...]
    vocabulary: dict[int, str]

    def describe(self, members: list[np.ndarray]) -> tuple[str, str]:
        """What some rows mostly are, and sentences on what sets them apart.

        Args:
            members: a mask for each data set.
        """
        place = int(np.argmax([mask.sum() for mask in members]))
        side, mask = self.sides[place], members[place]
        told = [self.levels(place, mask), self.telling_words(place, mask)]
        return self.mostly(side, mask), " ".join(filter(None, told))

    def mostly(self, side: Side, mask: np.ndarray) -> str:
        """The most frequent classes, or the mean of the target."""
        targets = side.made.targets[mask]
        if side.made.task == "regression":
            mean, rest = size(targets).mean(), size(side.made.targets).mean()
            return f"target {number(mean)} on average ({number(rest)} overall)"
        if side.made.task == "multilabel":
            shares = targets.reshape(-1, targets.shape[-1]).mean(axis=0)
        else:
            shares = np.bincount(targets.ravel()) / targets.size
        order = np.argsort(-shares, kind="stable")[:NAMED]
        chosen = [i for i in order if shares[i] >= SHARE]
        return ", ".join(
            f"{self.names(i)} ({percent(shares[i])})" for i in chosen
        )

    def levels(self, place: int, mask: np.ndarray) -> str:
        """The metadata that such rows have more often than the others."""
        found = []
        for column in self.columns:
            codes = column.codes[place]
            if codes is None:
                continue
            rates = compared(codes, mask, len(column.levels))
            for level, inside, overall in rates:
                found.append((inside, overall, column.levels[level]))
        found.sort(key=lambda one: one[1] / one[0])
        return "".join(
            f"{name} in {percent(inside)} of them ({percent(overall)} "
            "overall). "
            for inside, overall, name in found[:NAMED]
        ).strip()

    def telling_words(self, place: int, mask: np.ndarray) -> str:
        """The words that such rows hold more often than the others."""
        if self.words[place] is None or not self.vocabulary:
            return ""
        rows, tokens = self.words[place]
        inside = mask[rows]
        ids, codes = np.unique(tokens, return_inverse=True)
        rates = compared(codes, inside, len(ids))
        known = [r for r in rates if int(ids[r[0]]) in self.vocabulary]
        known.sort(key=lambda one: one[2] / one[1])
        words = [self.vocabulary[int(ids[r[0]])] for r in known[:8]]
        return f"Words: {', '.join(words)}." if words else ""


def compared(
    codes: np.ndarray, mask: np.ndarray, levels: int
) -> list[tuple[int, float, float]]:
    """Levels that are clearly more frequent among some rows.

    Args:
        codes: the level of each row; -1 for none.
        mask: the rows.
        levels: how many there are.

    Returns:
        Level, its share among these rows, its share among all.

    Example:
        >>> codes = np.repeat([0, 1], 50)
        >>> compared(codes, codes == 1, 2)
        [(1, 1.0, 0.5)]
    """
    kept = codes >= 0
    rows = np.bincount(codes[kept], minlength=levels)
    hits = np.bincount(codes[kept], mask[kept], minlength=levels)
    inside, total = int(mask.sum()), len(mask)
    p = contrast.p_more(rows, hits, total, inside, inside, exact=True)
    lift = (hits / max(inside, 1)) >= LIFT * rows / total
    chosen = np.flatnonzero((p * levels < contrast.LEVEL) & lift)
    return [
        (int(i), float(hits[i] / inside), float(rows[i] / total))
        for i in chosen
    ]
