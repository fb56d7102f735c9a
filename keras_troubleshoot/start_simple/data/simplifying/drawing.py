"""Which rows are kept: drawn by class, or from all alike."""

import numpy as np

from keras_troubleshoot.start_simple.data.apportion import apportion


def draw(
    eligible: np.ndarray, rows: int, ids: np.ndarray | None, seed: int
) -> np.ndarray:
    """Draws rows, always the same of one seed.

    Args:
        eligible: numbers of the rows to choose from, in rising order.
        rows: how many to draw at most.
        ids: the class of each of these; None to draw from all alike.
        seed: of the draw.

    Returns:
        Numbers of rows in rising order. Each class has its share of them up
        to less than one row, and at least one where there are enough.

    Example:
        >>> ids = np.array([0, 0, 0, 0, 1, 1])
        >>> ids[draw(np.arange(6), 3, ids, seed=0)].tolist()
        [0, 0, 1]
    """
    if rows >= len(eligible):
        return eligible
    generator = np.random.default_rng(seed)
    if ids is None:
        return np.sort(generator.choice(eligible, rows, replace=False))
    _, places, counts = np.unique(ids, return_inverse=True, return_counts=True)
    # Rows in random order, put together by class: the first of each are kept.
    order = generator.permutation(len(eligible))
    order = order[np.argsort(places[order], kind="stable")]
    starts = np.cumsum(counts) - counts
    kept = [
        order[start : start + share]
        for start, share in zip(starts, apportion(counts, rows), strict=True)
    ]
    return eligible[np.sort(np.concatenate(kept))]
