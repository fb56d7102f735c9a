"""The range in which another seed of the same program is expected."""

import dataclasses

import numpy as np

from keras_troubleshoot.debugging.runs.quantities import Quantity

# How many observations an expectation counts for: of all layers together
# (WHOLE), and of each phase of one layer (EACH). As in the moderated t-test
# of G. K. Smyth 2004, https://doi.org/10.2202/1544-6115.1027, there estimated
# from thousands of variances; here fixed (heuristic).
WHOLE, EACH = 8, 10
# The expectation is lowered to this share at most, where seeds agree better.
LOWEST = 0.2


@dataclasses.dataclass(frozen=True, eq=False)
class Band:
    """Where a quantity of a healthy run lies, phase by phase.

    Attributes:
        centre: mean of the references, shape (phases,).
        spread: standard deviation of a new run around it, (phases,).
        critical: how many of them are still inside.
    """

    centre: np.ndarray
    spread: np.ndarray
    critical: float

    def outside(self, values: np.ndarray) -> np.ndarray:
        """How far values are out: above 1 is outside, NaN is far outside."""
        ratio = np.abs(values - self.centre) / (self.spread * self.critical)
        return np.where(np.isnan(ratio), np.inf, ratio)


def bands(found: list[Quantity], alarms: float) -> list[Band]:
    """A band for each quantity, so that all of them hold a healthy run.

    Half of the chance of a false alarm is for losses and metrics, half for
    the many quantities of layers; each half is shared by the phases of all
    quantities (Bonferroni).

    Args:
        found: the quantities.
        alarms: chance of a false alarm, all quantities and phases together.
    """
    tests = {True: 0, False: 0}
    for quantity in found:
        tests[of_layer(quantity)] += len(quantity.phases)
    halves = sum(count > 0 for count in tests.values())
    return [
        band(
            quantity,
            confidence(quantity, found),
            alarms / halves / tests[of_layer(quantity)],
        )
        for quantity in found
    ]


def of_layer(quantity: Quantity) -> bool:
    """Whether it is a quantity of one of many layers."""
    return "/" in quantity.name and not quantity.name.startswith("history/")


def confidence(quantity: Quantity, found: list[Quantity]) -> float:
    """How much larger than expected variances of its kind really are."""
    same = [q for q in found if q.kind == quantity.kind]
    more = len(quantity.reference) - 1
    if not more:
        return 1.0
    ratios = [(q.reference.var(0, ddof=1) / q.expected).mean() for q in same]
    known = more * len(same)
    seen = known * float(np.mean(ratios))
    return max(LOWEST, (WHOLE + seen) / (WHOLE + known))


def band(quantity: Quantity, larger: float, alarms: float) -> Band:
    """The prediction band of one quantity.

    Args:
        quantity: with its references.
        larger: see `confidence`.
        alarms: chance of a false alarm in one phase.
    """
    from scipy import stats

    rows = len(quantity.reference)
    freedom = EACH + rows - 1
    variance = EACH * larger * quantity.expected
    if rows > 1:
        variance = variance + (rows - 1) * quantity.reference.var(0, ddof=1)
    variance = variance / freedom
    critical = float(stats.t.ppf(1 - alarms / 2, freedom))
    return Band(
        quantity.reference.mean(0), np.sqrt(variance * (1 + 1 / rows)), critical
    )
