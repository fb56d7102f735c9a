"""The interval of a share of rows, which stays honest near 0 and 1."""

import numpy as np


def interval(
    rate: float, rows: float, confidence: float = 0.95
) -> tuple[float, float]:
    """The score interval of a share.

    E. B. Wilson, "Probable Inference", Journal of the American Statistical
    Association 22 (1927), 209-212.

    Args:
        rate: the share, from 0 to 1.
        rows: of which it is the share; of weighted rows, how many equal ones
            would tell as much.
        confidence: of the interval.

    Example:
        >>> low, high = interval(0.1, 100)  # Newcombe 1998, formula 3.
        >>> round(low, 4), round(high, 4)
        (0.0552, 0.1744)
    """
    from scipy import stats

    z = stats.norm.ppf((1 + confidence) / 2)
    centre = rate + z**2 / (2 * rows)
    # Rounding leaves means of rows a little below 0 or above 1.
    spread = max(rate * (1 - rate), 0.0) / rows + z**2 / (4 * rows**2)
    half = z * np.sqrt(spread)
    low, high = np.array([centre - half, centre + half]) / (1 + z**2 / rows)
    # And ends beyond those of an estimate of exactly 0 or 1.
    low = 0.0 if rate == 0 else low
    high = 1.0 if rate == 1 else high
    return max(float(low), 0.0), min(float(high), 1.0)
