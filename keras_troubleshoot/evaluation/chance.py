"""The luck of the best of many equally good trials."""

import dataclasses

import numpy as np

# Standard deviations within which the best of any number of trials lies.
REACH = 40.0
# Steps of a standard deviation in which normal numbers are laid out.
STEP = 2.0**-7


@dataclasses.dataclass(frozen=True)
class Luck:
    """How lucky the best trial is, for any number of examples.

    Attributes:
        trials: that are compared.
        rate: the error rate of each; None where errors are no rates.
        spread: standard deviation of the error of an example.
        correlation: of the mean errors of two trials.
    """

    trials: int
    rate: float | None
    spread: float
    correlation: float

    def at(self, examples: int) -> "Best":
        """The distribution with so many examples.

        What all trials share does not tell them apart; the rest shrinks by
        `sqrt(1 - correlation)`.
        """
        scale = self.spread / np.sqrt(examples)
        make = normal if self.rate is None else binomial
        values, masses = make(self, examples)
        own = np.sqrt(1 - self.correlation)
        return Best(
            own * values, masses, float(np.sqrt(self.correlation) * scale)
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Best:
    """True error minus validation error of the best trial.

    Attributes:
        values: it can have, rising, but for what all trials share.
        masses: probability of each.
        shared: standard deviation of what all trials share.
    """

    values: np.ndarray
    masses: np.ndarray
    shared: float

    def mean(self) -> float:
        """The expected optimism."""
        found = float(self.values @ self.masses)
        # Of a single trial it is 0, but for rounding.
        return found if found > 1e-9 * np.ptp(self.values) else 0.0

    def quantile(self, share: float) -> float:
        """The optimism that a share of cases stays below."""
        from scipy import optimize
        from scipy import stats

        if self.shared == 0:
            place = np.searchsorted(np.cumsum(self.masses), share)
            return float(self.values[min(place, len(self.values) - 1)])

        def above(value):
            below = stats.norm.cdf((value - self.values) / self.shared)
            return float(below @ self.masses) - share

        wide = REACH * self.shared
        ends = self.values[0] - wide, self.values[-1] + wide
        return float(optimize.brentq(above, *ends))


def binomial(luck: Luck, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """Rate minus the least of binomial rates: values and probabilities."""
    from scipy import stats

    middle, wide = examples * luck.rate, REACH * luck.spread
    first = max(0, int(middle - wide * np.sqrt(examples)))
    last = min(examples, int(middle + wide * np.sqrt(examples)) + 1)
    wrong = thinned(first, last)
    below = stats.binom.cdf(wrong, examples, luck.rate)
    masses = np.diff(some(below, luck.trials), prepend=0.0)
    return (luck.rate - wrong / examples)[::-1], (masses / masses.sum())[::-1]


def thinned(first: int, last: int) -> np.ndarray:
    """Whole numbers of a range; of a long one, evenly spaced ones."""
    step = max(1, (last - first) // 2**16)
    return np.arange(first, last + step, step)


def normal(luck: Luck, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest of normal numbers: values and probabilities."""
    from scipy import stats

    edges = np.arange(-REACH, REACH + STEP, STEP)
    # Of the least, by symmetry: it keeps its digits in the far tail.
    masses = np.diff(some(stats.norm.cdf(edges), luck.trials))
    values = -(edges[1:] + edges[:-1]) / 2
    scale = luck.spread / np.sqrt(examples)
    return (scale * values)[::-1], masses[::-1]


def some(below: np.ndarray, trials: int) -> np.ndarray:
    """Probability that one of the trials at least lies below."""
    with np.errstate(divide="ignore"):
        return -np.expm1(trials * np.log1p(-np.minimum(below, 1.0)))
