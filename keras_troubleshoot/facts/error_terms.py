"""The test error as a sum of terms, each with its own remedy.

The formula is that of the lecture "Troubleshooting Deep Neural Networks"
(Full Stack Deep Learning, 2019), after A. Ng, Machine Learning Yearning,
chapters 20 to 44: test error = irreducible error + avoidable bias + variance
+ distribution shift + validation overfitting. A term is the difference of the
errors on two parts of the data; `GAPS` names it where parts are missing:

    from                to                term
    irreducible error   training          avoidable_bias
    (nothing)           training          bias *
    irreducible error   validation        avoidable_bias_and_variance *
    (nothing)           validation        bias_and_variance *
    training            validation        variance
    training            test validation   variance_and_distribution_shift *
    training            test              variance **
    validation          test validation   distribution_shift
    validation          test              validation_overfitting **
    test validation     test              validation_overfitting
    irreducible error   any later part    avoidable_error *
    (nothing)           any later part    error *

`*` several terms that cannot be told apart. `**` as the lecture has it for
data of one distribution: a shift of the test data, if there is one, is in it.
"""

import dataclasses
import decimal
import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import error_table

Interval = tuple[float, float] | None

PARTS = ("irreducible", "train", "validation", "test_validation", "test")

# Term by the parts that it lies between, and what else may be in it.
GAPS = {
    ("irreducible", "train"): ("avoidable_bias", ""),
    (None, "train"): ("bias", "irreducible error and avoidable bias"),
    ("irreducible", "validation"): (
        "avoidable_bias_and_variance",
        "avoidable bias and variance",
    ),
    (None, "validation"): (
        "bias_and_variance",
        "irreducible error, avoidable bias and variance",
    ),
    ("train", "validation"): ("variance", ""),
    ("train", "test_validation"): (
        "variance_and_distribution_shift",
        "variance and distribution shift",
    ),
    ("train", "test"): ("variance", "variance and distribution shift, if any"),
    ("validation", "test_validation"): ("distribution_shift", ""),
    ("validation", "test"): (
        "validation_overfitting",
        "validation overfitting and distribution shift, if any",
    ),
    ("test_validation", "test"): ("validation_overfitting", ""),
}


@dataclasses.dataclass(frozen=True)
class Term:
    """A part of the test error.

    Attributes:
        name: such as `"avoidable_bias"`; see the table of this module.
        value: how much it adds to the error; may be negative.
        interval: in which the term lies with the confidence of the
            decomposition; None where nothing is known of it.
        start: the part of the data before it; None for the first term where
            the irreducible error is not known.
        end: the part of the data after it.
        merged: the terms that it holds, in words, where they cannot be told
            apart; else empty.
    """

    name: str
    value: float
    interval: Interval
    start: str | None
    end: str
    merged: str = ""

    @property
    def label(self) -> str:
        """The name as words.

        Example:
            >>> Term("avoidable_bias", 0.02, None, "irreducible", "train").label
            'avoidable bias'
        """
        return self.name.replace("_", " ")

    @property
    def clear(self) -> bool | None:
        """Whether it is above 0 beyond chance; None without an interval."""
        return None if self.interval is None else self.interval[0] > 0


