"""`suggest`: the next trial of a Bayesian search, a pure function."""

import dataclasses
import functools
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import threadpoolctl

from keras_troubleshoot.tuning.bayesian import candidates
from keras_troubleshoot.tuning.bayesian import gaussian_process
from keras_troubleshoot.tuning.bayesian import requirements
from keras_troubleshoot.tuning.bayesian import warping
from keras_troubleshoot.tuning.bayesian.cube import Cube
from keras_troubleshoot.tuning.bayesian.cube import keys
from keras_troubleshoot.tuning.bayesian.improvement import (
    log_expected_improvement,
)

# Trials that the process is conditioned on and that its kernel is fitted to,
# at most: both cost their cube.
CONDITIONED, FITTED = 400, 150
# The kernel is fitted anew when the trials have grown by this part.
GROWN = 20
# Finished trials below which a model has nothing to say.
FEW = 3
# Each third suggestion takes the length scales as 0.4 of the likely ones
# (heuristic, by simulated searches; the idea is of Berkenkamp et al.,
# "No-Regret Bayesian Optimization with Unknown Hyperparameters", JMLR 2019):
# a process that is wrongly sure of a range would else never look there.
DOUBTS, DOUBTED = 3, 0.4
# Each sixth suggestion is the best of the branch that was tried least, where
# a parameter has conditional ones (heuristic, by simulated searches): what is
# best there is hidden until its own parameters are searched.
BRANCHES = 6
# By how much the logarithm of the others is less.
BEHIND = 1e15

# Trials of the first round for each hyperparameter, and the part of all
# trials that it takes at most (heuristic, by simulated searches).
INITIAL, SHARE = 2, 3

Trial = tuple[Mapping[str, Any], float | None]


def suggest(
    space: Sequence[Any],
    trials: Sequence[Trial],
    running: Sequence[Mapping[str, Any]] = (),
    objective_direction: str = "min",
    seed: int = 0,
    initial: int = 0,
) -> dict[str, Any] | None:
    """The values that are expected to improve most on the best trial.

    Expected improvement (Mockus 1975; Jones et al. 1998) on a Gaussian
    process over all trials. It depends on nothing but its arguments, so that
    a search that was interrupted goes on as it would have.

    Args:
        space: hyperparameters of keras-tuner, as
            `keras_tuner.HyperParameters.space`.
        trials: values and score of each finished trial, in the order in which
            they finished. A score that is None, NaN or infinite is of a trial
            that diverged or failed, which is avoided with its neighbourhood.
        running: values of trials that are under way, expected to come out as
            the process predicts.
        objective_direction: "min" or "max", what is better of scores.
        seed: a whole number; with the number of trials it fixes what is
            drawn.
        initial: trials, running ones included, up to which the suggestions
            are those of a low-discrepancy sequence. By default a model
            speaks once three trials came out finite.

    Returns:
        The values of the active hyperparameters by name; never one of a
        trial. None where all configurations have been tried.

    Raises:
        TypeError, ValueError: the direction is neither "min" nor "max", or
            another argument will not do.

    Example:
        >>> import keras_tuner
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float("rate", 1e-4, 1.0, sampling="log")
        >>> tried = [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
        >>> losses = [0.9, 0.5, 0.2, 0.6, float("inf")]
        >>> trials = [({"rate": t}, s) for t, s in zip(tried, losses)]
        >>> 1e-3 < suggest(hp.space, trials)["rate"] < 1e-1
        True
    """
    requirements.direction(objective_direction)
    requirements.check(None, initial or None, seed)
    # The matrices are small: threads would cost more than they bring, and
    # a hundred times as much where the cores are busy.
    with threads().limit(limits=1, user_api="blas"):
        history = History.of(Cube(space), trials, running, objective_direction)
        chosen = following(history, seed, initial)
    return None if chosen is None else history.cube.decode(chosen)


@functools.cache
def threads() -> threadpoolctl.ThreadpoolController:
    """The thread pools of the process, looked up once."""
    return threadpoolctl.ThreadpoolController()


@dataclasses.dataclass(frozen=True)
class History:
    """What has been tried in a space.

    Attributes:
        cube: the space.
        at: a valid row of each finished trial.
        scores: theirs, not finite of what diverged or failed.
        running: valid rows of the trials under way.
        direction: "min" or "max", what is better.
        known: keys of all rows.
    """

    cube: Cube
    at: np.ndarray
    scores: np.ndarray
    running: np.ndarray
    direction: str
    known: frozenset[bytes]

    @classmethod
    def of(
        cls,
        cube: Cube,
        trials: Sequence[Trial],
        running: Sequence[Mapping[str, Any]],
        direction: str,
    ) -> "History":
        """The trials as rows."""
        scores = [np.nan if score is None else score for _, score in trials]
        at = cube.encode([values for values, _ in trials])
        under_way = cube.encode(running)
        known = frozenset(keys(at) + keys(under_way))
        scores = np.array(scores, float)
        return cls(cube, at, scores, under_way, direction, known)

    def __len__(self) -> int:
        return len(self.at) + len(self.running)


