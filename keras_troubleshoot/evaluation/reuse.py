"""How much better than it is the best of many trials looks."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation import arguments
from keras_troubleshoot.evaluation import chance

# Examples beyond which nobody will go.
MOST = 10**12


@dataclasses.dataclass(frozen=True)
class ValidationReuse:
    """What the choice of the best of many trials does to its error.

    Attributes:
        n_trials: models that were compared on the validation set.
        n_examples: in the validation set.
        optimism: by how much the error of the best one on the validation set
            is below that on new data, on average.
        interval: in which this difference lies, from case to case.
        at_most: an optimism that would do.
        needed: examples that keep the optimism to `at_most`; None if it was
            not asked.
        error: true error rate of the models; None where `spread` was given.
        spread: standard deviation of the error of an example.
        correlation: of the errors of two models on the same examples.
        confidence: of the interval.
    """

    n_trials: int
    n_examples: int
    optimism: float
    interval: tuple[float, float]
    at_most: float | None
    needed: int | None
    error: float | None
    spread: float
    correlation: float
    confidence: float

    def __str__(self) -> str:
        low, high = (self.shown(end) for end in self.interval)
        many = self.n_trials > 1
        who = f"The best of {self.n_trials:,} trials" if many else "One trial"
        alike = "" if self.correlation else " and err independently"
        told = (
            f"{who} on {self.n_examples:,} validation examples looks "
            f"{self.shown(self.optimism)}{self.unit} better than it is, on "
            f"average ({low} to {high} in {100 * self.confidence:.3g}% of "
            f"cases)"
        )
        if many:
            told += f", if all are equally good{alike}; less otherwise"
        if self.needed is None:
            return told + "."
        least = self.shown(self.at_most) + self.unit
        return f"{told}. It takes {self.needed:,} to keep this to {least}."

    @property
    def unit(self) -> str:
        """What differences are told in."""
        return "" if self.error is None else " percentage points"

    def shown(self, value: float) -> str:
        """A difference as it is written: of rates in percentage points."""
        return f"{value if self.error is None else 100 * value:.2g}"


def validation_reuse(
    n_trials: int,
    n_examples: int,
    error: float | None = None,
    *,
    spread: float | None = None,
    correlation: float = 0.0,
    at_most: float | None = None,
    confidence: float = 0.95,
) -> ValidationReuse:
    """The optimism to expect from choosing the best trial on one set.

    Ask before tuning, to learn how large the validation set must be, and
    after it, to learn how far the error of the winner can be believed. What
    is computed is the case that all trials are equally good, so that the
    best has but luck: an upper bound for trials that differ.

    Of error rates, the wrong examples of a trial are binomial, and the
    expected least of T is the sum over k of P(X > k) ** T, exactly. Of other
    errors, the mean is taken for normal, and the expected largest of T normal
    numbers is integrated (H. A. David and H. N. Nagaraja, Order Statistics,
    2003, chapter 3). Models that err on the same examples are correlated;
    with a correlation r of any two, the optimism is sqrt(1 - r) times that of
    independent ones (exactly so for normal numbers; D. B. Owen and G. P.
    Steck, Annals of Mathematical Statistics 33, 1962), so that `correlation`
    0 is an upper bound.

    Args:
        n_trials: models that are compared.
        n_examples: in the validation set.
        error: true error rate of the models, above 0 and below 1; 0.1 where
            neither it nor `spread` is given.
        spread: standard deviation of the error of an example, for errors
            that are no rates, such as squares.
        correlation: of the errors of two models over examples, from 0 to 1.
        at_most: an optimism that would do, in the units of the error; tells
            how many examples it takes. 0.01 for error rates.
        confidence: of the interval.

    Returns:
        The optimism, its interval and the examples needed.

    Raises:
        TypeError: if a number is none.
        ValueError: if a number is out of its range.

    Example:
        >>> from keras_troubleshoot import evaluation
        >>> found = evaluation.validation_reuse(500, 1000, error=0.1)
        >>> round(found.optimism, 3), found.needed
        (0.028, 8072)
    """
    arguments.require_count(n_trials, "n_trials")
    arguments.require_count(n_examples, "n_examples")
    arguments.require_between(confidence, "confidence", 0, 1)
    arguments.require_between(correlation, "correlation", 0, 1, ends=True)
    rate = rate_of(error, spread)
    at_most = 0.01 if at_most is None and rate is not None else at_most
    luck = luck_of(rate, spread, n_trials, correlation)
    needed = None
    if at_most is not None:
        arguments.require_between(at_most, "at_most", 0, np.inf)
        needed = examples_for(luck, at_most)
    found = luck.at(n_examples)
    tail = (1 - confidence) / 2
    return ValidationReuse(
        int(n_trials),
        int(n_examples),
        found.mean(),
        (found.quantile(tail), found.quantile(1 - tail)),
        at_most,
        needed,
        rate,
        luck.spread,
        float(correlation),
        float(confidence),
    )


def rate_of(error: Any, spread: Any) -> float | None:
    """The error rate; None where another error is meant.

    Raises:
        ValueError: if both are given.
    """
    if spread is not None:
        if error is not None:
            raise ValueError(
                "Either `error` or `spread` must be given, received: both. To "
                "mend it, pass `error` for rates, `spread` for other errors."
            )
        arguments.require_between(spread, "spread", 0, np.inf)
        return None
    error = 0.1 if error is None else error
    arguments.require_between(error, "error", 0, 1)
    return float(error)


def luck_of(
    rate: float | None, spread: float | None, trials: int, correlation: float
) -> chance.Luck:
    """The distribution of the luck of the best."""
    if rate is not None:
        spread = np.sqrt(rate * (1 - rate))
    return chance.Luck(int(trials), rate, float(spread), float(correlation))


def examples_for(luck: chance.Luck, at_most: float) -> int | None:
    """The fewest examples that keep the optimism to a size."""
    high = 1
    while luck.at(high).mean() > at_most:
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > max(1, high // 10_000):
        middle = (low + high) // 2
        if luck.at(middle).mean() > at_most:
            low = middle
        else:
            high = middle
    return high
