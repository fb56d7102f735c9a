"""How good predictions for held-out rows are, with an interval of 95%."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import wilson

DRAWS = 2000


@dataclasses.dataclass(frozen=True)
class Score:
    """A score and its uncertainty.

    Attributes:
        value: accuracy, share of right labels, or mean squared error.
        low: end of the interval of 95%, due to the rows held out.
        high: the other end.
    """

    value: float
    low: float
    high: float


def score(made: np.ndarray, true: np.ndarray, task: str, seed: int) -> Score:
    """Scores predictions.

    Accuracy with the interval of Wilson (1927); others with that of the
    percentile bootstrap over rows (B. Efron 1979).

    Args:
        made: predictions, shaped like `true`.
        true: targets, rows first.
        task: as `telling.TASKS` has it.
        seed: of the bootstrap.
    """
    if task in ("binary", "multiclass"):
        rate = float((made == true).mean())
        return Score(rate, *wilson.interval(rate, len(true)))
    rows = len(true)
    if task == "multilabel":
        each = (made == true).reshape(rows, -1).mean(1)
    else:
        each = ((made - true) ** 2).reshape(rows, -1).mean(1)
    return bootstrap(each, seed)


def bootstrap(each: np.ndarray, seed: int) -> Score:
    """The interval of the mean of what was scored row by row."""
    rng = np.random.default_rng(seed)
    means = [
        each[rng.integers(0, len(each), len(each))].mean() for _ in range(DRAWS)
    ]
    low, high = np.quantile(means, (0.025, 0.975))
    return Score(float(each.mean()), float(low), float(high))
