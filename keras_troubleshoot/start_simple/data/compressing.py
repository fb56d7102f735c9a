"""Features with a long tail: which they are, and how they are compressed.

Incomes, counts and prices have a few values far above the others. Standardized,
these few have most of the variance: the rest lie close together, and a
network hardly tells them apart. The inverse hyperbolic sine,
`arcsinh(x / unit)`, is linear where |x| is small beside the unit and
logarithmic beyond, takes zeros and negative numbers, and has an inverse
(Burbidge, Magee & Robb, "Alternative transformations to handle extreme values
of the dependent variable", 1988).
"""

import numpy as np

# Skewness from which on a feature has a long tail; an exponential
# distribution has 2 (heuristic).
SKEWED = 2.0
# The part of the skewness that may be left: that of a feature with two values
# stays as it is (heuristic).
LEFT = 0.5


def units(sample: np.ndarray) -> np.ndarray:
    """The unit of each feature that has a long tail.

    Args:
        sample: rows of shape (..., features); NaN and inf are left out.

    Returns:
        Medians of the absolute values that are not 0, shape (features,); 0
        for features without a long tail.

    Example:
        >>> units(np.c_[3.0 ** np.arange(9), np.arange(9)]).tolist()
        [81.0, 0.0]
    """
    values = np.asarray(sample, "float64")
    # Numbers too far apart for float64 come out as no long tail.
    with np.errstate(over="ignore", invalid="ignore"):
        columns = values.reshape(-1, values.shape[-1]).T
        return np.array([unit(column) for column in columns])


def unit(column: np.ndarray) -> float:
    """The unit of one feature, 0 where it has no long tail."""
    column = column[np.isfinite(column)]
    size = np.abs(column[column != 0])
    before = abs(skewness(column))
    if before <= SKEWED:
        return 0.0
    found = float(np.median(size))
    after = abs(skewness(np.arcsinh(column / found)))
    return found if after <= LEFT * before else 0.0


def skewness(values: np.ndarray) -> float:
    """Third standardized moment; 0 of what does not vary."""
    if not len(values):
        return 0.0
    apart = values - values.mean()
    spread = np.sqrt(np.mean(apart**2))
    # Values that differ by their rounding alone do not vary.
    if spread <= 1e-12 * np.abs(values).max():
        return 0.0
    return float(np.mean((apart / spread) ** 3))


def compressed(values: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Rows of which the features that have a unit are compressed."""
    places = np.flatnonzero(unit)
    if not len(places):
        return values
    changed = np.array(values, "float64")
    changed[..., places] = np.arcsinh(changed[..., places] / unit[places])
    return changed


def restored(values: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The inverse of `compressed`."""
    changed = np.array(values, "float64")
    places = np.flatnonzero(unit)
    changed[..., places] = unit[places] * np.sinh(changed[..., places])
    return changed
