"""The scale on which values of one kind are compared."""

import dataclasses
from collections.abc import Callable

import numpy as np

# Shares of 1 that are compared as they are.
SHARES = ("dead", "saturated")
# Losses, of which a share of the first value is added before logarithms are
# taken: a loss of 0.0001 is as good as one of 0.0002 (heuristic).
LOSSES = ("loss", "validation")
ADDED = 0.02


@dataclasses.dataclass(frozen=True)
class Scale:
    """A scale and the way back.

    Attributes:
        to: brings values to the scale.
        back: brings them back.
    """

    to: Callable[[np.ndarray], np.ndarray]
    back: Callable[[np.ndarray], np.ndarray]


def scale(kind: str, references: list[np.ndarray]) -> Scale:
    """The scale for a kind of quantity.

    Shares of units as they are. Metrics in [0, 1] as the arcsine of their
    square root, whose variance does not depend on their size (M. S. Bartlett
    1936). Others as logarithms; what may be negative, as a share of the
    range.

    Args:
        kind: as `quantities.SPREADS` has it.
        references: the values of each reference.
    """
    if kind in SHARES:
        return Scale(np.asarray, np.asarray)
    if kind == "share":
        return Scale(
            lambda v: np.arcsin(np.sqrt(np.clip(v, 0, 1))),
            lambda v: np.sin(np.clip(v, 0, np.pi / 2)) ** 2,
        )
    everything = np.concatenate(references)
    everything = everything[np.isfinite(everything)]
    if len(everything) and everything.min() < 0:
        spread = max(float(np.ptp(everything)), 1e-30)
        return Scale(lambda v: v / spread, lambda v: v * spread)
    first = float(np.median([values[0] for values in references]))
    added = max((ADDED if kind in LOSSES else 1e-6) * first, 1e-30)
    return Scale(
        lambda v: np.log(np.maximum(v, 0) + added),
        lambda v: np.maximum(np.exp(np.minimum(v, 700)) - added, 0),
    )
