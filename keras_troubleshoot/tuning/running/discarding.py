"""Rules that end a trial early: it will hardly become one of the best."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_troubleshoot.tuning.counts import require_counts

# How the message of a trial begins that a rule ended; that Optuna ended.
DISCARDED = "Discarded"
PRUNED = "Pruned"


class MedianStopping:
    """Ends a trial that is worse than half of those before it.

    After an epoch, a trial ends if the best value that it reached is worse
    than the median of what the finished trials had on average up to that
    epoch.

    Reference: D. Golovin et al., Google Vizier, KDD (2017), section 3.2.1.

    Args:
        min_trials: finished trials before one is ended.
        min_epochs: epochs that each trial gets.

    Raises:
        TypeError, ValueError: one of them is no whole number of at least 1.

    Example:
        >>> MedianStopping(min_trials=3)
        MedianStopping(min_trials=3, min_epochs=1)
    """

    def __init__(self, min_trials: int = 5, min_epochs: int = 1):
        require_counts(min_trials=min_trials, min_epochs=min_epochs)
        self.min_trials, self.min_epochs = min_trials, min_epochs

    def reason(
        self, trial: Any, trials: Iterable[Any], step: int, objective: Any
    ) -> str | None:
        """Why a trial ends now; None where it goes on.

        Args:
            trial: that has reported `step`, an epoch from 0.
            trials: of the search.
            step: the epoch.
            objective: a `keras_tuner.Objective`.
        """
        if step + 1 < self.min_epochs or second(trial, step, objective):
            return None
        means = [
            float(np.mean(curve))
            for other in trials
            if other is not trial and is_whole(other)
            for curve in [values(other, step, objective)]
            if len(curve) > step and np.isfinite(curve).all()
        ]
        if len(means) < self.min_trials:
            return None
        own, median = best(values(trial, step, objective), objective), None
        median = float(np.median(means))
        if own is not None and not objective.better_than(median, own):
            return None
        return (
            f"{DISCARDED} after epoch {step + 1}: its best {objective.name} "
            f"was {told(own)}, the median of {len(means)} trials {median:.4g}."
        )

    def __repr__(self) -> str:
        return (
            f"MedianStopping(min_trials={self.min_trials}, "
            f"min_epochs={self.min_epochs})"
        )


class SuccessiveHalving:
    """Lets only the best of each `factor` trials train `factor` times longer.

    At 1, 3, 9, ... epochs a trial ends unless it is among the best third of
    those that came so far, itself included. Asynchronous: no trial waits for
    another.

    Reference: L. Li et al., A System for Massively Parallel Hyperparameter
    Tuning, MLSys (2020), in the form that stops trials.

    Args:
        factor: how many trials one is chosen of, at least 2.
        min_epochs: after which it is asked first.

    Raises:
        ValueError: `factor` is below 2, or `min_epochs` below 1.

    Example:
        >>> SuccessiveHalving(factor=4)
        SuccessiveHalving(factor=4, min_epochs=1)
    """

    def __init__(self, factor: int = 3, min_epochs: int = 1):
        require_counts(min_epochs=min_epochs)
        require_counts(2, factor=factor)
        self.factor, self.min_epochs = factor, min_epochs

    def reason(
        self, trial: Any, trials: Iterable[Any], step: int, objective: Any
    ) -> str | None:
        """Why a trial ends now; as `MedianStopping.reason`."""
        asked = self.is_asked(step + 1) and not second(trial, step, objective)
        if not asked:
            return None
        reached = [
            best(curve, objective)
            for other in trials
            for curve in [values(other, step, objective)]
            if len(curve) > step
        ]
        own = best(values(trial, step, objective), objective)
        better = sum(
            value is not None
            and (own is None or objective.better_than(value, own))
            for value in reached
        )
        allowed = max(1, len(reached) // self.factor)
        if better < allowed and own is not None:
            return None
        return (
            f"{DISCARDED} after epoch {step + 1}: its best {objective.name} "
            f"was {told(own)}, that of {better} of {len(reached)} trials was "
            "better by then."
        )

    def is_asked(self, epochs: int) -> bool:
        """Whether trials are compared after so many epochs."""
        rung = self.min_epochs
        while rung < epochs:
            rung *= self.factor
        return rung == epochs

    def __repr__(self) -> str:
        return (
            f"SuccessiveHalving(factor={self.factor}, "
            f"min_epochs={self.min_epochs})"
        )


RULES = {"median": MedianStopping, "halving": SuccessiveHalving}


def rule(given: Any) -> Any:
    """The rule of that name, a rule itself, or None for none.

    Raises:
        ValueError: it is none of these.
    """
    if given is None or given is False or hasattr(given, "reason"):
        return given or None
    if isinstance(given, str) and given in RULES:
        return RULES[given]()
    raise ValueError(
        "`early_discard` must be None, 'median', 'halving', or a "
        "`kts.tuning.MedianStopping` or `SuccessiveHalving`, received: "
        f"{given!r}."
    )


def is_whole(trial: Any) -> bool:
    """Whether a trial finished and trained for as long as it was to."""
    return trial.status == "COMPLETED" and not cut_short(trial)


def cut_short(trial: Any) -> bool:
    """Whether a trial was ended early, as it did not look good."""
    return (trial.message or "").startswith((DISCARDED, PRUNED))


def second(trial: Any, step: int, objective: Any) -> bool:
    """Whether this is not the first training of a trial."""
    for observed in history(trial, objective):
        if observed.step == step:
            return len(observed.value) > 1
    return False


def values(trial: Any, step: int, objective: Any) -> np.ndarray:
    """The objective by epoch, up to one of them.

    Returns:
        Shape (epochs,), those of a first training.
    """
    told = [
        observed.value[0]
        for observed in history(trial, objective)
        if observed.step <= step
    ]
    return np.array(told, "float64")


def history(trial: Any, objective: Any) -> list[Any]:
    """What a trial reported of the objective."""
    if not trial.metrics.exists(objective.name):
        return []
    return trial.metrics.get_history(objective.name)


def best(curve: np.ndarray, objective: Any) -> float | None:
    """The best finite value of a curve; None where there is none."""
    finite = curve[np.isfinite(curve)]
    if not len(finite):
        return None
    return float(finite.max() if objective.direction == "max" else finite.min())


def told(value: float | None) -> str:
    """A value in words."""
    return "no number" if value is None else f"{value:.4g}"
