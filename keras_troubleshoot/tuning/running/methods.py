"""The searches by their names: an oracle for each."""

import functools
from collections.abc import Callable
from typing import Any

import keras_tuner

from keras_troubleshoot.tuning import objectives
from keras_troubleshoot.tuning.running import keeping

# Failures in a row that end a search in which something succeeded before.
FAILURES = 10


def coarse_to_fine(**options: Any) -> keras_tuner.Oracle:
    """Wide first, then around the best."""
    from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle

    return CoarseToFineOracle(**options)


def bayesian(**options: Any) -> keras_tuner.Oracle:
    """Each trial by a Gaussian process of all before it."""
    from keras_troubleshoot.tuning.bayesian.oracle import (
        BayesianOptimizationOracle,
    )

    return BayesianOptimizationOracle(**options)


def random(**options: Any) -> keras_tuner.Oracle:
    """keras-tuner's random search, that keeps its trials."""
    return keeping.kept(keras_tuner.oracles.RandomSearchOracle)(**options)


def grid(**options: Any) -> keras_tuner.Oracle:
    """keras-tuner's grid search, that can be resumed."""
    from keras_troubleshoot.tuning.running.grid import GridOracle

    return GridOracle(**options)


METHODS: dict[str, Callable[..., keras_tuner.Oracle]] = {
    "coarse_to_fine": coarse_to_fine,
    "coarse_then_bayesian": functools.partial(coarse_to_fine, then="bayesian"),
    "bayesian": bayesian,
    "random": random,
    "grid": grid,
}


def oracle(
    method: Any,
    *,
    objective: Any,
    max_trials: int,
    seed: int | None,
    space: dict[str, Any],
) -> Any:
    """The oracle of a method.

    Args:
        method: a name of `METHODS`, or an oracle of keras-tuner.
        objective: as keras-tuner takes it.
        max_trials: configurations that are tried at most.
        seed: of the search.
        space: `hyperparameters` and `tune_new_entries`.

    Raises:
        ValueError: there is no such method.
    """
    if isinstance(method, keras_tuner.Oracle):
        objectives.warn_of_reversed(method.objective)
        # The user's own gains what all searches here have.
        if type(method) is keras_tuner.oracles.GridSearchOracle:
            from keras_troubleshoot.tuning.running.grid import GridOracle

            method.__class__ = GridOracle
        else:
            method.__class__ = keeping.kept(type(method))
        return method
    if method not in METHODS:
        raise ValueError(
            f"`method` must be one of {', '.join(METHODS)}, or an oracle of "
            f"keras-tuner, received: {method!r}."
        )
    return METHODS[method](
        objective=objectives.read(objective),
        max_trials=max_trials,
        seed=seed,
        max_consecutive_failed_trials=FAILURES,
        **space,
    )
