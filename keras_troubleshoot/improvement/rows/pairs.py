"""Pairs of rows that lie near each other: of few rows all, of many hashed."""

import numpy as np

from keras_troubleshoot.improvement.rows import projecting
from keras_troubleshoot.improvement.rows import spacing

# Operations up to which each row is compared with each (seconds), and those
# of a distance beside its multiplications.
ALL = 1e10
BESIDE = 50
# Pairs of rows at most: more say nothing that could be looked at.
MOST = 20_000_000
# Of the sum of squares: by how much a distance may be off in float32.
ROUNDING = 1e-6


def near(
    matrix: np.ndarray,
    radius: float,
    must: np.ndarray | None = None,
    *,
    seed: int = 0,
    tell=lambda text: None,
) -> tuple[np.ndarray, np.ndarray, float]:
    """Pairs of rows within a radius.

    Args:
        matrix: shape (rows, columns), float32.
        radius: the largest distance.
        must: shape (rows,); both rows of a pair have the same of it.
        seed: of random projections.
        tell: is told how far it has come.

    Returns:
        The pairs, shape (pairs, 2), the lower number first; their distances;
        and the share of all pairs at exactly that radius that are found in
        expectation (nearer ones are found more often).

    Raises:
        ValueError: there are more than 20 million.
    """
    rows, columns = matrix.shape
    if rows * rows * (columns + BESIDE) / 2 <= ALL:
        found, recall = compared(matrix, radius, tell), 1.0
    else:
        found, recall = projecting.candidates(matrix, radius, must, seed, tell)
    if must is not None:
        found = found[must[found[:, 0]] == must[found[:, 1]]]
    distances = between(matrix, found)
    kept = distances <= radius
    return found[kept], distances[kept], recall


def compared(matrix: np.ndarray, radius: float, tell) -> np.ndarray:
    """Pairs that may lie within a radius: compares all rows."""
    rows = len(matrix)
    height = max(1, spacing.BLOCK // rows)
    size = np.einsum("ij,ij->i", matrix, matrix)
    found, total = [np.zeros((0, 2), int)], 0
    for start in range(0, rows, height):
        block = matrix[start : start + height]
        apart = spacing.squares(block, matrix[start:])
        reach = radius**2 + ROUNDING * (
            size[start : start + height, None] + size[None, start:]
        )
        first, second = np.nonzero(apart <= reach)
        ahead = second > first
        found.append(np.stack([first[ahead], second[ahead]], 1) + start)
        total += len(found[-1])
        require_few(total)
        tell(f"{start:,} of {rows:,} rows compared")
    return np.concatenate(found)


def require_few(pairs: int) -> None:
    """Raises if there are too many pairs."""
    if pairs > MOST:
        raise ValueError(
            f"`near` must leave less than {MOST:,} pairs of rows, received "
            "one that has more. To mend it, pass a smaller number."
        )


def between(matrix: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Distances of pairs, without the rounding of sums of squares."""
    made = np.zeros(len(pairs))
    height = max(1, spacing.BLOCK // max(1, matrix.shape[1]))
    for start in range(0, len(pairs), height):
        first, second = pairs[start : start + height].T
        apart = matrix[first] - matrix[second]
        square = np.einsum("ij,ij->i", apart, apart, dtype="float64")
        made[start : start + height] = np.sqrt(square)
    return made
