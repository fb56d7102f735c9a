"""Rows of a table that show clusters, or distances from the middle."""

from typing import Any

import numpy as np

from keras_troubleshoot.start_simple.data.checks import require_whole
from keras_troubleshoot.start_simple.data.synthetic import making
from keras_troubleshoot.start_simple.data.synthetic import stamps
from keras_troubleshoot.start_simple.data.synthetic.common import settings
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy

# Distance of two clusters in standard deviations of either. A row is nearer
# to another one with a chance of 3e-7 for each: less than 1e-4 of 100 classes.
APART = 10
# Spread of the directions that say nothing, all together, in that of those
# that do. (With 0.1, a network with 64 and 64 units came to an R2 of 0.97 in
# 20 epochs on 1000 rows of 100 features; with 0.03 to 0.99.)
IDLE = 0.03
# Amounts that a row shows, at most.
CAPACITY = 2
# Places to choose the clusters from (heuristic).
CANDIDATES = 4096


class Table:
    """Rows of features of mean 0 and about unit deviation.

    What a row shows lies in a few directions of the space of features, each
    of which goes through all of them.

    Args:
        features: of a row.
        needed: what they are to show.
        rng: of the directions.
    """

    levels = np.inf

    def __init__(self, features: int, needed: Needed, rng: np.random.Generator):
        self.features = features
        self.capacity = min(needed.patterns, features, CAPACITY)
        count = min(needed.patterns, features)
        count = self.capacity if needed.amounts else count
        self.directions = np.linalg.qr(rng.normal(size=(features, count)))[0]
        self.centres = None
        variances = np.full(count, 1 / 3)
        if not needed.amounts:
            self.centres = place(needed.patterns, count, rng)
            variances = np.square(self.centres).mean(axis=0) + 1
        self.idle = IDLE * np.sqrt(variances.sum() / features)
        share = np.square(self.directions)
        variance = share @ variances + self.idle**2 * (1 - share.sum(axis=1))
        self.scale = 1 / np.sqrt(variance)
        self.up = stamps.either(features, rng)
        self.described = f"rows of {features:,} features"

    def show_classes(
        self, ids: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Rows from one of two clusters of a class; -1: from the middle.

        The clusters of a class lie opposite each other, and rows are as
        likely in `x` as in `-x`. A linear model with `softmax` takes each
        class for a convex region. One of these holds the middle. Any other
        lies on one side of a plane through it, and holds at most one of `x`
        and `-x` of all `x`: at most half of its class. Of `C` classes of
        equal size the model gets `(1 + (C - 1) / 2) / C` right at most, that
        is `(C + 1) / (2 * C)`.
        """
        signs = stamps.either(len(ids), rng) * (ids >= 0)
        shown = signs[:, None] * self.centres[ids]
        return self.rows(shown + rng.normal(size=shown.shape), rng)

    def show_amounts(
        self, amounts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Rows where amounts are distances from the middle, either way.

        A target is as likely with `x` as with `-x`: it has a covariance of 0
        with each feature, and a linear model an R2 of 0.
        """
        return self.rows(amounts * rng.choice([-1.0, 1.0], amounts.shape), rng)

    def rows(self, shown: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Rows that show this in their directions, and noise in others."""
        noise = self.idle * rng.normal(size=(len(shown), self.features))
        noise -= noise @ self.directions @ self.directions.T
        rows = shown @ self.directions.T + noise
        return (rows * self.scale).astype("float32")

    def move(
        self,
        x: np.ndarray,
        training: np.ndarray,
        shift: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Each feature higher or lower."""
        del rng
        spread = training.std(axis=0)
        return x + (shift * self.up * spread).astype("float32")


def place(count: int, dimensions: int, rng: np.random.Generator) -> np.ndarray:
    """Places of clusters, with another one opposite each.

    Args:
        count: how many.
        dimensions: of the space; no more than `count`.
        rng: of the places to choose from.

    Returns:
        Shape (count, dimensions). The distances of all, of their opposites
        and of the middle are at least `APART`.
    """
    if dimensions == count:
        return APART * np.eye(count)
    tried = rng.normal(size=(CANDIDATES, dimensions))
    tried /= np.linalg.norm(tried, axis=1, keepdims=True)
    # Evenly in the ball, not only on its surface.
    tried *= rng.uniform(size=(CANDIDATES, 1)) ** (1 / dimensions)
    nearest = np.linalg.norm(tried, axis=1)
    chosen, smallest = [], np.inf
    for _ in range(count):
        farthest = int(nearest.argmax())
        smallest = min(smallest, nearest[farthest])
        chosen.append(tried[farthest])
        for opposite in (chosen[-1], -chosen[-1]):
            away = np.linalg.norm(tried - opposite, axis=1)
            nearest = np.minimum(nearest, away)
    return np.stack(chosen) * APART / smallest


def tabular(rows: int = 1000, features: int = 10, **common: Any) -> Toy:
    """Rows of a table, from two clusters for each class.

    A linear model reaches `(C + 1) / (2 * C)` of `C` balanced classes at
    most, and an R2 of 0 (`Table.show_classes` derives it). The clusters are
    so far apart (`APART`) that less than 1e-4 of the rows lie nearer to
    another class; amounts are shown without noise.

    Most take a small network 5 to 20 epochs. More are needed where there are
    far fewer features than classes, as more clusters share the space then,
    and for regressions with hundreds of features.

    Args:
        rows: of the training part.
        features: of a row.
        **common: `classes`, `task`, `noise`, `imbalance`, `shift`,
            `test_rows` and `seed`; see `Common`.

    Returns:
        The problem, with inputs of unit scale of type float32.

    Raises:
        ValueError: an argument is out of range.
        TypeError: an argument is of another type.

    Example:
        >>> toy = tabular(100, features=4, classes=2, noise=0.05)
        >>> print(toy)
        100 rows of 4 features in 2 classes, 5% of the labels replaced: a
        perfect model reaches an accuracy of 0.95 on 500 test rows, guessing
        0.5.
    """
    require_whole("features", features, 1)
    return making.single(
        lambda needed, rng: Table(features, needed, rng),
        settings(rows, common),
    )