def following(history: History, seed: int, initial: int) -> np.ndarray | None:
    """The row of the next trial; None where all have been tried."""
    cube, number = history.cube, len(history)
    if not len(cube):
        return None if number else np.empty(0)
    finite = np.isfinite(history.scores).sum()
    if number >= initial and finite >= FEW:
        rng = np.random.default_rng([seed, number])
        return expected(history, rng)
    fresh = candidates.unknown(
        candidates.spread(cube, seed, number), history.known
    )
    if not len(fresh):
        fresh = candidates.rest(cube, history.known)
    return fresh[0] if len(fresh) else None


def initial_points(space: Sequence[Any], max_trials: int | None) -> int:
    """Trials of the first round, of all that are planned."""
    wanted = max(FEW, INITIAL * len(Cube(space)))
    if max_trials is None:
        return wanted
    return min(wanted, max(FEW, max_trials // SHARE))


def expected(history: History, rng: np.random.Generator) -> np.ndarray | None:
    """The new row with the largest expected improvement."""
    cube = history.cube
    process, order = posterior(history)
    # The best expected, not the best seen: noise flatters the best seen.
    best = process.predict(cube.features(history.at[order[:1]]))[0][0]
    believed = process
    if len(history.running):
        believed = process.believing(cube.features(history.running))

    def worth(rows: np.ndarray) -> np.ndarray:
        mean, deviation = believed.predict(cube.features(rows))
        gain = log_expected_improvement(mean, deviation, best)
        # Others come behind, where the branch has nothing new.
        return np.where(branch(history, rows), gain, gain - BEHIND)

    elite = history.at[order[: candidates.BEST]]
    pool = candidates.pool(cube, elite, rng)
    pool = candidates.unknown(pool, history.known)
    if not len(pool):
        pool = candidates.rest(cube, history.known)
    if not len(pool):
        return None
    return candidates.maximize(cube, worth, pool, history.known, rng)


def branch(history: History, rows: np.ndarray) -> np.ndarray:
    """Which rows are asked for: all, or now and then those of one branch."""
    cube, number = history.cube, len(history)
    parents = cube.parents()
    if number % BRANCHES != 1 or not parents:
        return np.ones(len(rows), bool)
    parent = parents[number // BRANCHES % len(parents)]
    column = cube.columns[parent]
    every = np.concatenate([history.at, history.running])
    tried = column.index(every[cube.active(every)[:, parent], parent])
    rare = np.bincount(tried, minlength=len(column.levels)).argmin()
    asked = column.index(rows[:, parent]) == rare
    return asked & cube.active(rows)[:, parent]


def posterior(
    history: History,
) -> tuple[gaussian_process.GaussianProcess, np.ndarray]:
    """The process, and its trials from the best expected to the worst."""
    x, kernel = history.cube.features(history.at), learned(history)
    if len(history) % DOUBTS == 0:
        kernel = dataclasses.replace(kernel, lengths=DOUBTED * kernel.lengths)
    y = warping.targets(history.scores, history.direction)
    kept = representative(y, CONDITIONED)
    process = gaussian_process.GaussianProcess(kernel, x[kept], y[kept])
    means = process.predict(x[kept])[0]
    return process, kept[np.argsort(means, kind="stable")]


def learned(history: History) -> gaussian_process.Kernel:
    """The kernel, learned from trials up to the last milestone."""
    number = len(history.at)
    number -= number % max(1, number // GROWN)
    if np.isfinite(history.scores[:number]).sum() < FEW:
        number = len(history.at)
    x = history.cube.features(history.at[:number])
    y = warping.targets(history.scores[:number], history.direction)
    kept = representative(y, FITTED)
    x, y = x[kept], y[kept]
    groups = history.cube.groups()
    return fitted(x.tobytes(), y.tobytes(), groups.tobytes())


@functools.lru_cache(maxsize=8)
def fitted(x: bytes, y: bytes, groups: bytes) -> gaussian_process.Kernel:
    """`fit`, once for the same trials."""
    groups = np.frombuffer(groups, dtype=np.intp)
    x, y = np.frombuffer(x).reshape(-1, len(groups)), np.frombuffer(y)
    return gaussian_process.fit(x, y, groups)


def representative(y: np.ndarray, most: int) -> np.ndarray:
    """Indices of the best half, and of others evenly, at most so many."""
    if len(y) <= most:
        return np.arange(len(y))
    order = np.argsort(y, kind="stable")
    best, others = order[: most // 2], np.sort(order[most // 2 :])
    steps = np.linspace(0, len(others) - 1, most - most // 2)
    return np.sort(np.r_[best, others[steps.round().astype(int)]])
