"""Patterns of signs that stay apart, wherever they are put."""

import itertools

import numpy as np

# Patterns to choose from, at least (heuristic: beyond that the distances of
# 10 patterns of 16 signs grow no more).
CANDIDATES = 512


def choose(
    shape: tuple[int, ...], count: int, reach: int, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Chooses patterns of signs that differ as much as possible.

    Of random patterns, the one that is farthest from those chosen is taken
    next. The distance of two is the smallest over all shifts of one against
    the other, and over the sign of one: a pattern and its negative are the
    same.

    Args:
        shape: of a pattern; the last axis is not shifted along.
        count: how many patterns.
        reach: how far they are shifted along each axis, at most.
        rng: of the candidates.

    Returns:
        Patterns of -1 and 1, shape (count, *shape), and the smallest squared
        distance between two of them, or of one from 0.

    Example:
        >>> signs, distance = choose((4, 1), 3, 0, np.random.default_rng(0))
        >>> signs.shape, float(distance)
        ((3, 4, 1), 4.0)
    """
    size = (max(CANDIDATES, 2 * count), *shape)
    candidates = rng.choice([-1.0, 1.0], size)
    edges = [(0, 0), *[(reach, reach)] * (len(shape) - 1), (0, 0)]
    padded = np.pad(candidates, edges)
    chosen, smallest = [0], float(np.prod(shape))
    nearest = distances(padded, padded[0], reach)
    while len(chosen) < count:
        farthest = int(nearest.argmax())
        smallest = min(smallest, nearest[farthest])
        chosen.append(farthest)
        to_it = distances(padded, padded[farthest], reach)
        nearest = np.minimum(nearest, to_it)
    return candidates[chosen], float(smallest)


def distances(
    padded: np.ndarray, pattern: np.ndarray, reach: int
) -> np.ndarray:
    """Squared distances from one pattern, the smallest over shifts and signs.

    Args:
        padded: shape (candidates, *shape), with zeros as wide as the shifts.
        pattern: one of these.
        reach: of the shifts.

    Returns:
        Shape (candidates,).
    """
    flat = padded.reshape(len(padded), -1)
    axes = tuple(range(pattern.ndim - 1))
    likeness = np.zeros(len(padded))
    for shift in itertools.product(range(-reach, reach + 1), repeat=len(axes)):
        moved = np.roll(pattern, shift, axes).ravel()
        likeness = np.maximum(likeness, np.abs(flat @ moved))
    return 2 * (np.square(pattern).sum() - likeness)
