"""Puts a trial that was made elsewhere among those of an oracle.

keras-tuner has no public way to do so: the two private methods of its oracle
that are used here (`_record_values`, `_save_trial`) have a test that fails
where they change.
"""

import math
import warnings
from collections.abc import Mapping
from typing import Any

import keras_tuner

Metrics = Mapping[str, Mapping[int, float]]


def record(
    oracle: Any,
    values: Mapping[str, Any],
    metrics: Metrics,
    *,
    score: float | None = None,
    failed: bool = False,
    message: str | None = None,
    trial_id: str | None = None,
) -> Any:
    """Adds a finished trial, or puts one right.

    Args:
        oracle: of keras-tuner; `oracle.save()` is left to the caller.
        values: of the hyperparameters in effect, as `checking.checked` gives
            them.
        metrics: by name the values by step; that of the objective among them
            unless the trial failed.
        score: the objective, where it is not the best of its steps.
        failed: whether it has no score.
        message: what is kept with it: why it failed or ended early.
        trial_id: of a trial that is replaced; the next number by default.

    Returns:
        The trial.
    """
    hyperparameters = oracle.get_space()
    hyperparameters.values = dict(values)
    trial = keras_tuner.engine.trial.Trial(
        hyperparameters,
        trial_id or next_id(oracle),
        "FAILED" if failed else "COMPLETED",
        message,
    )
    fill(trial, metrics, oracle.objective)
    if not failed:
        rate(trial, oracle, score)
    oracle.trials[trial.trial_id] = trial
    for order in (oracle.start_order, oracle.end_order):
        if trial.trial_id not in order:
            order.append(trial.trial_id)
    # So that no search tries these values again.
    oracle._record_values(trial)
    # keras-tuner draws anew what is in effect in one of two scopes only.
    trial.hyperparameters.values = dict(values)
    if has_folder(oracle):
        oracle._save_trial(trial)
    return trial


def next_id(oracle: Any) -> str:
    """The number of the next trial, as keras-tuner writes it."""
    width = len(str(oracle.max_trials))
    return f"{len(oracle.trials):0{width}d}"


def has_folder(oracle: Any) -> bool:
    """Whether a tuner gave it a folder to save to."""
    return getattr(oracle, "_directory", None) is not None


def fill(trial: Any, metrics: Metrics, objective: Any) -> None:
    """Tells a trial its metrics."""
    for name, by_step in metrics.items():
        own = objective.direction if name == objective.name else None
        trial.metrics.register(name, own)
        history = trial.metrics.metrics[name]
        for step, value in by_step.items():
            history.update(float(value), int(step))


def rate(trial: Any, oracle: Any, score: float | None) -> None:
    """Gives a trial its score, as the oracle has it."""
    with warnings.catch_warnings():
        # NumPy's, where all steps are NaN.
        warnings.simplefilter("ignore", RuntimeWarning)
        oracle.score_trial(trial)
    if score is not None:
        trial.score = float(score)
        trial.best_step = step_of(trial, oracle.objective.name, trial.score)
    if math.isnan(trial.score):
        # As keras-tuner has it; our oracles know better.
        trial.status = "FAILED"
        trial.message = trial.message or "The score is no number."


def step_of(trial: Any, name: str, score: float) -> int:
    """The step that reached a score, or else the last."""
    seen = trial.metrics.get_history(name)
    steps = [held.step for held in seen if held.mean() == score]
    return (steps or [held.step for held in seen])[-1]


def require_recordable(oracle: Any) -> None:
    """Refuses oracles that cannot take trials of others.

    Raises:
        TypeError: it is a grid search or has several objectives.
    """
    # It finds the next point from the one that it handed out itself.
    grid = isinstance(oracle, keras_tuner.oracles.GridSearchOracle)
    if grid or hasattr(oracle.objective, "objectives"):
        why = "a grid search" if grid else "one of several objectives"
        raise TypeError(
            "`tuner` must be a search that can take trials made elsewhere, "
            f"received: {why}. To mend it, pass such as "
            "`kts.tuning.CoarseToFine`"
            + ("." if grid else ", with one objective.")
        )
