"""The irreducible error, in each form in which it can be given."""

import numbers
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation.decomposition import annotators
from keras_troubleshoot.evaluation.decomposition import intervals
from keras_troubleshoot.evaluation.decomposition.intervals import Estimate
from keras_troubleshoot.evaluation.decomposition.intervals import Options
from keras_troubleshoot.evaluation.decomposition.parts import Measured
from keras_troubleshoot.facts import error_terms
from keras_troubleshoot.facts.predictions import Predictions

# The part that labels of a person belong to: the first that is there.
ORDER = ("test", "test_validation", "validation", "train")


def estimate(
    given: Any,
    read: Mapping[str, Measured],
    metric: Callable | None,
    options: Options,
) -> tuple[Estimate | None, tuple[str, ...]]:
    """The irreducible error, and how it was found.

    Args:
        given: None, a number, an `annotators.Irreducible`, labels of a
            person, or labels of several.
        read: errors on the parts of the data.
        metric: of the user, for which only a number will do.
        options: how intervals are made.

    Raises:
        ValueError: if labels do not fit the data.
    """
    if given is None:
        return None, ()
    if isinstance(given, annotators.Irreducible):
        found = given
    elif isinstance(given, numbers.Real | np.number) or np.ndim(given) == 0:
        value = error_terms.require_error(given, "irreducible")
        return Estimate(value, (value, value)), ()
    else:
        require_no_metric(metric)
        part = next(part for part in ORDER if part in read)
        found = of_labels(given, part, read[part].made, options)
    if not found.rows:
        return Estimate(found.value, found.interval), ()
    note = f"Irreducible error: {found.how}"
    return Estimate(found.value, found.interval, found.rows), (note,)


def require_no_metric(metric: Callable | None) -> None:
    """Raises ValueError where labels are given beside a metric."""
    if metric is not None:
        raise ValueError(
            "`irreducible` must be a number where `metric` is given, "
            "received: labels. To mend it, apply the metric to the labels, "
            "and pass the mean."
        )


def of_labels(
    given: Any, part: str, made: Predictions, options: Options
) -> annotators.Irreducible:
    """The estimate from labels of one person, or of several.

    Raises:
        ValueError: if they are neither.
    """
    labels = np.asarray(given)
    if labels.dtype.kind not in "buif":
        raise ValueError(
            "`irreducible` must be a number or labels as numbers, received: "
            f"an array of {labels.dtype.name}. To mend it, pass class ids."
        )
    labels = ids_of_columns(labels, made)
    if labels.size == made.targets.size and len(labels) == len(made):
        labels = labels.reshape(made.targets.shape)
        return by_a_person(labels, part, made, options)
    if labels.ndim == 2 and labels.shape[1] > 1:
        task = "regression" if made.task == "regression" else "classes"
        return annotators.irreducible_error(
            labels,
            task=task,
            confidence=options.confidence,
            resamples=options.resamples,
            seed=options.seed,
        )
    raise ValueError(
        f"`irreducible` must hold a label for each row of `{part}`, shape "
        f"{made.targets.shape}, or a column for each annotator, received: the "
        f"shape {labels.shape}. To mend it, put -1 or NaN where a label is "
        "missing."
    )


def ids_of_columns(labels: np.ndarray, made: Predictions) -> np.ndarray:
    """Class ids of labels that have a column for each class."""
    if made.task != "multiclass" or labels.ndim != made.outputs.ndim:
        return labels
    one_hot = labels.shape == made.outputs.shape and (
        np.isin(labels, (0, 1)).all() and (labels.sum(axis=-1) == 1).all()
    )
    return labels.argmax(axis=-1) if one_hot else labels


def by_a_person(
    labels: np.ndarray, part: str, made: Predictions, options: Options
) -> annotators.Irreducible:
    """The error of labels that a person gave.

    Raises:
        ValueError: if all are missing.
    """
    values = labels.astype("float64")
    if made.task != "regression":
        values = np.where(values < 0, np.nan, values)
    there = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    if not there.any():
        raise ValueError(
            "`irreducible` must hold a label, received: none that is not -1, "
            "NaN or infinite. To mend it, leave it out."
        )
    off = values[there] - made.targets[there]
    regression = made.task == "regression"
    errors = off**2 if regression else (off != 0).astype("float64")
    errors = errors.reshape(len(errors), -1).mean(axis=1)
    weight = None if made.weight is None else made.weight[there]
    found = intervals.of_mean(
        errors, weight, rate=not regression, options=options
    )
    how = f"the error of a person on {found.rows:,} rows of `{part}`."
    return annotators.Irreducible(
        found.value, found.interval, found.rows, how, options.confidence
    )
