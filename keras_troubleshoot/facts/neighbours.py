"""Whether targets follow from inputs, asked of the nearest neighbours.

A plain method that needs no training: what it finds is really in the data.
"""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import linear
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array

# Rows that are compared with each other: enough for a clear answer, and
# 2000 x 2000 distances take a tenth of a second.
MOST_ROWS = 2000
# Columns of wide rows that are kept, by random projection.
MOST_COLUMNS = 512
NEIGHBOURS = 10


@dataclasses.dataclass(frozen=True)
class Signal:
    """How well the neighbours of a row foretell its target.

    Attributes:
        rows: how many rows were compared.
        classes: number of classes; 0 where the target is a real number.
        score: share of right votes (classes), or correlation (numbers).
        chance: the score where targets were shuffled, mean of several.
        deviation: its standard deviation over the shuffles.
        shifted: best score with targets moved by one to three rows.
        shift: by how many rows, for that.
        pure_error: share of wrong votes in the half of rows whose
            neighbours agree most; None where the target is a number.
        error: share of wrong votes overall; None likewise.
        consistency: share of votes that the neighbours' own votes confirm;
            None likewise. High where classes lie apart, however many of the
            labels are wrong.
        linear: `score` of a linear model instead of neighbours.
        linear_chance: its `chance`.
        linear_deviation: its `deviation`.
    """

    rows: int
    classes: int
    score: float
    chance: float
    deviation: float
    shifted: float
    shift: int
    pure_error: float | None = None
    error: float | None = None
    consistency: float | None = None
    linear: float = 0.0
    linear_chance: float = 0.0
    linear_deviation: float = 0.0

    @property
    def found(self) -> bool:
        """Whether targets are foretold better than by chance."""
        near = self.chance + 4 * self.deviation + 0.01
        line = self.linear_chance + 4 * self.linear_deviation + 0.01
        return self.score > near or self.linear > line


def signal(
    inputs: tuple[Array, ...], target: Array, usable, amounts: bool = False
) -> Signal | None:
    """Asks the neighbours; None where that cannot be done.

    Args:
        inputs: numeric input arrays.
        target: one label or number a row.
        usable: whether each sampled row is finite.
        amounts: whether whole numbers are amounts, not class ids.
    """
    y = labels(target)
    if y is None:
        return None
    rows = np.flatnonzero(usable)[:MOST_ROWS]
    if len(rows) < 100:
        return None
    x = features(inputs, rows)
    y = y[rows]
    if x is None or len(np.unique(y)) < 2:
        return None
    near = nearest(x)
    real = (targets.Target.REAL, targets.Target.SHARES)
    grades = amounts and targets.kind(target) is targets.Target.CLASSES
    discrete = targets.kind(target) not in real and not grades
    judge = vote if discrete else correlate
    rng = np.random.default_rng(0)
    shuffles = [judge(near, rng.permutation(y)) for _ in range(8)]
    moved = {s: judge(near, np.roll(y, s)) for s in (-3, -2, -1, 1, 2, 3)}
    shift = max(moved, key=moved.get)
    wrong = purity(near, y) if discrete else (None, None, None)
    shuffled = [rng.permutation(y) for _ in range(8)]
    line = linear.foretold(x, [y, *shuffled], discrete)
    return Signal(
        rows=len(rows),
        classes=len(np.unique(y)) if discrete else 0,
        score=judge(near, y),
        chance=float(np.mean(shuffles)),
        deviation=float(np.std(shuffles)),
        shifted=moved[shift],
        shift=shift,
        pure_error=wrong[0],
        error=wrong[1],
        consistency=wrong[2],
        linear=line[0],
        linear_chance=float(np.mean(line[1:])),
        linear_deviation=float(np.std(line[1:])),
    )


def labels(target: Array) -> np.ndarray | None:
    """One label or number a row; None where a row has several."""
    kind = targets.kind(target)
    if kind is targets.Target.ONE_HOT and target.values.ndim == 2:
        return target.flat.argmax(axis=1)
    if target.features == 1 and target.numeric:
        return target.flat[:, 0]
    return None


def features(inputs, rows) -> np.ndarray | None:
    """Numeric inputs as columns of zero mean and, if unlike, unit spread."""
    parts = []
    for array in inputs:
        if not array.numeric:
            continue
        part = np.asarray(array.values[rows], "float32")
        part = part.reshape(len(rows), -1)
        parts.append(scaled(part, array.spatial))
    if not parts:
        return None
    x = np.hstack(parts)
    if x.shape[1] > MOST_COLUMNS:
        rng = np.random.default_rng(0)
        mix = rng.normal(size=(x.shape[1], MOST_COLUMNS)).astype("float32")
        x = x @ mix / np.sqrt(MOST_COLUMNS)
    return x


def scaled(part, spatial) -> np.ndarray:
    """Columns around zero; those of pictures keep their relative size."""
    part = part - part.mean(0)
    spread = part.std(0)
    unit = spread.mean() if spatial else np.where(spread > 0, spread, 1)
    weight = 1 / np.sqrt(part.shape[1])
    return part / np.maximum(unit, 1e-12) * weight


def nearest(x) -> np.ndarray:
    """Indices of the nearest other rows, shape (rows, NEIGHBOURS).

    Of rows that are the same only later ones are compared with, so that
    copies do not vote for themselves.
    """
    square = (x**2).sum(1)
    distance = square[:, None] + square[None] - 2 * (x @ x.T)
    distance[distance < 1e-6 * max(float(square.mean()), 1e-12)] = np.inf
    np.fill_diagonal(distance, np.inf)
    return np.argpartition(distance, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]


def votes(near, y) -> tuple[np.ndarray, np.ndarray]:
    """The most frequent label among the neighbours, and its share."""
    classes, ids = np.unique(y, return_inverse=True)
    counts = np.zeros((len(y), len(classes)), "int32")
    rows = np.repeat(np.arange(len(y)), near.shape[1])
    np.add.at(counts, (rows, ids[near].ravel()), 1)
    return classes[counts.argmax(1)], counts.max(1) / near.shape[1]


def vote(near, y) -> float:
    """Mean over the classes of the share of right votes."""
    return linear.balanced(votes(near, y)[0], y)


def correlate(near, y) -> float:
    """Rank correlation of a number with the mean of its neighbours."""
    return linear.rank_correlation(y[near].mean(1), y)


def purity(near, y) -> tuple[float, float, float]:
    """Share of wrong votes where neighbours agree most, overall; agreement.

    The last is the share of votes that a vote among the votes confirms.
    """
    chosen, share = votes(near, y)
    wrong = chosen != y
    pure = np.argsort(-share, kind="stable")[: len(y) // 2]
    again, _ = votes(near, chosen)
    return (
        float(wrong[pure].mean()),
        float(wrong.mean()),
        float((again == chosen).mean()),
    )
