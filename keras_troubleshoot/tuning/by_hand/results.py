"""What came out of a run, in any of the forms that a user has at hand."""

import numbers
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import listed


def metrics_of(result: Any, objective: str) -> dict[str, dict[int, float]]:
    """Metrics by step.

    Args:
        result: the score; metrics by name, each a number or one by epoch; or
            the `History` that `fit` returned.
        objective: the name of what counts.

    Returns:
        By name the values by epoch, from 0.

    Raises:
        TypeError: it is nothing of these.
        ValueError: the objective is missing.

    Example:
        >>> metrics_of(0.3, "val_loss")
        {'val_loss': {0: 0.3}}
        >>> metrics_of({"loss": 0.1, "val_loss": [0.4, 0.3]}, "val_loss")
        {'loss': {0: 0.1}, 'val_loss': {0: 0.4, 1: 0.3}}
    """
    if is_number(result):
        return {objective: {0: float(result)}}
    held = getattr(result, "history", result)
    if not isinstance(held, Mapping):
        raise TypeError(
            f"`result` must be a score, metrics by name or what `fit` "
            f"returned, received: {result!r}. To mend it, pass such as 0.3, "
            "or None for a run that failed."
        )
    if objective not in held:
        raise ValueError(
            f"`result` must hold the objective {objective!r}, received: "
            f"{listed(held) or 'nothing'}. To mend it, "
            + (
                "pass `validation_data` to `fit`, or another `objective=`."
                if objective.startswith("val_")
                else "add it, or pass another `objective=`."
            )
        )
    return {str(name): by_step(name, value) for name, value in held.items()}


def by_step(name: str, value: Any) -> dict[int, float]:
    """A metric by epoch.

    Raises:
        TypeError: it is no number.
        ValueError: it has no epochs.
    """
    one = is_number(value)
    values = [value] if one else value
    arrays = isinstance(values, Sequence | np.ndarray)
    if not arrays or not all(map(is_number, values)):
        raise TypeError(
            f"`result[{name!r}]` must be a number or one for each epoch, "
            f"received: {value!r}. To mend it, leave it out."
        )
    if not len(values):
        raise ValueError(
            f"`result[{name!r}]` must hold an epoch, received: none. To mend "
            "it, pass None for a run that failed."
        )
    return {step: float(held) for step, held in enumerate(values)}


def is_number(value: Any) -> bool:
    """Whether it is a number, also an array or a tensor of one."""
    if isinstance(value, bool | str) or isinstance(value, Sequence | Mapping):
        return False
    if isinstance(value, numbers.Real):
        return True
    shape = getattr(value, "shape", None)
    return shape is not None and tuple(shape) == ()
