"""Scores of trials as targets that a Gaussian process can learn.

After Song et al., "The Vizier Gaussian Process Bandit Algorithm" (2024),
section 3.2: the better half keeps its distances, of the worse half only the
ranks count, and what diverged is worse than the worst.
"""

import numpy as np
from scipy import special

# How much worse than the worst a diverged trial is, in standard deviations
# of the better half (heuristic; Vizier takes half the range).
DIVERGED = 0.5


def targets(scores: np.ndarray, direction: str = "min") -> np.ndarray:
    """Robust targets, the smaller the better, about zero with deviation 1.

    Losses have tails: of a learning rate far too large the loss is 1e6, and
    a process that must explain it sees no difference between 0.10 and 0.12.
    So the worse half is given the normal quantiles of its ranks, on the
    scale of the better half.

    Args:
        scores: of the trials, shape (n,). What is not finite diverged or
            failed: it counts as worse than the worst.
        direction: "min" or "max", what is better.

    Returns:
        The targets, shape (n,), all finite.

    Example:
        >>> targets(np.array([0.1, 0.2, 0.3, 1e9, np.inf])).round(2)
        array([-1.55, -0.66,  0.21,  0.75,  1.25])
    """
    scores = np.asarray(scores, dtype=float)
    finite = np.isfinite(scores)
    if not finite.any():
        return np.zeros(len(scores))
    good = scores[finite] * (-1 if direction == "max" else 1)
    warped = half_ranks(good)
    values = np.full(len(scores), warped.max() + DIVERGED)
    values[finite] = warped
    return (values - values.mean()) / max(values.std(), 1e-12)


def half_ranks(values: np.ndarray) -> np.ndarray:
    """The better half in its own unit, the worse half by its ranks."""
    median = np.median(values)
    better = values <= median
    # The deviation that a normal distribution with this half would have.
    unit = np.sqrt(np.mean(np.square(values[better] - median)))
    if unit <= 1e-12 * max(1.0, abs(median)):
        unit = 1.0
    warped = (values - median) / unit
    order = np.unique(values[~better], return_inverse=True)[1]
    if len(order):
        shares = 0.5 + 0.5 * (order + 1) / (order.max() + 2)
        warped[~better] = special.ndtri(shares)
    return warped
