"""The last value of a series as the forecast of what follows."""

import numpy as np

from keras_troubleshoot.debugging.baselines.problem import Problem
from keras_troubleshoot.facts.kinds import Input

NAME = "last value"


def persistence(problem: Problem) -> np.ndarray | None:
    """Forecasts by the last value; None where there is no series.

    Of targets of one number, that feature of the input is taken whose last
    value is closest in the rows of the training; of several steps or
    features, the last values of as many features again and again.

    Args:
        problem: its one input must be a sequence, its targets numbers.

    Returns:
        Predictions for the rows held out, shaped like their targets.
    """
    names = list(problem.kinds)
    if problem.task != "regression" or len(names) != 1:
        return None
    if problem.kinds[names[0]] is not Input.SEQUENCE:
        return None
    last = {}
    for place, side in (("train", problem.train), ("held", problem.held)):
        values = side.inputs[names[0]]
        values = values.reshape(*values.shape[:2], -1)
        last[place] = np.asarray(values[:, -1], "float64")
    target = problem.train.y.reshape(len(problem.train.y), -1)
    features, numbers = last["train"].shape[1], target.shape[1]
    if numbers % features or features == 1:
        return single(last, target, problem)
    repeated = np.tile(last["held"], (1, numbers // features))
    return repeated.reshape(problem.held.y.shape)


def single(last, target, problem: Problem) -> np.ndarray:
    """One feature for all numbers of the target."""
    apart = target[:, :, None] - last["train"][:, None, :]
    column = int(np.nanmean(apart**2, axis=(0, 1)).argmin())
    made = np.repeat(last["held"][:, [column]], target.shape[1], axis=1)
    return made.reshape(problem.held.y.shape)
