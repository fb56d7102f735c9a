"""Trials from the best to the worst, whatever became of them."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

FINISHED = ("COMPLETED", "FAILED")


def cost(trial: Any, direction: str) -> float:
    """The score as a number to minimize; infinite of what diverged or failed.

    An infinite score is the worst in either direction: a metric that ran
    away is no success where it is maximized.
    """
    if trial.status != "COMPLETED" or trial.score is None:
        return math.inf
    if not math.isfinite(trial.score):
        return math.inf
    return float(-trial.score if direction == "max" else trial.score)


def ranked(trials: Iterable[Any], direction: str) -> list[Any]:
    """The trials with a finite score, the best first, earlier ones first.

    By their numbers, since a search that is resumed reads its trials in
    another order.
    """
    costs = [
        (cost(trial, direction), len(trial.trial_id), trial.trial_id, trial)
        for trial in trials
    ]
    finite = [entry for entry in costs if entry[0] < math.inf]
    return [entry[-1] for entry in sorted(finite, key=lambda e: e[:3])]


def worst(direction: str) -> float:
    """The score of a trial that came out as no number."""
    return -np.inf if direction == "max" else np.inf
