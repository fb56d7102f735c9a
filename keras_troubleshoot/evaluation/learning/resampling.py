"""How sure a power law is: the bootstrap over runs."""

import numpy as np

from keras_troubleshoot.evaluation.learning import points
from keras_troubleshoot.evaluation.learning import power_law
from keras_troubleshoot.evaluation.learning.power_law import PowerLaw


def fitted(
    sizes: np.ndarray,
    errors: np.ndarray,
    noise: float,
    resamples: int,
    seed: int,
) -> tuple[PowerLaw, PowerLaw]:
    """The law that fits best, and those of the resamples.

    A resample moves the law's error at each size by residuals of the runs,
    drawn from those of all sizes together (a residual bootstrap: B. Efron and
    R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 9). Where
    there is one run of each size, by the residuals of the law.

    Args:
        sizes: numbers of examples.
        errors: shape (sizes, runs); NaN where a run is missing.
        noise: relative standard error that the validation rows give to all
            errors together.
        resamples: how many.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    means, spread = np.nanmean(errors, axis=1), points.spreads(errors)
    law = power_law.fit(sizes, means, spread)
    expected = law.at(sizes)[0]
    off = points.residuals(errors)
    runs = np.isfinite(errors).sum(axis=1)
    if not len(off):
        off = of_law(means, expected)
    drawn = np.stack(
        [
            rng.choice(off, size=(resamples, count)).mean(axis=1)
            for count in runs
        ],
        axis=1,
    )
    drawn = np.maximum(expected * (1 + inflated(drawn, off)), 0.0)
    laws = power_law.fit(sizes, drawn, spread)
    moved = np.maximum(1 + noise * rng.standard_normal(resamples), 0.0)
    moved_laws = PowerLaw(
        laws.floor * moved, laws.height * moved, laws.exponent, laws.misfit
    )
    return law, moved_laws


def inflated(drawn: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Draws, wider where the spread is known from few runs.

    As far as quantiles of Student's t are wider than normal ones.
    """
    from scipy import stats

    freedom = max(len(off) / 2, 2.0)
    return drawn * stats.t.ppf(0.975, freedom) / stats.norm.ppf(0.975)


def of_law(means: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Relative residuals of a law with three numbers."""
    free = max(len(means) - 3, 1)
    off = np.where(expected > 0, means / np.maximum(expected, 1e-300) - 1, 0)
    return off * np.sqrt(len(means) / free)
