"""A problem of several labels: each is there or not."""

import dataclasses

import numpy as np

from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.problem import Scene

# Amounts that stand for a label that is not there, and for one that is: from
# 0 to this, and from 1 minus this to 1. The middle of the gap is 15 standard
# deviations of what blurs an amount (`stamps.BLUR`) away from both.
WIDTH = 0.3


@dataclasses.dataclass(frozen=True)
class Labels:
    """Each row has some of several labels, which its inputs determine.

    A label that is there is shown by an amount near 1, one that is not by an
    amount near 0. Where an input shows fewer amounts than it has labels,
    labels share one. With several inputs, they take turns in showing labels.

    Scores, with a share `n < 1/2` of each label turned round: a perfect model
    is right with `reachable = 1 - n`. Where a share `p` of the rows has a
    label, `q = p * (1 - n) + (1 - p) * n` of them seem to, and a guess is
    right with `chance = max(q, 1 - q)`. One input `alone` reaches the former
    for its own labels and the latter for those of the others.

    Attributes:
        labels: how many.
        noise: share of each label that is turned round.
        imbalance: how many times as many rows lack a label as have it.

    Raises:
        ValueError: with so much noise the label says nothing.

    Example:
        >>> problem = Labels(4, noise=0.1)
        >>> problem.reachable, round(problem.alone(0, inputs=2), 3)
        (0.9, 0.7)
    """

    labels: int
    noise: float = 0.0
    imbalance: float = 1.0
    metric = "accuracy"

    def __post_init__(self):
        if self.noise >= 0.5:
            raise ValueError(
                "`noise` must be less than 0.5 with labels that are there or "
                f"not, received: noise={self.noise}. To mend it, lower it."
            )

    @property
    def share(self) -> float:
        """Of the rows that have a label."""
        return 1 / (1 + self.imbalance)

    @property
    def reachable(self) -> float:
        """Accuracy of a perfect model."""
        return 1.0 - self.noise

    @property
    def chance(self) -> float:
        """Accuracy of the best guess."""
        seeming = self.share * (1 - 2 * self.noise) + self.noise
        return max(seeming, 1 - seeming)

    @property
    def needed(self) -> Needed:
        """An amount for each label."""
        return Needed(self.labels, amounts=True)

    @property
    def described(self) -> str:
        """The problem in words."""
        told = f"with {self.labels:,} labels"
        if self.imbalance != 1:
            told += f" (1:{self.imbalance:g})"
        if self.noise:
            told += f", {percent(self.noise)} of each turned round"
        return told

    def own(self, index: int, inputs: int) -> np.ndarray:
        """Which labels one of the inputs shows; each shows one at least."""
        turns = min(inputs, self.labels)
        return np.flatnonzero(np.arange(self.labels) % turns == index % turns)

    def alone(self, index: int, inputs: int) -> float:
        """Accuracy of a perfect model that sees one of the inputs only."""
        shown = len(self.own(index, inputs)) / self.labels
        return shown * self.reachable + (1 - shown) * self.chance

    def draw(
        self, rows: int, scenes: list[Scene], rng: np.random.Generator
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """The amounts that each input shows, and the labels of each row."""
        labels, shown = np.zeros((rows, self.labels), int), []
        for index, scene in enumerate(scenes):
            own = self.own(index, len(scenes))
            count = min(len(own), scene.capacity)
            if index < self.labels:
                bits = self.bits(rows, count, rng)
                labels[:, own] = bits[:, np.arange(len(own)) % count]
            blur = WIDTH * rng.uniform(size=(rows, count))
            shown.append((1 - WIDTH) * labels[:, own[:count]] + blur)
        return shown, labels

    def bits(
        self, rows: int, count: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Labels of the share that they have, up to one row."""
        ones = round(self.share * rows)
        column = np.repeat([1, 0], [ones, rows - ones])
        return rng.permuted(np.tile(column[:, None], (1, count)), axis=0)

    def disturb(
        self, targets: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Turns round the share of each label, exactly up to one row."""
        turned = np.zeros(targets.shape, int)
        turned[: round(self.noise * len(targets))] = 1
        return targets ^ rng.permuted(turned, axis=0)
