"""A power law of the error: error(n) = a + b * n ** -c.

The error of learners falls so with the number of examples n: C. Cortes et
al., "Learning Curves: Asymptotic Values and Rate of Convergence" (NIPS 1993);
J. Hestness et al., "Deep Learning Scaling is Predictable, Empirically" (2017,
https://arxiv.org/abs/1712.00409). The least squares are weighted as by R.
Figueroa et al., "Predicting sample size required for classification
performance" (BMC Medical Informatics and Decision Making 12, 2012), by the
inverse variance of each mean.
"""

import dataclasses

import numpy as np

# Exponents that are tried. Hestness et al. found 0.07 to 0.35, statistical
# theory has 0.5 for rates and 1 for squares; twice that leaves room.
LEAST, MOST = 0.05, 2.0
EXPONENTS = np.geomspace(LEAST, MOST, 150)


@dataclasses.dataclass(frozen=True, eq=False)
class PowerLaw:
    """One law, or many, one for each resample: fields of one shape.

    Attributes:
        floor: a, the error that no number of examples falls below.
        height: b, the error above the floor at one example.
        exponent: c, how fast it falls.
        misfit: sum of squares that is left, in standard errors.
    """

    floor: np.ndarray
    height: np.ndarray
    exponent: np.ndarray
    misfit: np.ndarray

    def at(self, examples: np.ndarray | float) -> np.ndarray:
        """The error at numbers of examples, which are the last axis."""
        sizes = np.atleast_1d(np.asarray(examples, "float64"))
        floor, height, exponent = (
            np.asarray(part)[..., None]
            for part in (self.floor, self.height, self.exponent)
        )
        return floor + height * sizes**-exponent


def fit(sizes: np.ndarray, errors: np.ndarray, spread: np.ndarray) -> PowerLaw:
    """The law of least squares with a, b >= 0 and c between bounds.

    For each exponent the best floor and height are those of a line, so that
    all exponents can be tried, and the search ends in no local minimum.

    Args:
        sizes: numbers of examples, shape (m,).
        errors: mean errors, shape (m,), or (resamples, m).
        spread: standard error of each mean, shape (m,).

    Example:
        >>> sizes = np.array([100, 200, 400, 800, 1600])
        >>> law = fit(sizes, 0.05 + 2 * sizes**-0.5, np.ones(5))
        >>> law.at(3200).round(3)
        array([[0.085]])
    """
    errors = np.atleast_2d(errors)
    best = np.full(len(errors), np.inf)
    found = np.zeros((3, len(errors)))
    for exponent in EXPONENTS:
        floor, height = line(sizes**-exponent, errors, spread**-2.0)
        law = PowerLaw(floor, height, np.full(len(errors), exponent), best)
        misfit = (((errors - law.at(sizes)) / spread) ** 2).sum(axis=1)
        better = misfit < best
        best = np.where(better, misfit, best)
        found = np.where(better, (floor, height, law.exponent), found)
    return PowerLaw(*found, best)


def line(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Intercept and slope of weighted least squares, neither below 0.

    Where one would be negative it is 0, and the other the best alone.
    """
    weight = weight / weight.sum()
    mean_x, mean_y = weight @ x, y @ weight
    slope = ((y - mean_y[:, None]) * (x - mean_x)) @ weight
    slope = slope / (weight @ (x - mean_x) ** 2)
    intercept = mean_y - slope * mean_x
    through = (y * x) @ weight / (weight @ x**2)
    flat = slope < 0
    steep = ~flat & (intercept < 0)
    slope = np.where(flat, 0.0, np.where(steep, through, slope))
    intercept = np.where(flat, mean_y, np.where(steep, 0.0, intercept))
    return intercept, slope