@dataclasses.dataclass(frozen=True)
class ErrorDecomposition:
    """The error of a model as a sum of terms, each with its own remedy.

    What `kts.decompose_error` returns; `from_errors` makes one of errors that
    are known already.

    Attributes:
        errors: error by part of the data, in order: `"irreducible"`,
            `"train"`, `"validation"`, `"test_validation"` and `"test"`, those
            that are known.
        details: the terms, in order. They and `irreducible` add up to the
            last of `errors`.
        error_intervals: interval of each of `errors`, or None.
        rows: how many rows each part has, where they were counted.
        measure: what the errors are: `"error rate"`, `"mean squared error"`.
        confidence: of all intervals.
        notes: sentences on what limits the result.
    """

    errors: Mapping[str, float]
    details: tuple[Term, ...]
    error_intervals: Mapping[str, Interval] = dataclasses.field(
        default_factory=dict
    )
    rows: Mapping[str, int] = dataclasses.field(default_factory=dict)
    measure: str = "error"
    confidence: float = 0.95
    notes: tuple[str, ...] = ()

    @classmethod
    def from_errors(
        cls,
        irreducible: float | None = None,
        train: float | None = None,
        validation: float | None = None,
        test_validation: float | None = None,
        test: float | None = None,
        *,
        intervals: Mapping[str, Interval] | None = None,
        **other: Any,
    ) -> "ErrorDecomposition":
        """Decomposes errors that are known already.

        Args:
            irreducible: the least error that can be reached, such as that of
                a human; None where it is not known.
            train: error on the training data.
            validation: error on data of the training distribution that the
                model was not trained on.
            test_validation: error on validation data of the test
                distribution, where that is another one.
            test: error on the test data.
            intervals: by name of a term, where they are known.
            **other: further attributes: `measure`, `rows`,
                `error_intervals`, `confidence` and `notes`.

        Returns:
            The decomposition.

        Raises:
            TypeError: if an error is no number.
            ValueError: if one is negative or not finite, or fewer than two
                are given.

        Example:
            >>> found = ErrorDecomposition.from_errors(
            ...     irreducible=0.25, train=0.27, validation=0.29,
            ...     test_validation=0.32, test=0.34)
            >>> found.terms["avoidable_bias"], found.terms["distribution_shift"]
            (0.02, 0.03)
        """
        given = (irreducible, train, validation, test_validation, test)
        errors = {
            part: require_error(value, part)
            for part, value in zip(PARTS, given, strict=True)
            if value is not None
        }
        require_two(errors)
        return cls(errors, terms_of(errors, intervals or {}), **other)

    @property
    def irreducible(self) -> float | None:
        """The irreducible error; None where it is not known."""
        return self.errors.get("irreducible")

    @property
    def terms(self) -> dict[str, float]:
        """How much each term adds, by name."""
        return {term.name: term.value for term in self.details}

    @property
    def intervals(self) -> dict[str, Interval]:
        """The interval of each term, by name; None where it is not known."""
        return {term.name: term.interval for term in self.details}

    @property
    def merged(self) -> dict[str, str]:
        """By name of a term, what it holds where that is more than one."""
        return {t.name: t.merged for t in self.details if t.merged}

    def largest(self) -> Term:
        """The term that adds most to the error."""
        return max(self.details, key=lambda term: term.value)

    def __str__(self) -> str:
        return error_table.text(self)

    def page_blocks(self) -> tuple:
        """What the report shows of it: the sum, a figure and the table."""
        return error_table.page_blocks(self)

    def to_dict(self) -> dict:
        """Plain values, for JSON."""
        return {
            "irreducible": self.irreducible,
            "errors": dict(self.errors),
            "error_intervals": dict(self.error_intervals),
            "terms": self.terms,
            "intervals": self.intervals,
            "merged": self.merged,
            "rows": dict(self.rows),
            "measure": self.measure,
            "confidence": self.confidence,
            "notes": list(self.notes),
        }


def terms_of(
    errors: Mapping[str, float], intervals: Mapping[str, Interval]
) -> tuple[Term, ...]:
    """The terms between the parts that are there, in order."""
    known = [part for part in PARTS if part in errors]
    starts = [None, *known] if known[0] != "irreducible" else known
    found = []
    for start, end in zip(starts, starts[1:], strict=False):
        name, merged = GAPS.get((start, end)) or whole(start)
        value = difference(errors[end], errors[start] if start else 0.0)
        found.append(Term(name, value, intervals.get(name), start, end, merged))
    return tuple(found)


def whole(start: str | None) -> tuple[str, str]:
    """The term where neither training nor validation error is known."""
    terms = "avoidable bias, variance and all that comes after"
    if start is None:
        return "error", f"irreducible error, {terms}"
    return "avoidable_error", terms


def difference(one: float, other: float) -> float:
    """The difference of two numbers as they are written.

    Example:
        >>> 0.34 - 0.32, difference(0.34, 0.32)
        (0.020000000000000018, 0.02)
    """
    return float(decimal.Decimal(repr(one)) - decimal.Decimal(repr(other)))


def require_error(value: object, part: str) -> float:
    """An error as a float.

    Raises:
        TypeError: if it is no number.
        ValueError: if it is negative or not finite.
    """
    number = isinstance(value, numbers.Real | np.number | np.ndarray)
    if not number or isinstance(value, bool) or np.ndim(value):
        raise TypeError(
            f"`{part}` must be an error, a number, received: {value!r}. To "
            "mend it, pass a number such as 0.27."
        )
    if not np.isfinite(value) or value < 0:
        raise ValueError(
            f"`{part}` must be an error of at least 0, received: {value!r}. "
            "To mend it, pass a measure that is better the lower it is, such "
            "as 1 - accuracy."
        )
    return float(value)


def require_two(errors: Mapping[str, float]) -> None:
    """Raises ValueError where there is nothing to compare."""
    known = tuple(errors)
    if len(known) < 2:
        raise ValueError(
            "At least two errors must be given, received: "
            f"{', '.join(known) or 'none'}. To mend it, add those of other "
            f"parts: {', '.join(PARTS)}."
        )
