"""Numbers to be predicted that are likely wrong (heuristic)."""

from typing import Any

import numpy as np

from keras_troubleshoot.improvement.labels.result import LabelErrors

# Robust standard scores from which on a residual is an outlier: B. Iglewicz,
# D. Hoaglin, "How to Detect and Handle Outliers" (1993), take 3.5 for data
# near a normal distribution; residuals have heavier tails, so we take twice.
OUTLIER = 7.0
# Of a normal distribution, the median absolute deviation in deviations.
NORMAL = 0.6745


def conclude(labels, made, judged, method: str, x: Any) -> LabelErrors:
    """The suspects among numbers: residuals far outside of the others."""
    rows = np.flatnonzero(judged)
    score = np.full(len(labels.values), np.nan)
    score[rows] = robust(labels.values[rows] - made[rows])
    found = rows[np.abs(score[rows]) > OUTLIER]
    found = found[np.argsort(-np.abs(score[found]), kind="stable")]
    return LabelErrors(
        rows=len(labels.values),
        judged=len(rows),
        indices=found,
        given=labels.values[found],
        suggested=made[found],
        confidence=1 / (1 + np.abs(score)),
        classes=None,
        joint=None,
        estimator="residuals",
        inputs=x,
    )


def robust(residuals: np.ndarray) -> np.ndarray:
    """Scores by the median and the median absolute deviation.

    Example:
        >>> robust(np.array([-1.0, 0.0, 1.0, 100.0])).round(2).tolist()
        [-1.01, -0.34, 0.34, 67.11]
    """
    apart = residuals - np.median(residuals)
    spread = np.median(np.abs(apart)) / NORMAL
    return apart / max(
        float(spread), 1e-12 * float(np.abs(apart).max()), 1e-300
    )
