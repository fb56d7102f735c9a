"""Whole numbers in given proportions."""

import numpy as np


def apportion(weights: np.ndarray, total: int) -> np.ndarray:
    """Shares out a number of rows by the method of the largest remainder.

    Each share gets its quota rounded down, and those with the largest
    remainders one more until all is given away (Hamilton's method). Where
    there are enough rows, no share with a weight gets none.

    Args:
        weights: shape (shares,), at least 0, not all of them 0.
        total: how many rows to share out.

    Returns:
        Whole numbers that sum up to `total`. Where the weights are counts,
        with at least `total` together, none exceeds its count.

    Example:
        >>> apportion(np.array([500, 300, 200]), 11).tolist()
        [6, 3, 2]
        >>> apportion(np.array([997, 2, 1]), 10).tolist()
        [8, 1, 1]
    """
    weights = np.asarray(weights, "float64")
    quotas = total * weights / weights.sum()
    given = np.floor(quotas).astype(int)
    fewest = int(total >= np.count_nonzero(weights))
    given = np.maximum(given, fewest * (weights > 0))
    while (missing := total - given.sum()) != 0:
        lead = given - quotas
        if missing > 0:
            given[np.argmin(lead)] += 1
        else:
            given[np.argmax(np.where(given > fewest, lead, -np.inf))] -= 1
    return given
