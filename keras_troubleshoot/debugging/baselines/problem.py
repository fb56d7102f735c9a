"""The data of a problem: columns, targets, and the rows held out."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.baselines import columns as columns_lib
from keras_troubleshoot.debugging.baselines import telling
from keras_troubleshoot.debugging.baselines.columns import Columns
from keras_troubleshoot.facts import data as data_lib
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts.kinds import Input

# Rows that are read at most, and seconds that reading a stream may take.
ROWS, SECONDS = 50_000, 10.0
# Share of the rows that is held out where no validation data are given.
HELD = 0.2
LEAST = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """Rows to learn from, or to judge by.

    Attributes:
        inputs: arrays by name.
        y: class ids, 0 and 1 for each label, or numbers; rows first.
    """

    inputs: dict[str, np.ndarray]
    y: np.ndarray

    def rows(self, chosen: np.ndarray) -> "Side":
        """Some of the rows."""
        return Side(
            {n: a[chosen] for n, a in self.inputs.items()}, self.y[chosen]
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Problem:
    """What is to be predicted from what.

    Attributes:
        train: rows to learn from.
        held: rows to judge by.
        kinds: of the inputs, by name.
        task: one of `telling.TASKS`.
        given: rows of the data; None where nobody knows.
        split: how the rows to judge by were chosen, in words.
    """

    train: Side
    held: Side
    kinds: dict[str, Input]
    task: str
    given: int | None
    split: str

    def encoders(self, side: Side, seed: int) -> dict[str, Columns]:
        """The columns of each input, as learned from some rows."""
        return {
            name: Columns(side.inputs[name], kind, seed)
            for name, kind in self.kinds.items()
        }


def problem(x, y, validation, task, kinds, seed) -> Problem:
    """Reads the data and splits them; see `baselines` for the arguments.

    Raises:
        ValueError: the data cannot be used.
        TypeError: an argument is of another type.
    """
    data, side = read(x, y, "y")
    target = data.targets[0]
    task = telling.told_task(target, task)
    told = telling.told_kinds(data.inputs, kinds)
    whole = Side(side.inputs, telling.plain_targets(target, task))
    telling.require_classes(whole.y, task)
    rows = data.sample.rows
    if validation is not None:
        held = of_validation(validation, whole, task)
        return Problem(whole, held, told, task, rows, "your validation data")
    train, judged, words = split(whole, told, task, seed)
    return Problem(
        whole.rows(train), whole.rows(judged), told, task, rows, words
    )


def read(x: Any, y: Any, name: str) -> tuple[data_lib.Data, Side]:
    """A sample of the data.

    Raises:
        ValueError: there is not one target, too few rows, or what is no
            number.
    """
    sample = reading.read(x, y, limit=ROWS, batches=ROWS, seconds=SECONDS)
    data = data_lib.profile(sample)
    if len(data.targets) != 1:
        raise ValueError(
            f"`{name}` must be one target, received: {len(data.targets)}. To "
            "mend it, pass one array; for several outputs, one call for each."
        )
    lengths = {len(a.values) for a in (*data.inputs, *data.targets)}
    if len(lengths) > 1 or len(set((sample.lengths or {0: 0}).values())) > 1:
        raise ValueError(
            f"`x` and `{name}` must have the same number of rows, received: "
            f"{dict(sample.lengths or {})}. To mend it, find out which rows "
            "have no partner."
        )
    if min(lengths) < LEAST:
        raise ValueError(
            f"`x` must have {LEAST} rows at least, received: {min(lengths)}. "
            "To mend it, pass more rows."
        )
    inputs = {a.name: columns_lib.numeric(a) for a in data.inputs}
    return data, Side(inputs, data.targets[0].values)


def of_validation(validation: Any, whole: Side, task: str) -> Side:
    """The validation data, in the shape of the others.

    Raises:
        ValueError: they have another shape.
    """
    pair = isinstance(validation, tuple) and len(validation) in (2, 3)
    x, y = validation[:2] if pair else (validation, None)
    data, side = read(x, y, "validation")
    target = data.targets[0]
    own = {n: a.shape[1:] for n, a in side.inputs.items()}
    if own != {n: a.shape[1:] for n, a in whole.inputs.items()}:
        raise ValueError(
            "`validation` must have the inputs of the training, received: "
            f"rows of shape {own}. To mend it, pass (x_val, y_val) as `fit` "
            "takes them."
        )
    made = Side(side.inputs, telling.plain_targets(target, task))
    if made.y.shape[1:] != whole.y.shape[1:]:
        raise ValueError(
            "`validation` must have targets like `y`, received: shape "
            f"{target.shape}. To mend it, pass (x_val, y_val)."
        )
    return made


def split(whole: Side, kinds, task: str, seed: int):
    """Which rows to learn from, which to judge by, and how, in words.

    Windows of one series overlap: drawn at random, rows to judge by would
    have been seen. There the last fifth is held out.
    """
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(whole.y))
    count = max(1, int(HELD * len(rows)))
    if task == "regression" and Input.SEQUENCE in kinds.values():
        return rows[:-count], rows[-count:], "the last fifth of the rows"
    ids = whole.y if task in ("binary", "multiclass") else None
    if ids is not None and np.unique(ids, return_counts=True)[1].min() < 2:
        ids = None
    if ids is not None and len(np.unique(ids)) > count:
        ids = None
    train, held = train_test_split(
        rows, test_size=count, random_state=seed, stratify=ids
    )
    how = "by class" if ids is not None else "at random"
    return np.sort(train), np.sort(held), f"a fifth of the rows, drawn {how}"
