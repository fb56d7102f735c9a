"""Confidence intervals of a mean error, and of the difference of two.

Error rates, and other errors within [0, 1]: the score interval of E. B.
Wilson, "Probable Inference", JASA 22, 1927, which stays honest where few rows
are wrong, or none; with weights, or several decisions in a row, on the
effective number of rows of E. L. Korn and B. I. Graubard, Survey Methodology
24, 1998. Other errors, such as squares: the studentized bootstrap (B. Efron
and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 12) of the
logarithm of the mean, as these have a long tail. Differences of two parts with
rows of their own: R. G. Newcombe, Statistics in Medicine 17, 1998, method 10,
and for other errors its generalization by G. Y. Zou and A. Donner, Statistics
in Medicine 27, 2008. How often they hold: `benchmarks/interval_coverage.py`.
"""

import dataclasses

import numpy as np

from keras_troubleshoot.evaluation import arguments
from keras_troubleshoot.facts import wilson

# Rows that are resampled one by one; more are put together in groups first.
GROUPS = 5000
# Numbers that are drawn at once: 32 MB of indices.
AT_ONCE = 2**22
# Fewest rows, or groups, whose spread means something (heuristic).
FEWEST = 5
# Share of the sum in 1% of the rows from which a tail is too heavy for any
# interval of the mean. Squares of Student's t with 5 degrees of freedom have
# 0.17 there, and their intervals hold; with 3, whose variance is infinite, they
# have 0.3, and intervals hold in 83% only (`benchmarks/interval_coverage.py`).
HEAVY = 0.25


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A mean error and where it lies.

    Attributes:
        value: the mean.
        interval: its ends; None where nothing can be said.
        rows: how many there are.
        heavy: whether few rows make so much of it that the interval is
            likely to be too narrow.
    """

    value: float
    interval: tuple[float, float] | None
    rows: int = 0
    heavy: bool = False


@dataclasses.dataclass(frozen=True)
class Options:
    """How intervals are made.

    Attributes:
        confidence: between 0 and 1.
        resamples: of the bootstrap.
        seed: of the bootstrap.
    """

    confidence: float = 0.95
    resamples: int = 2000
    seed: int = 0

    def of(self, place: int) -> "Options":
        """The same, with other draws."""
        return dataclasses.replace(self, seed=self.seed + place)


def checked(options: Options) -> Options:
    """The options; raises where one is out of its range.

    Raises:
        TypeError: if one is no number.
        ValueError: if it is out of its range.
    """
    arguments.require_between(options.confidence, "confidence", 0, 1)
    arguments.require_count(options.resamples, "resamples", 100)
    arguments.require_count(options.seed, "seed", 0)
    return options


def of_mean(
    errors: np.ndarray,
    weight: np.ndarray | None = None,
    *,
    rate: bool,
    options: Options,
) -> Estimate:
    """The mean error with its interval.

    Args:
        errors: of each row, shape (n,).
        weight: of each row; None where all count the same.
        rate: whether errors are within [0, 1] by their nature.
        options: how the interval is made.

    Example:
        >>> of_mean(np.zeros(100), rate=True, options=Options()).interval
        (0.0, 0.0369...)
    """
    weight = np.ones(len(errors)) if weight is None else weight
    errors, weight = errors[weight > 0], weight[weight > 0]
    value = float(np.average(errors, weights=weight))
    if rate:
        rows = effective_rows(errors, weight)
        interval = wilson.interval(value, rows, options.confidence)
        return Estimate(value, interval, len(errors))
    interval = by_bootstrap(errors, weight, options)
    return Estimate(value, interval, len(errors), is_heavy(errors, weight))


def effective_rows(errors: np.ndarray, weight: np.ndarray) -> float:
    """How many equal rows with one decision each would tell as much.

    Example:
        >>> effective_rows(np.array([0.0, 1.0, 1.0, 0.0]), np.ones(4))
        4.0
    """
    kish = weight.sum() ** 2 / (weight**2).sum()
    rate = np.average(errors, weights=weight)
    plain = np.isin(errors, (0, 1)).all() and np.ptp(weight) == 0
    if plain or not 0 < rate < 1:
        return float(kish)
    variance = standard_error(errors, weight) ** 2
    if variance == 0:
        return float(kish)
    return float(rate * (1 - rate) / variance)


def standard_error(errors: np.ndarray, weight: np.ndarray) -> float:
    """Of the weighted mean, by linearization (as of a ratio)."""
    count = len(errors)
    if count < 2:
        return 0.0
    off = weight * (errors - np.average(errors, weights=weight))
    return float(np.sqrt(count / (count - 1) * (off**2).sum()) / weight.sum())


def by_bootstrap(
    errors: np.ndarray, weight: np.ndarray, options: Options
) -> tuple[float, float] | None:
    """The interval of a mean of positive errors; None where it is not known.

    Resamples the rows, and takes quantiles of the change of the logarithm of
    the mean in units of its standard error.
    """
    rng = np.random.default_rng(options.seed)
    sums, weight = grouped(errors * weight, weight, rng)
    value = sums.sum() / weight.sum()
    spread = standard_error(sums / weight, weight)
    if len(sums) < FEWEST or not spread > 1e-12 * value:
        return None
    means, spreads = resampled(sums, weight, options.resamples, rng)
    # A resample of one row over and over has no spread, or no error at all.
    usable = (means > 0) & (spreads > 1e-12 * means)
    means, spreads = means[usable], spreads[usable]
    off = np.log(means / value) * means / spreads
    tail = (1 - options.confidence) / 2
    low, high = np.quantile(off, [1 - tail, tail])
    ends = value * np.exp(-np.array([low, high]) * spread / value)
    if not np.isfinite(ends).all():
        return None
    return float(min(ends[0], value)), float(max(ends[1], value))


def grouped(
    sums: np.ndarray, weight: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Sums and weights of groups drawn at random, where rows are many."""
    if len(sums) <= GROUPS:
        return sums, weight
    order = rng.permutation(len(sums))
    starts = np.linspace(0, len(sums), GROUPS, endpoint=False).astype(int)
    return (
        np.add.reduceat(sums[order], starts),
        np.add.reduceat(weight[order], starts),
    )


