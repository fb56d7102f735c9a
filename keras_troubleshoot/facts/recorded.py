"""Targets and outputs as arrays, brought to the form of `Predictions`."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import targets as targets_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.predictions import Predictions
from keras_troubleshoot.facts.targets import Target

CLASSES = (Target.ONE_HOT, Target.SOFT, Target.CLASSES)


def predictions(
    targets: Any, outputs: Any, task: str | None, weight: Any, name: str
) -> Predictions:
    """Predictions from recorded targets and outputs.

    Raises:
        ValueError: if they do not go together.
    """
    targets, outputs = numbers(targets, "targets"), numbers(outputs, "outputs")
    if not len(targets) or len(targets) != len(outputs):
        raise ValueError(
            "`targets` and `outputs` must have the same number of rows, at "
            f"least one, received: {len(targets)} and {len(outputs)}. To mend "
            "it, pass one output for each target."
        )
    require_finite(targets, outputs, name)
    if outputs.ndim == targets.ndim + 2 and outputs.shape[1] == 1:
        outputs = outputs[:, 0]  # Sequences of one step.
    task = task or told(targets, outputs)
    if task == "regression":
        values = as_amounts(targets, outputs, name)
    elif task == "multiclass":
        ids = as_ids(targets, name)
        values = ids, shares(ids, outputs, name)
    else:
        labels = as_labels(one_column(targets, outputs), name)
        values = labels, as_probabilities(outputs, name)
    require_same_shape(task, *values, name)
    return Predictions(task, *values, weights(weight, len(targets), name), name)


def numbers(values: Any, what: str) -> np.ndarray:
    """An array of numbers with rows; a last axis of one is dropped.

    Raises:
        ValueError: if it is not one.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "buif" or array.ndim < 1:
        raise ValueError(
            f"`{what}` must be an array of numbers, received: "
            f"{array.dtype.name} of shape {array.shape}. To mend it, pass "
            "`np.unique(y, return_inverse=True)[1]` for names of classes."
        )
    if array.ndim > 1 and array.shape[-1] == 1:
        array = array[..., 0]
    return array


def require_finite(targets: np.ndarray, outputs: np.ndarray, name: str) -> None:
    """Raises ValueError where something is NaN or infinite."""
    for what, values, mend in (
        ("targets of", targets, "leave these rows out"),
        ("predictions for", outputs, "see `kts.check`"),
    ):
        finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if not finite.all():
            raise ValueError(
                f"The {what} {name} must be finite numbers, received: NaN or "
                f"infinity in {(~finite).sum():,} of {len(finite):,} rows, "
                f"row {finite.argmin()} first. To mend it, {mend}."
            )


def told(targets: np.ndarray, outputs: np.ndarray) -> str:
    """The task that the values speak of."""
    kind = targets_lib.kind(Array("targets", targets, len(targets)))
    share = outputs.dtype.kind == "f" and bool(
        ((outputs >= 0) & (outputs <= 1)).all()
    )
    whole = outputs.dtype.kind in "bui"
    if outputs.ndim > targets.ndim:
        return "multiclass"
    if kind is Target.BINARY and (share or whole):
        return "binary"
    if kind is Target.MULTI_HOT and (share or whole):
        return "multilabel"
    if kind in CLASSES and (whole or outputs.ndim > 1):
        return "multiclass"
    return "regression"


def as_amounts(targets, outputs, name) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and their predictions in one shape."""
    targets, outputs = targets.astype("float64"), outputs.astype("float64")
    if targets.shape != outputs.shape and targets.size == outputs.size:
        outputs = outputs.reshape(targets.shape)
    return targets, outputs


def as_ids(targets: np.ndarray, name: str) -> np.ndarray:
    """Class ids of ids, or of a column for each class.

    Raises:
        ValueError: if they are neither.
    """
    if targets.ndim > 1 and targets.dtype.kind == "f":
        sums = targets.sum(axis=-1)
        if np.allclose(sums, 1, atol=1e-3):
            return targets.argmax(axis=-1)
    if targets.ndim > 1 and (targets.sum(axis=-1) == 1).all():
        if targets.shape[-1] > 1 and np.isin(targets, (0, 1)).all():
            return targets.argmax(axis=-1)
    if not (np.isfinite(targets).all() and (targets == targets // 1).all()):
        raise ValueError(
            f"The targets of {name} must be class ids, or a column for each "
            f"class, received: values such as {targets.ravel()[0]:g}. To mend "
            "it, pass `task='regression'` if they are amounts."
        )
    return targets.astype("int64")


def shares(ids: np.ndarray, outputs: np.ndarray, name: str) -> np.ndarray:
    """Probabilities of the classes; of bare ids, all on one class.

    Raises:
        ValueError: if a target has no probability.
    """
    if outputs.ndim == ids.ndim:
        classes = int(max(outputs.max(), ids.max())) + 1
        outputs = np.eye(classes)[outputs.astype("int64")]
    classes = outputs.shape[-1]
    if ids.min() < 0 or ids.max() >= classes:
        raise ValueError(
            f"The targets of {name} must be class ids from 0 to "
            f"{classes - 1}, received: {ids.min()} to {ids.max()}. To mend "
            "it, count the classes from 0."
        )
    return outputs.astype("float64")


def as_labels(targets: np.ndarray, name: str) -> np.ndarray:
    """0 and 1 as whole numbers.

    Raises:
        ValueError: if there is anything else.
    """
    if not np.isin(targets, (0, 1)).all():
        raise ValueError(
            f"The targets of {name} must be 0 or 1, received: values from "
            f"{np.nanmin(targets):g} to {np.nanmax(targets):g}. To mend it, "
            "encode them so, or pass `task='regression'` if they are amounts."
        )
    return targets.astype("int64")


def one_column(targets: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Targets of two columns as one, where the outputs have one."""
    if targets.ndim == outputs.ndim + 1 and targets.shape[-1] == 2:
        return targets.argmax(axis=-1)
    return targets


def as_probabilities(outputs: np.ndarray, name: str) -> np.ndarray:
    """Probabilities of a yes in float64.

    Raises:
        ValueError: if they are none.
    """
    if (outputs < 0).any() or (outputs > 1).any():
        raise ValueError(
            f"The outputs for {name} must be probabilities, received: values "
            f"from {outputs.min():g} to {outputs.max():g}. To mend it, apply "
            "a sigmoid to logits."
        )
    return outputs.astype("float64")


def weights(weight: Any, rows: int, name: str) -> np.ndarray | None:
    """A weight for each row, float64.

    Raises:
        ValueError: if there is not one for each row, or one is negative.
    """
    if weight is None:
        return None
    array = np.asarray(weight, "float64")
    if array.size != rows or not (array >= 0).all() or not array.any():
        raise ValueError(
            f"The weights of {name} must be a number of at least 0 for each "
            f"row, received: the shape {array.shape} for {rows} rows, values "
            f"from {array.min(initial=0):g}. To mend it, see where they come "
            "from."
        )
    return array.reshape(rows)


def require_same_shape(task, targets, outputs, name: str) -> None:
    """Raises ValueError where targets and outputs do not go together."""
    shape = outputs.shape[:-1] if task == "multiclass" else outputs.shape
    if shape != targets.shape:
        raise ValueError(
            f"The targets of {name} must fit the predictions, received: the "
            f"shape {targets.shape} for outputs of shape {outputs.shape} "
            f"({task}). To mend it, pass `task=` or other targets."
        )
