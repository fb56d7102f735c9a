"""Rows and errors of all levels of all columns, and of all pairs of levels."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors import contrast
from keras_troubleshoot.improvement.errors.columns import Column
from keras_troubleshoot.improvement.errors.sides import Side

# Rows of a slice at least, and their share of the data set (heuristic: fewer
# are not worth a line, and each slice that is tested costs the others power).
LEAST_ROWS = 30
LEAST_SHARE = 0.005
# Columns up to which all pairs are looked at (heuristic: those of 50 columns
# of 60,000 rows take seconds).
MOST_PAIRED = 50

Key = tuple[tuple[int, int], ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Levels:
    """The levels of some columns in one data set, one after the other.

    Attributes:
        side: the data set.
        keys: the column and the level of each.
        indicator: whether a row is of a level, sparse, shape (rows, levels).
    """

    side: Side
    keys: list[tuple[int, int]]
    indicator: object

    @property
    def least(self) -> int:
        """Rows that a slice must have."""
        return max(LEAST_ROWS, int(np.ceil(LEAST_SHARE * len(self.side))))

    def population(self) -> tuple[float, float, float]:
        """All rows that count, their scores, and the squares of these."""
        scores = self.side.scores[self.side.counted]
        return len(scores), scores.sum(), (scores**2).sum()

    def tables(self) -> np.ndarray:
        """Rows, scores and squared scores of each level, shape (3, levels)."""
        scores = self.side.scores
        weights = np.stack([np.ones(len(scores)), scores, scores**2])
        return (self.indicator.T @ weights.T).T

    def singles(self) -> dict[Key, float]:
        """The p-value of each level with enough rows against all others."""
        table = self.tables()
        p = contrast.p_more(*table[:2], *self.population(), self.side.exact)
        places = np.flatnonzero(table[0] >= self.least)
        return {(self.keys[i],): float(p[i]) for i in places}

    def pairs(self) -> dict[Key, float]:
        """The p-value of each pair of levels with enough rows.

        The largest of three: against all other rows, and against the other
        rows of either level. So a pair stands out only if both matter.
        """
        last = sum(column < MOST_PAIRED for column, _ in self.keys)
        part = self.indicator[:, :last].tocsr()
        table = self.tables()[:, :last]
        columns = np.array([column for column, _ in self.keys[:last]], int)
        rows = (part.T @ part).toarray()
        scores = (part.T @ part.multiply(self.side.scores[:, None])).toarray()
        wide = columns[:, None] < columns[None, :]
        a, b = np.nonzero(wide & (rows >= self.least))
        within = rows[a, b], scores[a, b]
        population = np.array(self.population())[:, None]
        p = np.max(
            [
                contrast.p_more(*within, *others, self.side.exact)
                for others in (population, table[:, a], table[:, b])
            ],
            axis=0,
        )
        keys = zip(a.tolist(), b.tolist(), strict=True)
        return {
            (self.keys[i], self.keys[j]): float(value)
            for (i, j), value in zip(keys, p, strict=True)
        }


def of(columns: list[Column], sides: tuple[Side, ...], place: int) -> Levels:
    """The levels of all columns that one of the data sets has."""
    from scipy import sparse

    side, keys, parts = sides[place], [], []
    counted = np.flatnonzero(side.counted)
    for number, column in enumerate(columns):
        codes = column.codes[place]
        if codes is None:
            continue
        rows = counted[codes[counted] >= 0]
        shape = (len(side), len(column.levels))
        ones = np.ones(len(rows))
        parts.append(sparse.csr_matrix((ones, (rows, codes[rows])), shape))
        keys += [(number, level) for level in range(len(column.levels))]
    empty = sparse.csr_matrix((len(side), 0))
    joined = sparse.hstack(parts, "csr") if parts else empty
    return Levels(side, keys, joined)
