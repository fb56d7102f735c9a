"""Expected improvement in closed form, and its logarithm."""

import numpy as np
from scipy import special

# Below: the improvement itself underflows, and its asymptote is exact.
FAR = -1e6
HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


def log_expected_improvement(
    mean: np.ndarray, deviation: np.ndarray, best: float
) -> np.ndarray:
    """Log E[max(best - f, 0)] for f ~ N(mean, deviation^2).

    Improvement is a fall: the smaller the better. Far from the best the
    improvement itself underflows to zero, and all candidates look alike; its
    logarithm still tells them apart. Stable as in Ament et al., "Unexpected
    Improvements to Expected Improvement for Bayesian Optimization" (NeurIPS
    2023), equation 9.

    Args:
        mean: expected values, shape (n,).
        deviation: standard deviations, shape (n,), above 0.
        best: the value to improve on.

    Returns:
        The logarithms, shape (n,).

    Example:
        >>> log_expected_improvement(np.zeros(1), np.ones(1), 0.0).round(3)
        array([-0.919])
    """
    z = (best - mean) / deviation
    return log_h(z) + np.log(deviation)


def log_h(z: np.ndarray) -> np.ndarray:
    """log(phi(z) + z Phi(z)) of the standard normal phi and Phi."""
    z = np.asarray(z, dtype=float)
    above = np.maximum(z, -1)
    near = np.log(
        np.exp(-(above**2) / 2 - HALF_LOG_2PI) + above * special.ndtr(above)
    )
    below = np.clip(z, FAR, -1)
    # phi(z) (1 - |z| Phi(z) / phi(z)); the ratio is Mills', by erfcx.
    mills = np.sqrt(np.pi / 2) * special.erfcx(-below / np.sqrt(2))
    # 1 + z * mills cancels where z is large: there it is about 1 / z^2.
    rest = np.where(below > -1e3, 1 + below * mills, 1 / below**2)
    far = -np.square(np.minimum(z, -1)) / 2 - HALF_LOG_2PI + np.log(rest)
    return np.where(z > -1, near, far)
