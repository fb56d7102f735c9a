"""The configurations of a round."""

import functools
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import qmc

from keras_troubleshoot.tuning.coarse.round import Round
from keras_troubleshoot.tuning.coarse.span import Span
from keras_troubleshoot.tuning.coarse.span import whole
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import filled
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.embedding.scale import HyperParameter

# Dimensions of the sequence: more than are used, so that hyperparameters
# that register late leave the others where they were.
DIMENSIONS = 32
# By which the chance of a better trial to be drawn around is raised: 1 for
# equal chances, 2 for 45% of all draws around the best of five.
PREFERENCE = 2
# How much of its range a hyperparameter keeps around one of the best.
FOCUS = 0.5
# The chance that a category is that of the trial it is drawn around, beside
# its chance among all the best.
LOYALTY = 0.5


def point(seed: int, number: int, attempt: int, count: int) -> np.ndarray:
    """A point of the unit cube for a trial, by its number alone.

    The first attempt is a point of Sobol's sequence, scrambled by the seed
    (Owen, 1998): each prefix covers each range evenly, which plain random
    points do not. Later ones, where the first was a configuration that had
    been tried, are random.

    Args:
        seed: of the search.
        number: of the trial.
        attempt: 0 for the first.
        count: how many coordinates are needed at least.
    """
    dimensions = DIMENSIONS
    while dimensions < count:
        dimensions *= 2
    if attempt:
        return np.random.default_rng([seed, number, attempt]).random(dimensions)
    block = 64
    while block <= number:
        block *= 2
    return sequence(seed, dimensions, block)[number]


@functools.lru_cache(maxsize=4)
def sequence(seed: int, dimensions: int, length: int) -> np.ndarray:
    """The first points of the sequence; a longer one starts alike."""
    return qmc.Sobol(dimensions, scramble=True, rng=seed).random(length)


def draw(
    space: Sequence[HyperParameter], drawn: Round, at: np.ndarray
) -> dict[str, Any]:
    """The configuration at a point of the unit cube.

    Args:
        space: the hyperparameters, parents before children.
        drawn: the round.
        at: shape (more than hyperparameters,); the first coordinate chooses
            one of the best, around which the others draw.

    Returns:
        The values of the active hyperparameters.
    """
    rank = int(at[0] ** PREFERENCE * len(drawn.best))
    base = drawn.best[rank] if drawn.best else {}
    names = titles(space)

    def value(hp: HyperParameter, number: int) -> Any:
        span = drawn.spans.get(names[number], None) or whole(hp)
        return scale.from_unit(hp, place(hp, span, base, at[number + 1]))

    return filled(space, value)


def place(
    hp: HyperParameter, span: Span, base: Mapping[str, Any], at: float
) -> float:
    """Where in the range of a hyperparameter a coordinate falls."""
    center = None
    if hp.name in base and is_active(hp, base):
        center = scale.to_unit(hp, base[hp.name])
    if span.chances is not None:
        return choice(span.chances, center, at)
    low, high = span.low, span.high
    if center is not None:
        half = FOCUS * span.width / 2
        center = min(max(center, low + half), high - half)
        low, high = center - half, center + half
    return low + at * (high - low)


def choice(chances: Sequence[float], center: float | None, at: float) -> float:
    """The middle of the part of a category."""
    weights = np.array(chances)
    if center is not None:
        weights *= 1 - LOYALTY
        weights[int(center * len(weights))] += LOYALTY
    ends = np.cumsum(weights) / weights.sum()
    chosen = min(int(np.searchsorted(ends, at, "right")), len(weights) - 1)
    return (chosen + 0.5) / len(weights)
