"""Whether a power law may be believed."""

import numpy as np

from keras_troubleshoot.evaluation.learning import points
from keras_troubleshoot.evaluation.learning.power_law import PowerLaw

# Sizes, and the largest over the smallest, below which three numbers are
# hardly told apart (heuristic; checked in `interval_coverage.py`).
SIZES, RANGE = 5, 8
# Significance from which the law does not fit.
LEVEL = 0.01
# Standard errors by which a rise is no chance.
RISE = 3.0


def doubts(
    sizes: np.ndarray, errors: np.ndarray, law: PowerLaw
) -> tuple[str, ...]:
    """Why the law is not to be trusted, in sentences."""
    means, spread = np.nanmean(errors, axis=1), points.spreads(errors)
    runs = len(points.residuals(errors)) > 0
    found = []
    if len(sizes) < SIZES:
        found.append(
            f"{len(sizes)} sizes are few for a law of three numbers; take "
            f"{SIZES} or more."
        )
    if sizes[-1] < RANGE * sizes[0]:
        found.append(
            f"The sizes span a factor of {sizes[-1] / sizes[0]:.2g} only; "
            f"take a factor of {RANGE} or more."
        )
    if not runs:
        found.append(
            "There is one run of each size, so that chance cannot be told "
            "from the law; take three or more."
        )
    found += of_shape(sizes, means, spread)
    if runs and does_not_fit(law, errors):
        found.append(
            "The points lie farther off the law than chance between runs "
            "explains."
        )
    return tuple(found)


def of_shape(
    sizes: np.ndarray, means: np.ndarray, spread: np.ndarray
) -> list[str]:
    """Doubts where the error does not fall, or rises on the way."""
    steps = np.diff(means)
    sure = RISE * np.hypot(spread[1:], spread[:-1])
    rises = np.flatnonzero(steps > sure)
    if len(rises):
        place = int(rises[0])
        return [
            f"The error rises from {sizes[place]:,} to {sizes[place + 1]:,} "
            "examples; see whether training ended too early there."
        ]
    if means[0] - means[-1] < 2 * np.hypot(spread[0], spread[-1]):
        return [
            "The error does not fall with the number of examples, beyond "
            "chance."
        ]
    return []


def does_not_fit(law: PowerLaw, errors: np.ndarray) -> bool:
    """Whether the misfit is beyond chance, by an F test for lack of fit.

    Of the misfit, in standard errors that come from the runs themselves.
    """
    from scipy import stats

    free = len(errors) - 3
    pure = int(np.isfinite(errors).sum()) - len(errors)
    if free < 1 or pure < 1:
        return False
    ratio = float(law.misfit[0]) / free
    return bool(stats.f.sf(ratio, free, pure) < LEVEL)
