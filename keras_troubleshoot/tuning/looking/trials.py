"""The trials of a search, whatever tuner or oracle of keras-tuner holds it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.ranking import FINISHED
from keras_troubleshoot.tuning.ranking import cost

# What an oracle has that is read here.
NEEDED = ("trials", "objective", "get_space")


def oracle_of(tuner: Any) -> Any:
    """The oracle of a tuner; an oracle is its own.

    Args:
        tuner: any tuner or oracle of keras-tuner, or one like them.

    Raises:
        TypeError: it is neither.
    """
    oracle = getattr(tuner, "oracle", tuner)
    if isinstance(oracle, type) or not all(
        hasattr(oracle, name) for name in NEEDED
    ):
        raise TypeError(
            "`tuner` must be a tuner or an oracle of keras-tuner, received: "
            f"{type(tuner).__name__}. To mend it, pass the tuner itself, "
            "such as `keras_tuner.RandomSearch(...)`."
        )
    return oracle


def started(oracle: Any) -> list[Any]:
    """All trials, in the order in which they were started."""
    return in_order(oracle, getattr(oracle, "start_order", ()))


def finished(oracle: Any) -> list[Any]:
    """Those that have ended, well or not, in the order of their ends."""
    trials = in_order(oracle, getattr(oracle, "end_order", ()))
    return [trial for trial in trials if trial.status in FINISHED]


def in_order(oracle: Any, order: Sequence[str]) -> list[Any]:
    """The trials in this order; those that it lacks behind, by their ids."""
    # A trial that is retried stands in the order more than once.
    known = [i for i in dict.fromkeys(order) if i in oracle.trials]
    known += sorted(
        set(oracle.trials) - set(known), key=lambda name: (len(name), name)
    )
    return [oracle.trials[name] for name in known]


def values_of(trial: Any) -> dict[str, Any]:
    """The values of a trial that were in effect, by name."""
    held = trial.hyperparameters
    off = {hp.name for hp in held.space}
    off -= {hp.name for hp in held.space if is_active(hp, held.values)}
    return {
        name: value for name, value in held.values.items() if name not in off
    }


def scores(trials: Sequence[Any], direction: str) -> np.ndarray:
    """Scores; NaN for trials that diverged or failed.

    Returns:
        Shape (trials,), float64.
    """
    costs = np.array([cost(trial, direction) for trial in trials], "float64")
    costs[np.isinf(costs)] = np.nan
    return -costs if direction == "max" else costs


def best_so_far(found: np.ndarray, direction: str) -> np.ndarray:
    """The best of each score and those before it; NaN before the first.

    Example:
        >>> best_so_far(np.array([np.nan, 3.0, np.nan, 5.0, 1.0]), "min")
        array([nan,  3.,  3.,  3.,  1.])
    """
    best = np.fmax if direction == "max" else np.fmin
    return best.accumulate(found) if len(found) else found


def best(trials: Sequence[Any], direction: str) -> Any | None:
    """The trial with the best score, the earliest of equals; or None."""
    costs = [cost(trial, direction) for trial in trials]
    if not np.isfinite(costs).any():
        return None
    return trials[int(np.argmin(costs))]
