"""Configurations among which the acquisition is maximized."""

import itertools
from collections.abc import Callable
from collections.abc import Set

import numpy as np
from scipy.stats import qmc

from keras_troubleshoot.tuning.bayesian.cube import Cube
from keras_troubleshoot.tuning.bayesian.cube import keys

# Random rows; the best trials around which rows are drawn, rows around each.
RANDOM, BEST, AROUND = 1000, 10, 40
# Widths of the steps around the best trials, then of each refinement.
WIDTHS, REFINED = (0.2, 0.05), (0.1, 0.05, 0.02, 0.01, 0.005)
# Rows that a refinement goes on with, and the neighbours of each.
KEPT, NEIGHBOURS = 8, 24
# Rows that are walked through when all at random are known.
WALKED = 256


def spread(cube: Cube, seed: int, number: int) -> np.ndarray:
    """Valid rows of a low-discrepancy sequence, from the given number on.

    Sobol's, scrambled by the seed: each of its prefixes covers every range
    evenly, as plain random rows do not.
    """
    sobol = qmc.Sobol(len(cube), scramble=True, rng=seed)
    if number:
        sobol.fast_forward(number)
    return cube.valid(sobol.random(32))


def unknown(at: np.ndarray, known: Set[bytes]) -> np.ndarray:
    """The rows that are new, each once."""
    fresh = {
        key: number
        for number, key in reversed(list(enumerate(keys(at))))
        if key not in known
    }
    return at[sorted(fresh.values())]


def rest(cube: Cube, known: Set[bytes]) -> np.ndarray:
    """New rows by walking through all: none, only where all are known."""
    walk = itertools.islice(cube.walk(), len(known) + WALKED)
    return unknown(cube.encode(list(walk)), known)


def around(
    cube: Cube, at: np.ndarray, width: float, rng: np.random.Generator
) -> np.ndarray:
    """A valid neighbour of each row: some of its coordinates moved.

    An order moves by about `width`, by one step at least; a category is
    drawn anew. What was turned off is drawn, in case it is turned on.
    """
    shape = at.shape
    moved = np.where(cube.active(at), at, rng.random(shape))
    which = rng.random(shape) < min(1.0, 2 / shape[1])
    which[np.arange(len(at)), rng.integers(shape[1], size=len(at))] = True
    for number, column in enumerate(cube.columns):
        old, size = moved[:, number], len(at)
        step = width
        if column.levels is not None:
            step = max(width, 1 / len(column.levels))
        new = old + step * rng.standard_normal(size)
        if column.category:
            new = rng.random(size)
        # Reflected at the ends, where clipping would pile rows up.
        new = np.abs(new)
        new = np.where(new > 1, np.maximum(2 - new, 0), new)
        moved[:, number] = np.where(which[:, number], new, old)
    return cube.valid(moved)


def pool(cube: Cube, best: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Valid rows: at random everywhere, and around the best."""
    rows = [cube.valid(rng.random((RANDOM, len(cube))))]
    for width in WIDTHS:
        repeated = np.repeat(best, AROUND // len(WIDTHS), axis=0)
        rows.append(around(cube, repeated, width, rng))
    return np.concatenate(rows)


def maximize(
    cube: Cube,
    score: Callable[[np.ndarray], np.ndarray],
    at: np.ndarray,
    known: Set[bytes],
    rng: np.random.Generator,
) -> np.ndarray:
    """The best row of a pool, after climbing from its best ones.

    Args:
        cube: the space.
        score: gives rows their worth.
        at: the pool, new and valid rows.
        known: keys of rows that must not come out.
        rng: draws the neighbours.
    """
    scores = score(at)
    for width in REFINED:
        kept = np.argsort(-scores, kind="stable")[:KEPT]
        at, scores = at[kept], scores[kept]
        near = around(cube, np.repeat(at, NEIGHBOURS, axis=0), width, rng)
        near = unknown(near, known)
        at = np.concatenate([at, near])
        scores = np.concatenate([scores, score(near)])
    return at[scores.argmax()]
