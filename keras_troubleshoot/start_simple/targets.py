"""Tells the task from a sample of the targets, or says what is wrong."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import sample as sample_lib
from keras_troubleshoot.facts import targets as targets_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.sample import unreadable
from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.start_simple.tasks import Counter
from keras_troubleshoot.start_simple.tasks import Task
from keras_troubleshoot.start_simple.tasks import not_finite

NAMES = ("regression", "binary", "multiclass", "multilabel")

INFERRED = {
    Target.ONE_HOT: "multiclass",
    Target.SOFT: "multiclass",
    Target.MULTI_HOT: "multilabel",
    Target.BINARY: "binary",
    Target.CLASSES: "multiclass",
    Target.SHARES: "regression",
    Target.REAL: "regression",
}


def counter(
    read: sample_lib.Sample,
    name: str | None = None,
    classes: int | None = None,
    steps: int | None = None,
) -> Counter:
    """Tells the task from a sample of the targets.

    Args:
        read: a sample of the data.
        name: the task, where the user said it.
        classes: how many classes there are, where the user said it.
        steps: of the sequences, where each may have a target of its own.

    Raises:
        sample.UnreadableData: there are no targets, or none that fit.
        ValueError: there is no task of that name.
    """
    require_name(name)
    array = target(read)
    per_step = has_steps(array, steps)
    flat = flattened(array) if per_step else array
    task = name or inferred(flat)
    require_fit(flat, task)
    columns = flat.values.shape[1:] or (1,)
    by_id = task == "multiclass" and np.prod(columns) == 1
    if len(columns) > (2 if task == "regression" else 1):
        raise unreadable(
            "`y` must have a number, a class, or a column for each of them, "
            f"to a row, received: the shape {array.shape}.",
            "reshape `y`; for images as targets, build the model by hand",
            where="y",
        )
    shape = (steps, *columns) if per_step else columns
    return Counter(Task(task, shape, by_id, per_step), classes)


def require_name(name: Any) -> None:
    """Raises ValueError where there is no such task."""
    if name is not None and name not in NAMES:
        raise ValueError(
            f"`task` must be one of {NAMES}, received: {name!r}. To mend it, "
            "correct the word, or leave it out to have it told from `y`."
        )


def target(read: sample_lib.Sample) -> Array:
    """The one array of targets.

    Raises:
        sample.UnreadableData: there is none, or there are several, or it
            has another number of rows than the inputs.
    """
    y = read.y
    if y is None:
        raise unreadable(
            "`y` must be given, received: None.",
            "pass the targets, or a dataset of `(x, y)`",
            where="y",
        )
    if isinstance(y, Mapping | list | tuple):
        raise unreadable(
            f"`y` must be one array, received: a {type(y).__name__} of "
            f"{len(y)}.",
            "pass `np.asarray(y)` if these are numbers, or build a model "
            "for each target",
            where="y",
        )
    lengths = read.lengths
    rows = next(iter(lengths.values()), len(y))
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name}: {count}" for name, count in lengths.items())
        raise unreadable(
            f"`x` and `y` must have the same number of rows, received: {told}.",
            "find out which rows have no partner",
            where="y",
            rule="length-mismatch",
        )
    if min(rows, len(y)) < 2:
        raise unreadable(
            "`x` and `y` must have at least two rows, received: one.",
            "pass all of the data; of one example, `x[None]` has no scale",
        )
    values = np.asarray(y)
    return Array("y", values, rows)


def has_steps(array: Array, steps: int | None) -> bool:
    """Whether there is a target for each step of the sequences."""
    values = array.values
    if steps is None or values.ndim < 2 or values.shape[1] != steps:
        return False
    if values.ndim == 3:
        return True
    if values.ndim != 2 or steps == 1 or array.dtype.kind not in "iu":
        return False
    # One-hot rows of as many classes as there are steps are classes.
    return targets_lib.kind(array) is not Target.ONE_HOT


def flattened(array: Array) -> Array:
    """Targets of all steps, one after the other."""
    values = array.values
    columns = values.shape[2:]
    return Array(array.name, values.reshape(-1, *columns), array.rows)


def inferred(array: Array) -> str:
    """The task that values speak of.

    Raises:
        sample.UnreadableData: they are no numbers, or could be two things.
    """
    require_numbers(array)
    kind = targets_lib.kind(array)
    if kind in INFERRED:
        return INFERRED[kind]
    if kind is Target.TWO_VALUED:
        low, high = np.unique(array.clean)[:2]
        raise unreadable(
            f"`y` must be 0 or 1 for yes or no, received: {low:g} and "
            f"{high:g}.",
            f"pass `(y == {high:g}).astype('int32')`, or "
            "`task='regression'` if they are amounts",
            where="y",
            rule="labels-wrong-encoding",
        )
    raise not_finite(array.values.size)


def require_numbers(array: Array) -> None:
    """Raises UnreadableData where targets are no numbers."""
    if array.numeric:
        return
    raise unreadable(
        "`y` must hold numbers, received: values such as "
        f"{str(array.values.ravel()[0])!r:.60}.",
        "pass `np.unique(y, return_inverse=True)[1]`, the ids of the classes",
        where="y",
        rule="labels-wrong-encoding",
    )


def require_fit(array: Array, task: str) -> None:
    """Refuses targets that do not fit the task.

    Raises:
        sample.UnreadableData: with what the task expects.
    """
    require_numbers(array)
    if task == "regression":
        return
    values = array.clean
    columns = values.shape[1]
    yes_or_no = np.isin(values, (0, 1)).all()
    shares = bool(
        len(values)
        and values.min() >= 0
        and np.allclose(values.sum(axis=1), 1, atol=1e-3)
    )
    expected, fits = {
        "binary": ("0 or 1 in one column", yes_or_no and columns == 1),
        "multilabel": ("0 or 1 in each column", yes_or_no),
        "multiclass": (
            "class ids, or a column for each class with sums of 1",
            columns == 1 or shares,
        ),
    }[task]
    if not fits:
        raise unreadable(
            f"`y` must hold {expected} for `task={task!r}`, received: the "
            f"shape {array.shape} with values from {values.min():g} to "
            f"{values.max():g}.",
            "leave `task` out to have it told from `y`, or encode `y` so",
            where="y",
            rule="labels-wrong-encoding",
        )
