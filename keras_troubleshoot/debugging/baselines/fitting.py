"""Fits one simple model within its time, and predicts the rows held out."""

import os
import time
import warnings

import numpy as np

from keras_troubleshoot.debugging.baselines.estimators import Estimator
from keras_troubleshoot.debugging.baselines.problem import Problem

# Rows of the first fit; more follow while time is left.
FIRST, GROWTH = 4000, 4


def fitted(
    problem: Problem, estimator: Estimator, seconds: float, seed: int
) -> tuple[np.ndarray, int]:
    """Predictions for the rows held out, and from how many rows.

    Where there are many rows, some are learned from first, and four times as
    many as long as that will end in time.

    Args:
        problem: the data.
        estimator: the model.
        seconds: that it may take, about.
        seed: of the model, and of the rows.
    """
    rows = len(problem.train.y)
    order = np.random.default_rng(seed).permutation(rows)
    size, begin = min(rows, FIRST), time.perf_counter()
    while True:
        started = time.perf_counter()
        made = fit(problem, np.sort(order[:size]), estimator, seed)
        now = time.perf_counter()
        larger = min(rows, GROWTH * size)
        expected = (now - started) * larger / size
        if size == rows or now - begin + expected > seconds:
            return made, size
        size = larger


def fit(problem, rows, estimator, seed) -> np.ndarray:
    """Learns from some rows, and predicts those held out."""
    train = problem.train.rows(rows)
    model = estimator.make(seed)
    if not estimator.view:
        blind = [np.zeros((len(side.y), 1)) for side in (train, problem.held)]
        return model.fit(blind[0], train.y).predict(blind[1])
    encoders = problem.encoders(train, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(columns(encoders, train, estimator.view), train.y)
        made = model.predict(columns(encoders, problem.held, estimator.view))
    return np.asarray(made)


def columns(encoders, side, view: str):
    """The columns of all inputs beside each other."""
    from scipy import sparse

    parts = [
        getattr(encoder, view)(side.inputs[name])
        for name, encoder in encoders.items()
    ]
    if any(sparse.issparse(part) for part in parts):
        return sparse.hstack(parts).tocsr()
    return np.hstack(parts)


def threads() -> int:
    """How many cores are free.

    Threads that wait for each other on a busy machine take many times as
    long as one alone.
    """
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return max(1, int(cores - load))
