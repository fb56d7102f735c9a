"""A problem of classes: each row is of one."""

import dataclasses
import functools

import numpy as np

from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.start_simple.data.apportion import apportion
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.problem import Scene


@dataclasses.dataclass(frozen=True)
class Classes:
    """Each row is of one class, which its input determines.

    With several inputs, one of them, at random, shows the class of a row,
    and the others show nothing.

    Scores, with `C` classes of the shares `p` and a share `n` of the labels
    replaced by one of the other classes, all alike:

    * A row of class `c` has the label `c` with probability `1 - n`, and each
      other with `n / (C - 1)`, which is less as long as `n < (C - 1) / C`. A
      perfect model says `c`, and is right with `reachable = 1 - n`.
    * A guess is right as often as its label comes up: `chance` is the largest
      of `p * (1 - n) + (1 - p) * n / (C - 1)`.
    * One of `m` inputs shows the class in `1 / m` of the rows, and nothing
      in the others, where only guessing is left:
      `alone = (1 - n) / m + (1 - 1 / m) * chance`.

    Attributes:
        classes: how many.
        noise: share of the labels that is replaced.
        imbalance: share of the first class over that of the last one.

    Raises:
        ValueError: with so much noise the label says nothing.

    Example:
        >>> problem = Classes(5, noise=0.2)
        >>> problem.reachable, round(problem.alone(0, inputs=2), 3)
        (0.8, 0.5)
    """

    classes: int
    noise: float = 0.0
    imbalance: float = 1.0
    metric = "accuracy"

    def __post_init__(self):
        most = (self.classes - 1) / self.classes
        if self.noise >= most:
            raise ValueError(
                f"`noise` must be less than {most:.4g} with {self.classes} "
                "classes, beyond which the wrong labels outnumber the right "
                f"one, received: noise={self.noise}. To mend it, lower it."
            )

    @functools.cached_property
    def shares(self) -> np.ndarray:
        """Of each class, falling geometrically."""
        places = np.arange(self.classes) / (self.classes - 1)
        weights = float(self.imbalance) ** -places
        return weights / weights.sum()

    @property
    def reachable(self) -> float:
        """Accuracy of a perfect model."""
        return 1.0 - self.noise

    @property
    def chance(self) -> float:
        """Accuracy of the best guess."""
        wrong = self.noise / (self.classes - 1)
        return float(np.max(self.shares * (1 - self.noise - wrong) + wrong))

    @property
    def needed(self) -> Needed:
        """A pattern for each class."""
        return Needed(self.classes, amounts=False)

    @property
    def described(self) -> str:
        """The problem in words."""
        told = f"in {self.classes:,} classes"
        if self.imbalance != 1:
            told += f" (1:{self.imbalance:g})"
        if self.noise:
            told += f", {percent(self.noise)} of the labels replaced"
        return told

    def alone(self, index: int, inputs: int) -> float:
        """Accuracy of a perfect model that sees one of the inputs only."""
        del index
        shown = 1 / inputs
        return shown * self.reachable + (1 - shown) * self.chance

    def draw(
        self, rows: int, scenes: list[Scene], rng: np.random.Generator
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """The class that each input shows, -1 for none, and that of the row.

        Raises:
            ValueError: there are fewer rows than classes.
        """
        if rows < self.classes:
            raise ValueError(
                f"There must be a row for each of the {self.classes} classes, "
                f"received: {rows} rows. To mend it, ask for more rows."
            )
        counts = apportion(self.shares, rows)
        ids = rng.permutation(np.repeat(np.arange(self.classes), counts))
        inputs = len(scenes)
        shower = rng.integers(0, inputs, rows)
        return [np.where(shower == i, ids, -1) for i in range(inputs)], ids

    def disturb(
        self, targets: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Replaces the share of the labels, exactly up to one row."""
        count = round(self.noise * len(targets))
        where = rng.choice(len(targets), count, replace=False)
        other = rng.integers(1, self.classes, count)
        disturbed = targets.copy()
        disturbed[where] = (targets[where] + other) % self.classes
        return disturbed
