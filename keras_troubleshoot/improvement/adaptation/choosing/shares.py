"""Probabilities of classes, from an output of a model or as they are given."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import decisions
from keras_troubleshoot.improvement.labels import requirements

# Largest distance of a sum of probabilities from 1.
ROUNDING = 1e-3


def of_output(
    head: decisions.Head, values: np.ndarray, asked: str
) -> np.ndarray:
    """Probabilities from the numbers of an output, logits or not.

    Args:
        head: how the output decides.
        values: its numbers, rows first.
        asked: what they are needed for, in words.

    Returns:
        Shape (decisions, classes), float64: the steps of a sequence are
        decisions each; a sigmoid has the classes no and yes. Several labels
        with a sigmoid each have the shape (rows, labels, 2).

    Raises:
        ValueError: if the output decides between no classes.
    """
    require_classes(head, asked)
    if head.axis is not None:
        moved = np.moveaxis(values.astype("float64"), head.axis, -1)
        ready = head.probable or are_probabilities(moved)
        made = moved if ready else head.probabilities(values)
        return normalized(made.reshape(-1, made.shape[-1]))
    return pairs(head.probabilities(values), head.name)


def require_classes(head: decisions.Head, asked: str) -> None:
    """Raises ValueError where an output gives no probabilities."""
    if head.regression:
        raise ValueError(
            f"`model` must predict classes for {asked}, received: the output "
            f"{head.name!r}, which is trained as a number. To mend it, choose "
            "by `source_risk` or `deep_embedded_validation`."
        )
    if head.axis is None and head.threshold is None:
        raise ValueError(
            f"`model` must give probabilities or logits for {asked}, "
            f"received: the output {head.name!r}, which gives class ids. To "
            "mend it, end the model before the ids are chosen."
        )
    if not head.told and not head.probable:
        raise ValueError(
            f"`model` must say what its output is for {asked}, received: the "
            f"output {head.name!r} without an activation or a loss that Keras "
            "knows. To mend it, compile the model with such a loss, or end it "
            "with a softmax."
        )


def are_probabilities(values: np.ndarray) -> bool:
    """Whether all rows lie in [0, 1] and add up to 1."""
    return bool(
        values.min() >= 0 and np.abs(values.sum(axis=-1) - 1).max() < ROUNDING
    )


def normalized(made: np.ndarray) -> np.ndarray:
    """Rows that add up to 1 as exactly as float64 can."""
    return made / np.maximum(made.sum(axis=-1, keepdims=True), 1e-300)


def pairs(yes: np.ndarray, name: str) -> np.ndarray:
    """No and yes, from the probability of a yes.

    Raises:
        ValueError: if it is none.
    """
    if yes.min() < 0 or yes.max() > 1:
        raise ValueError(
            f"The probabilities of {name!r} must lie between 0 and 1, "
            f"received: values from {yes.min():.3g} to {yes.max():.3g}. To "
            "mend it, apply a sigmoid to logits."
        )
    return np.stack([1 - yes, yes], axis=-1)


def given(probabilities: Any) -> np.ndarray:
    """Probabilities that somebody recorded.

    Args:
        probabilities: shape (rows, classes), or (rows,) of a yes.

    Raises:
        ValueError: if they are none.
    """
    made = np.asarray(probabilities)
    if made.ndim == 0 or not len(made):
        raise ValueError(
            "`probabilities` must have at least one row, received: the shape "
            f"{made.shape}. To mend it, predict for some rows of the target."
        )
    made = requirements.shares(made, len(made))
    if made.ndim == 1:
        return pairs(made, "probabilities")
    return normalized(made)
