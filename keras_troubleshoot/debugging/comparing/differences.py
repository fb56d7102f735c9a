"""How far two arrays are apart, in numbers."""

import dataclasses

import numpy as np

from keras_troubleshoot.debugging.comparing.tolerance import feature_sizes
from keras_troubleshoot.debugging.comparing.tolerance import tidy
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@dataclasses.dataclass(frozen=True)
class Difference:
    """What lies between two arrays of the same meaning.

    Attributes:
        max_abs: largest difference of two numbers; NaN where the shapes
            differ.
        relative: root mean square of the differences, over that of `b`.
        cosine: of the angle between both, 1 for the same direction.
        allowed: the `relative` that rounding explains; of the feature that
            comes nearest to it or is farthest beyond.
        excess: how many times more it is than that; above 1 it differs.
        shapes: of both, where they differ; empty otherwise.
        finite: whether both are, in the same places.
    """

    max_abs: float
    relative: float
    cosine: float
    allowed: float
    excess: float
    shapes: tuple = ()
    finite: bool = True

    @property
    def same(self) -> bool:
        """Whether rounding explains it."""
        return not self.shapes and self.finite and self.excess <= 1.0

    def __str__(self) -> str:
        if self.shapes:
            return f"shapes {self.shapes[0]} and {self.shapes[1]}"
        if not self.finite:
            return "NaN or infinity in one, not in the other"
        return (
            f"up to {number(self.max_abs)} ({percent(self.relative)} of "
            f"their size, cosine {self.cosine:.4f})"
        )


def measure(
    a: np.ndarray, b: np.ndarray, allowed: np.ndarray | float
) -> Difference:
    """Compares two arrays.

    Args:
        a: rows first, features last.
        b: the reference, of the same shape.
        allowed: root mean square by which each feature may differ.

    Example:
        >>> measure(np.ones((4, 2)), np.ones((4, 2)), 1e-6).same
        True
        >>> print(measure(np.ones((4, 2)), np.zeros((4, 2)) + 2, 1e-6))
        up to 1 (50% of their size, cosine 1.0000)
    """
    if a.shape != b.shape:
        nan = float("nan")
        return Difference(nan, nan, nan, nan, np.inf, (a.shape, b.shape))
    a, b = tidy(a), tidy(b)
    known = np.isfinite(a) & np.isfinite(b)
    alike = np.array_equal(a[~known], b[~known], equal_nan=True)
    a, b = np.where(known, a, 0.0), np.where(known, b, 0.0)
    apart = feature_sizes(a - b)
    limit = np.broadcast_to(np.asarray(allowed, "float64"), apart.shape)
    excess = float(np.max(ratio(apart, limit)))
    total = float(np.sqrt((b**2).mean()))
    relative = float(ratio(np.sqrt(((a - b) ** 2).mean()), total))
    return Difference(
        float(np.abs(a - b).max()),
        relative,
        cosine(a, b),
        relative / excess if excess else 0.0,
        excess,
        finite=bool(alike),
    )


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """A quotient: 0 for nothing, infinite for something over nothing."""
    above, below = np.broadcast_arrays(above, below)
    quotient = np.full(above.shape, np.inf)
    quotient[above == 0] = 0.0
    np.divide(above, below, out=quotient, where=(below > 0) & (above > 0))
    return quotient


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of the angle between two arrays; 1 where both are zero."""
    lengths = np.sqrt((a**2).sum() * (b**2).sum())
    if not lengths:
        return 1.0 if not (a.any() or b.any()) else 0.0
    return float(np.clip((a * b).sum() / lengths, -1.0, 1.0))


def by_user(b: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """What the user allows of each feature: `atol + rtol * size`."""
    return atol + rtol * feature_sizes(tidy(b))
