"""A toy problem: data, and the score that a sound model reaches."""

import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Toy:
    """A problem for which the reachable score is known.

    A model that falls clearly short of `reachable` on the test part, after
    training that is long enough, has a bug; one that exceeds it has seen the
    targets.

    Attributes:
        x: inputs of the training part, an array or a structure of them.
        y: targets of the training part.
        x_test: inputs of the test part.
        y_test: targets of the test part.
        metric: "accuracy", of several labels the share of all of them that
            is right; or "r2", of several columns the mean.
        reachable: the score that a perfect model expects on the test part.
            With `shift`, one that knows of the shift: a model that was
            trained on the training part alone may fall short.
        chance: the score of the best guess that looks at no input.
        alone: of several inputs, the score that a perfect model reaches which
            sees one of them only, by its name.
        sentence: what the problem is, in words.
    """

    x: Any
    y: np.ndarray
    x_test: Any
    y_test: np.ndarray
    metric: str
    reachable: float
    chance: float
    sentence: str
    alone: dict[str, float] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence
