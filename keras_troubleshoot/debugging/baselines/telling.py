"""What the task is, and what each input is: told by the data, or the user."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import kinds as kinds_lib
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input

TASKS = ("binary", "multiclass", "multilabel", "regression")


def told_task(target: Array, task: Any) -> str:
    """The task, as given or as the target says.

    Raises:
        ValueError: there is no such task, or the target does not say.
    """
    if task is not None:
        if task not in TASKS:
            raise ValueError(
                f"`task` must be one of {', '.join(map(repr, TASKS))}, "
                f"received: task={task!r}. To mend it, leave it out: the "
                "targets mostly tell."
            )
        return task
    if not target.numeric:
        return "multiclass"
    if not target.finite.all():
        raise ValueError(
            "`y` must be finite, received: NaN or infinity. To mend it, leave "
            "out the rows whose target is not known."
        )
    kind, known = targets.kind(target), targets.Target
    if kind in (known.ONE_HOT, known.CLASSES):
        return "multiclass"
    if kind in (known.BINARY, known.TWO_VALUED) and target.features == 1:
        return "binary"
    return "multilabel" if kind is known.MULTI_HOT else "regression"


def plain_targets(target: Array, task: str) -> np.ndarray:
    """Targets as class ids, as 0 and 1 for each label, or as numbers."""
    values = np.asarray(target.values)
    if task == "multiclass" and values.ndim > 1 and values.shape[-1] > 1:
        return values.argmax(-1)
    if task == "multilabel" or task == "regression":
        values = values.reshape(len(values), -1)
        dtype = "float64" if task == "regression" else "int64"
        values = values.astype(dtype)
        return values[:, 0] if values.shape[1] == 1 else values
    return values.reshape(len(values), -1)[:, 0]


def require_classes(y: np.ndarray, task: str) -> None:
    """Refuses classes between which nothing can be learned.

    Raises:
        ValueError: there is one only, or each has one row.
    """
    if task not in ("binary", "multiclass"):
        return
    counts = np.unique(y, return_counts=True)[1]
    if len(counts) < 2 or counts.max() < 2:
        raise ValueError(
            "`y` must hold two classes at least, and several rows of one, "
            f"received: {len(counts)} classes in {len(y)} rows. To mend it, "
            "see how rows were chosen, or pass task='regression'."
        )


def told_kinds(inputs: tuple[Array, ...], given: Any) -> dict[str, Input]:
    """What each input is.

    Raises:
        ValueError: a kind, or an input, is named that there is not.
    """
    given = {} if given is None else given
    if isinstance(given, str):
        given = {array.name: given for array in inputs}
    words = [kind.value for kind in Input]
    names = [array.name for array in inputs]
    short = {n.removeprefix("x['").removesuffix("']"): n for n in names}
    if not isinstance(given, Mapping) or any(
        short.get(n, n) not in names or k not in words for n, k in given.items()
    ):
        raise ValueError(
            f"`kinds` must name for inputs ({', '.join(names)}) what they are "
            f"({', '.join(words)}), received: kinds={given!r}. To mend it, "
            "pass such as kinds='sequence'."
        )
    said = {short.get(n, n): Input(k) for n, k in given.items()}
    return {a.name: said.get(a.name) or kind_of(a) for a in inputs}


def kind_of(array: Array) -> Input:
    """What an input is; of unknown shapes, a row of numbers."""
    if kinds_lib.lacks_channels(array):
        return Input.IMAGE
    return kinds_lib.kind(array) or Input.TABULAR
