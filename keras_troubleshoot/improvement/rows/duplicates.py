"""What `find_duplicates` returns: the groups of rows that are alike."""

import dataclasses
import functools

import numpy as np

from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@dataclasses.dataclass(frozen=True, eq=False)
class Duplicates:
    """Rows that come up again; `str` of it says it in words.

    Attributes:
        rows: how many were compared.
        group: shape (rows,): the number of the group of each row, -1 for
            rows that have no copy.
        exact: shape (rows,): rows with the same number are equal.
        by_chance: rows that equal another one, but hold so few different
            values that this is chance; they are in no group.
        conflicts: rows in groups whose targets differ; None without targets.
        threshold: the largest distance of near rows; None where they were
            not looked for.
        recall: the share of the near pairs, of those that lie at just that
            distance, that are found in expectation.
        told: why near rows were not looked for, or "".
        texts: whether texts or tokens were compared, by shared pieces.
    """

    rows: int
    group: np.ndarray
    exact: np.ndarray
    by_chance: int
    conflicts: int | None
    threshold: float | None
    recall: float
    told: str = ""
    texts: bool = False

    @functools.cached_property
    def groups(self) -> tuple[np.ndarray, ...]:
        """Row numbers of each group, by the first of them."""
        some = np.flatnonzero(self.group >= 0)
        if not len(some):
            return ()
        order = some[np.argsort(self.group[some], kind="stable")]
        cuts = np.flatnonzero(np.diff(self.group[order])) + 1
        return tuple(sorted(np.split(order, cuts), key=lambda rows: rows[0]))

    @functools.cached_property
    def keep(self) -> np.ndarray:
        """Numbers of the rows that are left without copies, in order."""
        some = np.flatnonzero(self.group >= 0)
        _, first = np.unique(self.group[some], return_index=True)
        kept = self.group < 0
        kept[some[first]] = True
        return np.flatnonzero(kept)

    @property
    def duplicated(self) -> int:
        """How many rows have a copy."""
        return int((self.group >= 0).sum())

    @property
    def share(self) -> float:
        """The share of rows that have a copy."""
        return self.duplicated / self.rows

    @functools.cached_property
    def counts(self) -> tuple[int, int, int, int]:
        """Groups and rows that are equal, and that are near."""
        equal = [len(np.unique(self.exact[g])) == 1 for g in self.groups]
        sizes = np.array([len(g) for g in self.groups], int)
        equal = np.array(equal, bool)
        return (
            int(equal.sum()),
            int(sizes[equal].sum()),
            int((~equal).sum()),
            int(sizes[~equal].sum()),
        )

    def lines(self) -> list[str]:
        """The summary, line by line."""
        told = [self.summary()]
        if self.conflicts:
            told.append(
                f"{self.conflicts:,} rows stand in groups whose targets "
                "differ: at least one of each group is noise."
            )
        if self.by_chance:
            told.append(by_chance(self.by_chance, "x"))
        if self.threshold is not None:
            told.append(self.nearness())
        elif self.told:
            told.append(f"Only equal rows were looked for: {self.told}.")
        return told

    def summary(self) -> str:
        """How many rows have copies."""
        if not self.duplicated:
            return f"None of {self.rows:,} rows has a copy."
        equal, equal_rows, near, near_rows = self.counts
        told = []
        if equal:
            told.append(f"{groups(equal)} of {equal_rows:,} equal rows")
        if near:
            word = "ones" if equal else "rows"
            told.append(f"{groups(near)} of {near_rows:,} near {word}")
        return (
            f"{self.duplicated:,} of {self.rows:,} rows "
            f"({percent(self.share)}) "
            f"{agreeing(self.duplicated, 'has', 'have')} a copy: "
            f"{', '.join(told)}. Without the copies {len(self.keep):,} rows "
            "are left (`keep`)."
        )

    def nearness(self) -> str:
        """What counted as near."""
        if self.texts:
            return f"Near: {percent(1 - self.threshold)} of the pieces shared."
        told = f"Near: up to a distance of {number(self.threshold)}"
        if self.recall < 1:
            told += f" ({percent(self.recall)} of the pairs there are found)"
        return f"{told}, in standard deviations."

    def __str__(self) -> str:
        return "\n".join(self.lines())


def groups(count: int) -> str:
    """A number of groups."""
    return f"{count:,} {agreeing(count, 'group', 'groups')}"


def by_chance(rows: int, name: str) -> str:
    """What is said of rows that are equal by chance."""
    return (
        f"{rows:,} rows repeat, as chance would have it in `{name}` with so "
        "few distinct values."
    )
