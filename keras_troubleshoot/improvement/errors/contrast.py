"""Whether some rows have more errors than the others: tests, corrected."""

import numpy as np

# Chance of naming any slice (or cluster) at all where the errors have nothing
# to do with them; a convention, half of it for each of two families.
LEVEL = 0.02
# Standard deviations above the expectation from which on the exact chance is
# worked out; below, it is above the level by far, and told as 1.
FAR = 1.0


def p_more(rows, total, of_rows, of_total, of_squares, exact) -> np.ndarray:
    """Chance of so many errors among some rows, if these were drawn at random.

    Right or wrong: the tail of the hypergeometric distribution (Fisher's
    exact test, one-sided). Ranks: that of the rank sum test of Wilcoxon,
    Mann and Whitney, with its variance corrected for ties.

    Args:
        rows: how many they are; any shape, as all others.
        total: the sum of their scores.
        of_rows: rows of the population, these included.
        of_total: the sum of the scores of the population.
        of_squares: the sum of their squares.
        exact: whether the scores are 0 and 1.

    Returns:
        One-sided p-values; 1 where they are the whole population, or hardly
        more than expected.

    Example:
        >>> float(p_more(2, 2, 4, 2, 2, exact=True).round(4))
        0.1667
    """
    from scipy import stats

    given = rows, total, of_rows, of_total, of_squares
    rows, total, of_rows, of_total, of_squares = np.broadcast_arrays(
        *(np.asarray(value, "float64") for value in given)
    )
    size = np.maximum(of_rows, 2)
    mean = of_total / size
    variance = np.maximum(of_squares / size - mean**2, 0)
    variance = variance * rows * (size - rows) / (size - 1)
    far = (total - rows * mean) / np.sqrt(np.maximum(variance, 1e-300))
    if not exact:
        found = stats.norm.sf(far)
    else:
        # The exact tail is dear; what is not far off has none that is small.
        found, look = np.ones(far.shape), far > FAR
        found[look] = stats.hypergeom.sf(
            total[look] - 1, of_rows[look], of_total[look], rows[look]
        )
    whole = (rows >= of_rows) | (rows <= 0)
    return np.where(whole, 1.0, np.clip(found, 0.0, 1.0))


def holm(p, tests: int | None = None) -> np.ndarray:
    """P-values corrected for their number.

    S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
    Scandinavian Journal of Statistics 6 (1979), 65-70. The chance that any
    true hypothesis falls below a level is at most the level, however the
    tests depend on each other.

    Args:
        p: p-values, shape (n,); NaN was not tested.
        tests: how many there were, where others gave 1.

    Returns:
        Corrected ones, NaN where they were.

    Example:
        >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
        [0.03, 0.06, nan, 0.06]
    """
    p = np.asarray(p, "float64")
    corrected = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if not len(tested):
        return corrected
    order = tested[np.argsort(p[tested], kind="stable")]
    count = max(tests or 0, len(order))
    steps = p[order] * (count - np.arange(len(order)))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected
