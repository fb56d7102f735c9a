"""What a `fit` of the user's own returns, as metrics."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np


def read(made: Any, objective: Any) -> tuple[dict[str, float], int]:
    """The metrics of the best epoch, and its number.

    Args:
        made: a `History`, a dictionary of metrics, a number (the objective),
            or a list of one of these, of which the mean counts.
        objective: a `keras_tuner.Objective`.

    Raises:
        TypeError: it is something else.
        ValueError: it lacks the objective.
    """
    if isinstance(made, list):
        read_all = [read(one, objective) for one in made]
        if not read_all:
            raise TypeError(refused([]))
        names = set.intersection(*[set(metrics) for metrics, _ in read_all])
        return {
            name: float(np.mean([metrics[name] for metrics, _ in read_all]))
            for name in names
        }, read_all[0][1]
    if isinstance(made, keras.callbacks.History):
        return of_history(made.history, objective)
    if isinstance(made, Mapping):
        return required({n: float(v) for n, v in made.items()}, objective), 0
    if isinstance(made, (int, float, np.number)) and not isinstance(made, bool):
        return {objective.name: float(made)}, 0
    raise TypeError(refused(made))


def refused(made: Any) -> str:
    """What is wrong with the answer of a `fit`."""
    shown = "None" if made is None else type(made).__name__
    return (
        "`fit` of the hypermodel must return what `model.fit` does, metrics "
        f"or a number, received: {shown}. To mend it, return "
        "`model.fit(...)`."
    )


def of_history(history: Mapping[str, list], objective: Any) -> tuple:
    """The metrics of the best epoch of a training."""
    count = max([len(values) for values in history.values()], default=0)
    best, at = None, 0
    for step in range(count):
        metrics = {
            name: float(values[step])
            for name, values in history.items()
            if len(values) == count
        }
        required(metrics, objective)
        value = objective.get_value(metrics)
        if best is None or objective.better_than(value, best[1]):
            best, at = (metrics, value), step
    if best is None:
        raise ValueError(
            f"A trial must train for an epoch at least to tell "
            f"{objective.name!r}, received: an empty history."
        )
    return best[0], at


def required(metrics: dict[str, float], objective: Any) -> dict[str, float]:
    """The metrics, where the objective is among them.

    Raises:
        ValueError: it is not.
    """
    if objective.has_value(metrics):
        return metrics
    raise ValueError(
        f"`objective` must be a metric of the training, received: "
        f"{objective.name!r}; there are {', '.join(sorted(metrics))}. To mend "
        "it, name one of these, or add the metric in `compile`."
    )