def resampled(
    sums: np.ndarray,
    weight: np.ndarray,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard error of each resample."""
    count = len(sums)
    height = max(1, AT_ONCE // count)
    means, spreads = [], []
    for first in range(0, resamples, height):
        rows = min(height, resamples - first)
        drawn = rng.integers(count, size=(rows, count), dtype=np.int32)
        s, w = sums[drawn], weight[drawn]
        total = w.sum(axis=1)
        mean = s.sum(axis=1) / total
        off = ((s - mean[:, None] * w) ** 2).sum(axis=1)
        means.append(mean)
        spreads.append(np.sqrt(count / (count - 1) * off) / total)
    return np.concatenate(means), np.concatenate(spreads)


def is_heavy(errors: np.ndarray, weight: np.ndarray) -> bool:
    """Whether 1% of the rows make most of the sum."""
    parts = np.sort(errors * weight)
    top = max(1, len(parts) // 100)
    return bool(parts.sum() and parts[-top:].sum() > HEAVY * parts.sum())


def of_difference(one: Estimate, other: Estimate) -> tuple[float, float] | None:
    """The interval of `other - one`, where their rows are independent.

    Example:
        >>> one, other = (Estimate(r, wilson.interval(r, n))  # Newcombe's (a).
        ...               for r, n in ((48 / 80, 80), (56 / 70, 70)))
        >>> low, high = of_difference(one, other)
        >>> round(low, 4), round(high, 4)
        (0.0524, 0.3339)
    """
    if one.interval is None or other.interval is None:
        return None
    step = other.value - one.value
    below = other.value - other.interval[0], one.interval[1] - one.value
    above = other.interval[1] - other.value, one.value - one.interval[0]
    return float(step - np.hypot(*below)), float(step + np.hypot(*above))
