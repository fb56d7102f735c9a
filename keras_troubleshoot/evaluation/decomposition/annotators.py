"""The irreducible error, from labels that several persons gave."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation.decomposition import intervals
from keras_troubleshoot.evaluation.decomposition.intervals import Estimate
from keras_troubleshoot.evaluation.decomposition.intervals import Options

# Labels, each against all classes, that are compared at once: 16 MB.
AT_ONCE = 2**24


@dataclasses.dataclass(frozen=True)
class Irreducible:
    """The least error that labels let a model reach.

    Attributes:
        value: an error rate, or a variance in squared units of the target.
        interval: where it lies; None where nothing can be said.
        rows: with two labels or more.
        how: how it was estimated, in a sentence.
        confidence: of the interval.
    """

    value: float
    interval: tuple[float, float] | None
    rows: int
    how: str
    confidence: float = 0.95

    def __str__(self) -> str:
        ends = "not known"
        if self.interval is not None:
            ends = "{:.4g} to {:.4g}".format(*self.interval)
        return (
            f"Irreducible error {self.value:.4g} ({100 * self.confidence:.3g}% "
            f"interval {ends}) of {self.rows:,} rows: {self.how}"
        )


def irreducible_error(
    labels: Any,
    *,
    task: str | None = None,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Irreducible:
    """Estimates the irreducible error from labels of several annotators.

    Of classes, each label is compared with the majority of the others of its
    row; where these are tied, it is right with the share of the tied classes
    that it is. This leave-one-out error tends from above to the Bayes error
    with regard to single labels as annotators become more. With two labels in
    a row the others are but one, and the rate D of disagreement is the risk of
    the nearest neighbour rule of T. Cover and P. Hart, "Nearest Neighbor
    Pattern Classification" (IEEE Transactions on Information Theory 13,
    1967): of c classes, the Bayes error is at most D and at least
    (c - 1) / c * (1 - sqrt(1 - c / (c - 1) * D)), about D / 2. The value is
    the lower bound, and the interval reaches to the upper one.

    Of numbers, the variance within a row, pooled over rows: what the mean
    squared error of a single label cannot go below (unbiased, as the mean
    square within groups of an analysis of variance).

    Args:
        labels: shape (rows, annotators); class ids with -1 where a label is
            missing, or numbers with NaN there.
        task: "classes" or "regression"; None takes whole numbers for classes.
        confidence: of the interval.
        resamples: of the bootstrap, for numbers.
        seed: of the bootstrap.

    Returns:
        The estimate with its interval.

    Raises:
        ValueError: if no row has two labels, or they are no such array.

    Example:
        >>> from keras_troubleshoot import evaluation
        >>> labels = np.array([[0, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, -1]])
        >>> found = evaluation.irreducible_error(labels)
        >>> round(found.value, 3), found.rows
        (0.167, 4)
    """
    if task not in (None, "classes", "regression"):
        raise ValueError(
            "`task` must be 'classes' or 'regression', received: "
            f"{task!r}. To mend it, leave it out for class ids."
        )
    values = require_labels(labels)
    options = intervals.checked(Options(confidence, resamples, seed))
    if task is None:
        known = values[np.isfinite(values)]
        whole = np.asarray(labels).dtype.kind in "bui" or not (known % 1).any()
        task = "classes" if whole else "regression"
    if task == "regression":
        return of_numbers(values, options)
    values = np.where(values < 0, np.nan, values)
    return of_classes(require_two(values), options)


def require_labels(labels: Any) -> np.ndarray:
    """Labels as numbers, NaN where one is missing.

    Raises:
        ValueError: if they are none.
    """
    array = np.asarray(labels)
    if array.dtype.kind not in "buif" or array.ndim != 2 or not array.size:
        raise ValueError(
            "`labels` must hold a row for each example and a column for each "
            f"annotator, received: {array.dtype.name} of shape {array.shape}. "
            "To mend it, pass class ids with -1, or numbers with NaN, where a "
            "label is missing."
        )
    values = array.astype("float64")
    if np.isinf(values).any():
        raise ValueError(
            "`labels` must be finite, received: infinity. To mend it, put NaN "
            "where a label is missing."
        )
    return require_two(values)


def require_two(values: np.ndarray) -> np.ndarray:
    """The rows that have two labels or more.

    Raises:
        ValueError: if there is none.
    """
    kept = values[np.isfinite(values).sum(axis=1) >= 2]
    if not len(kept):
        raise ValueError(
            "`labels` must hold two labels in some row, received: none with "
            "more than one. To mend it, have some examples labelled twice."
        )
    return kept


def of_classes(values: np.ndarray, options: Options) -> Irreducible:
    """The estimate for class ids, NaN where one is missing."""
    errors = left_out(values)
    found = intervals.of_mean(errors, rate=True, options=options)
    level = options.confidence
    if np.isfinite(values).sum(axis=1).max() > 2:
        how = (
            "how often a label differs from the majority of the others of its "
            "row; somewhat too high where annotators are few."
        )
        return Irreducible(found.value, found.interval, found.rows, how, level)
    classes = len(np.unique(values[np.isfinite(values)]))
    value = cover_hart(found.value, classes)
    low, high = found.interval
    how = (
        f"two labels of a row differ in {100 * found.value:.3g}%, so that it "
        f"lies from {100 * value:.3g}% to {100 * found.value:.3g}% (Cover and "
        "Hart, 1967); the value is the lower bound."
    )
    ends = cover_hart(low, classes), high
    return Irreducible(value, ends, found.rows, how, level)


def left_out(values: np.ndarray) -> np.ndarray:
    """Of each row, how often a label misses the majority of the others."""
    classes = np.unique(values[np.isfinite(values)])
    height = max(1, AT_ONCE // max(1, values.shape[1] * len(classes)))
    parts = [
        of_rows(values[first : first + height], classes)
        for first in range(0, len(values), height)
    ]
    return np.concatenate(parts)


def of_rows(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The same of a few rows."""
    given = values[:, :, None] == classes
    counts = given.sum(axis=1)
    errors = np.zeros(len(values))
    for label in np.moveaxis(given, 1, 0):
        others = counts - label
        top = others == others.max(axis=1, keepdims=True)
        right = (top & label).sum(axis=1) / top.sum(axis=1)
        errors += np.where(label.any(axis=1), 1 - right, 0.0)
    return errors / counts.sum(axis=1)


def cover_hart(disagreement: float, classes: int) -> float:
    """The least Bayes error where two labels disagree so often.

    Example:
        >>> round(cover_hart(0.18, 2), 3)  # 2 * 0.1 * 0.9 = 0.18
        0.1
    """
    if classes < 2:
        return 0.0
    most = (classes - 1) / classes
    return float(most * (1 - np.sqrt(max(1 - disagreement / most, 0.0))))


def of_numbers(values: np.ndarray, options: Options) -> Irreducible:
    """The estimate for numbers, NaN where one is missing."""
    freedom = np.isfinite(values).sum(axis=1) - 1.0
    variances = np.nanvar(values, axis=1, ddof=1)
    found: Estimate = intervals.of_mean(
        variances, freedom, rate=False, options=options
    )
    how = (
        "the variance of the labels within a row, which the mean squared "
        "error of a single label cannot go below."
    )
    return Irreducible(
        found.value, found.interval, found.rows, how, options.confidence
    )
