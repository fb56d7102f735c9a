"""Divides rows in two, by class, so that what belongs together stays so."""

import numpy as np

# Parts into which numbers to be predicted are cut, to stratify by them.
BINS = 10


def divide(
    units: np.ndarray, strata: np.ndarray, share: float, seed: int
) -> np.ndarray:
    """Which rows come to the first side.

    Units of several rows are placed first, from the largest, where the
    classes then lie nearest to their shares; single rows fill them up.

    Args:
        units: shape (rows,): rows with the same number stay together.
        strata: shape (rows,): class ids.
        share: of the rows that come to the first side.
        seed: of the order.

    Returns:
        Shape (rows,), boolean.

    Example:
        >>> divide(np.arange(6), np.array([0, 0, 0, 0, 1, 1]), 0.5, 0).sum()
        np.int64(3)
    """
    rng = np.random.default_rng(seed)
    _, units, sizes = np.unique(units, return_inverse=True, return_counts=True)
    wanted = share * np.bincount(strata)
    taken = np.zeros(len(wanted))
    first = np.zeros(len(units), bool)
    order = np.argsort(units, kind="stable")
    starts = np.cumsum(sizes) - sizes
    several = rng.permutation(np.flatnonzero(sizes > 1))
    for unit in several[np.argsort(-sizes[several], kind="stable")]:
        rows = order[starts[unit] : starts[unit] + sizes[unit]]
        kinds, counts = np.unique(strata[rows], return_counts=True)
        left = wanted[kinds] - taken[kinds]
        # Taken if this brings the classes nearer to what is wanted.
        gain = (left**2).sum() - ((left - counts) ** 2).sum()
        if gain > 0 or (gain == 0 and rng.random() < share):
            first[rows] = True
            taken[kinds] += counts
    single = rng.permutation(np.flatnonzero(sizes[units] == 1))
    return fill(first, single, strata, wanted - taken)


def fill(first, single, strata, left) -> np.ndarray:
    """Single rows of each class, as many as it lacks; the sum is right."""
    there = np.bincount(strata[single], minlength=len(left))
    count = np.clip(np.floor(left), 0, there).astype(int)
    more = int(np.rint(left.sum() - count.sum()))
    for each in np.argsort(np.floor(left) - left, kind="stable"):
        if more > 0 and count[each] < there[each]:
            count[each] += 1
            more -= 1
    for each, number in enumerate(count):
        rows = single[strata[single] == each]
        first[rows[:number]] = True
    return first


def strata(values: np.ndarray, classes: bool) -> np.ndarray:
    """Class ids; of numbers, that of the tenth in which each lies."""
    if classes:
        return np.unique(values, return_inverse=True)[1]
    cuts = np.quantile(values, np.arange(1, BINS) / BINS)
    return np.unique(np.searchsorted(cuts, values), return_inverse=True)[1]
