"""The band in which the curve of one more seed lies as a whole."""

import dataclasses

import numpy as np

# Share of the epochs over which the variance of an epoch is averaged.
WINDOW = 0.2
# The variance of an epoch is at least this share of the mean of all, lest
# three seeds that happen to meet in one epoch make a needle's eye.
LEAST = 0.1


@dataclasses.dataclass(frozen=True, eq=False)
class SeedBand:
    """A prediction band for a whole curve.

    Attributes:
        centre: mean of the references, shape (epochs,).
        width: to each side, shape (epochs,).
    """

    centre: np.ndarray
    width: np.ndarray


def seed_band(curves: np.ndarray, alarms: float) -> SeedBand:
    """The band of several seeds.

    Student's t for the next curve, at the mean of the references, with a
    variance that is averaged over neighbouring epochs. What these add to the
    degrees of freedom follows from the correlation `r` of one epoch with the
    next, `(1 - r) / (1 + r)` each (G. V. Bayley and J. M. Hammersley 1946);
    the correction for many epochs (Bonferroni) counts as many of them as the
    curve crosses a level, `2 arccos(r) / pi` each (S. O. Rice 1945).

    Args:
        curves: on the scale of the comparison, shape (seeds, epochs); at
            least two seeds.
        alarms: chance that the curve of another seed leaves the band
            anywhere.

    Returns:
        The band.
    """
    from scipy import stats

    seeds, epochs = curves.shape
    centre = curves.mean(0)
    apart = curves - centre
    variance = averaged(apart.var(0, ddof=0) * seeds / (seeds - 1))
    alike = correlation(apart / np.sqrt(variance))
    shrink = (1 - alike) / (1 + alike)
    tests = 1 + (epochs - 1) * 2 * np.arccos(alike) / np.pi
    freedom = (seeds - 1) * max(1.0, window(epochs) * shrink)
    critical = stats.t.ppf(1 - alarms / 2 / tests, freedom)
    return SeedBand(centre, critical * np.sqrt(variance * (1 + 1 / seeds)))


def window(epochs: int) -> int:
    """Over how many epochs a variance is averaged; an odd number."""
    return 2 * int(WINDOW * epochs / 2) + 1


def averaged(variance: np.ndarray) -> np.ndarray:
    """The variance of each epoch with that of its neighbours."""
    half = window(len(variance)) // 2
    padded = np.pad(variance, half, mode="reflect") if half else variance
    kernel = np.ones(2 * half + 1) / (2 * half + 1)
    smooth = np.convolve(padded, kernel, mode="valid")
    return np.maximum(smooth, max(LEAST * variance.mean(), 1e-24))


def correlation(apart: np.ndarray) -> float:
    """Correlation of neighbouring epochs, from 0 to 0.99."""
    if apart.shape[1] < 3:
        return 0.0
    product = (apart[:, 1:] * apart[:, :-1]).sum()
    size = np.sqrt((apart[:, 1:] ** 2).sum() * (apart[:, :-1] ** 2).sum())
    return float(np.clip(product / max(size, 1e-24), 0.0, 0.99))
