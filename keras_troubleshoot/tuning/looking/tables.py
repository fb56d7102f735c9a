"""All trials as plain values, and as a table of pandas."""

import importlib.util
import math
from typing import Any

import numpy as np

from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.ranking import FINISHED
from keras_troubleshoot.tuning.ranking import cost

# The columns of a table that stand first.
FIRST = ("id", "status", "message", "score", "diverged", "best_step")


def to_json(tuner: Any) -> list[dict[str, Any]]:
    """All trials as plain values that `json.dumps` takes, strictly too.

    Args:
        tuner: a tuner or an oracle of keras-tuner.

    Returns:
        One dictionary for each trial, in the order of their starts:

        * `"id"`, `"status"`, as keras-tuner has them, and `"message"`, why it
          failed, or None.
        * `"score"`: a number; None where there is none, and of trials that
          diverged, `"diverged"` being True then.
        * `"best_step"`: the epoch of the score, or None.
        * `"values"`: of the hyperparameters that were in effect, by name.
        * `"metrics"`: by name the `"steps"` and the `"values"` at them, the
          mean over the executions; None for what is not finite.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.

    Example:
        >>> import keras_tuner
        >>> oracle = keras_tuner.oracles.RandomSearchOracle("val_loss")
        >>> to_json(oracle)
        []
    """
    oracle = trials_lib.oracle_of(tuner)
    direction = oracle.objective.direction
    return [row(trial, direction) for trial in trials_lib.started(oracle)]


def to_dataframe(tuner: Any) -> Any:
    """All trials as a table of pandas, a row for each.

    Args:
        tuner: a tuner or an oracle of keras-tuner.

    Returns:
        A `pandas.DataFrame` with the columns `id`, `status`, `message`,
        `score`, `diverged`, `best_step`, `values.` before the names of
        hyperparameters and `metrics.` before those of metrics: the value at
        the step of the score, or else the last. NaN where there is none.

    Raises:
        ImportError: if pandas is not installed.
        TypeError: if it is neither a tuner nor an oracle.
    """
    rows = [flat(row) for row in to_json(tuner)]
    if importlib.util.find_spec("pandas") is None:
        raise ImportError(
            "`to_dataframe` needs pandas, which is not installed. To mend it, "
            "run `pip install pandas`, or take `to_json`."
        )
    import pandas

    names = dict.fromkeys(name for row in rows for name in row)
    return pandas.DataFrame(rows, columns=list(names or FIRST))


def row(trial: Any, direction: str) -> dict[str, Any]:
    """One trial as plain values."""
    lost = trial.status in FINISHED and math.isinf(cost(trial, direction))
    return {
        "id": str(trial.trial_id),
        "status": str(trial.status),
        "message": trial.message,
        "score": number(trial.score),
        # What failed has no score at all.
        "diverged": lost and trial.score is not None,
        "best_step": plain(trial.best_step),
        "values": {
            name: plain(value)
            for name, value in trials_lib.values_of(trial).items()
        },
        "metrics": {
            name: history(held) for name, held in trial.metrics.metrics.items()
        },
    }


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """One trial as a row of a table."""
    made = {name: row[name] for name in FIRST}
    made |= {f"values.{name}": held for name, held in row["values"].items()}
    for name, held in row["metrics"].items():
        made[f"metrics.{name}"] = at(held, row["best_step"])
    return made


def at(history: dict[str, list], step: Any) -> float | None:
    """The value at a step, or else the last."""
    if not history["values"]:
        return None
    found = history["steps"].index(step) if step in history["steps"] else -1
    return history["values"][found]


def history(metric: Any) -> dict[str, list]:
    """The values of a metric by step, the mean over the executions."""
    seen = metric.get_history()
    return {
        "steps": [plain(held.step) for held in seen],
        "values": [number(np.mean(held.value)) for held in seen],
    }


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)
