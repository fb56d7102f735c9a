"""The order in which training rows are fed."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.data import Data


@dataclasses.dataclass(frozen=True)
class Order:
    """How the targets of consecutive batches are made up.

    Attributes:
        batches: how many consecutive batches were compared.
        rows: rows in each of them.
        within: mean disorder of targets within a batch (Gini impurity of
            classes, variance of numbers).
        overall: the same over all rows of these batches together.
        expected: what `within / overall` is for shuffled rows, by shuffling.
        deviation: standard deviation of that.
        classes: whether targets are classes.
    """

    batches: int
    rows: int
    within: float
    overall: float
    expected: float
    deviation: float
    classes: bool

    @property
    def ratio(self) -> float:
        """Disorder within batches as a share of the overall one."""
        return self.within / self.overall if self.overall else 1.0


def order(data: Data, batch: int, y: np.ndarray | None = None) -> Order | None:
    """Compares the targets of consecutive batches.

    Args:
        data: the training data.
        batch: rows of a batch, where the data are arrays.
        y: targets in the order in which they are fed; None takes those of
            the sample.

    Returns:
        None where targets have no order to speak of, or too few are known.
    """
    kind = targets.kind(data.targets[0])
    y = neighbours.labels(data.targets[0]) if y is None else y
    if y is None or len(y) < 4 * max(batch, 1) or batch < 2:
        return None
    y = y[np.isfinite(y)]
    count = len(y) // batch
    y = y[: count * batch]
    classes = kind not in (targets.Target.REAL, targets.Target.SHARES)
    disorder = impurity if classes else variance
    overall = disorder(y[None])
    if count < 4 or overall <= 0:
        return None
    rng = np.random.default_rng(0)
    drawn = [
        disorder(rng.permutation(y).reshape(count, batch)) / overall
        for _ in range(10)
    ]
    return Order(
        batches=count,
        rows=batch,
        within=disorder(y.reshape(count, batch)),
        overall=overall,
        expected=float(np.mean(drawn)),
        deviation=float(np.std(drawn)),
        classes=classes,
    )


def impurity(rows) -> float:
    """Mean Gini impurity of the rows of a matrix of classes."""
    classes = np.unique(rows)
    if len(classes) > 200:
        return variance(rows)
    shares = np.stack([(rows == c).mean(1) for c in classes], axis=1)
    return float((1 - (shares**2).sum(1)).mean())


def variance(rows) -> float:
    """Mean variance within the rows of a matrix."""
    return float(rows.var(axis=1).mean())
