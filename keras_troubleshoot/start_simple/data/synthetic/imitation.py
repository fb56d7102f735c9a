"""Toy problems in the form of given data."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as data_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.sample import Sample
from keras_troubleshoot.start_simple.data import said
from keras_troubleshoot.start_simple.data.simplifying import labels
from keras_troubleshoot.start_simple.data.simplifying import telling
from keras_troubleshoot.start_simple.data.synthetic import forms
from keras_troubleshoot.start_simple.data.synthetic import making
from keras_troubleshoot.start_simple.data.synthetic import moulds
from keras_troubleshoot.start_simple.data.synthetic.common import settings
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy

# Rows from which shapes and ranges are told, and of streams the targets too:
# of those, so many batches and seconds at most.
LOOKED_AT = 2000
STREAMED = {"limit": labels.LOOKED_AT, "batches": 1000, "seconds": 10.0}
# Rows where none are asked for: this many, and so many of each class.
ROWS = 1000
ROWS_PER_CLASS = 50


def like(
    x: Any,
    y: Any = None,
    rows: int | None = None,
    kinds: Mapping[str, str] | str | None = None,
    **common: Any,
) -> Toy:
    """A toy problem in the form of the user's data, which are not changed.

    The model that is meant for the data takes it as it is. If the model
    reaches `reachable` here but learns nothing there, the data are to be
    blamed; if it does not, the model or its training is.

    Inputs have the structure, the shapes, the types and the range of the
    data: images between their lowest and highest pixel, features between
    the quantiles of 1% and 99%, unpadded texts of the same tokens. Features of
    one value, or of whole numbers that span less than 32, are filled with
    values of the data at random, and tell nothing. Targets have the kind,
    the shape and the type of the data: ids, 0 or 1, one-hot, several labels,
    or real values of the same mean and deviation.

    Args:
        x: what `fit` takes.
        y: targets; None where `x` brings them.
        rows: of the training part; by default 1000, or 50 for each class.
        kinds: what inputs are where it cannot be told from the data, as in
            `simplify`.
        **common: `noise`, `imbalance`, `shift`, `test_rows` and `seed`; see
            `Common`.

    Returns:
        The problem.

    Raises:
        ValueError: an argument is out of range, or the data cannot be
            imitated: no targets or several arrays of them, a target for each
            step or pixel, inputs of no known kind, too small for so many
            classes, or without different values. `UnreadableData`, a
            ValueError, if `x` is not what `fit` takes.
        TypeError: an argument is of another type.

    Example:
        >>> x = np.arange(1920).reshape(10, 8, 8, 3) % 256
        >>> toy = like(x.astype("uint8"), np.eye(2)[[0, 1] * 5], rows=20)
        >>> toy.x.shape, toy.x.dtype.name, toy.y.shape, toy.reachable
        ((20, 8, 8, 3), 'uint8', (20, 2), 1.0)
    """
    require_told(common)
    seen, targets = look(x, y)
    asked = settings(ROWS if rows is None else rows, common)
    form = forms.of(targets, asked)
    if rows is None:
        asked = dataclasses.replace(asked, rows=enough(form))
    data = data_lib.profile(seen)
    kinds = telling.tell(data, said.by_name(kinds))
    casts = {a.name: moulds.of(a, kinds[a.name]) for a in data.inputs}
    factories = {name: mould.factory for name, mould in casts.items()}
    toy = making.several(factories, form.problem, asked)
    return in_form(toy, seen.x, casts, form, asked.seed)


def require_told(common: Mapping[str, Any]) -> None:
    """Refuses what the targets tell.

    Raises:
        TypeError: it was given.
    """
    given = [name for name in ("classes", "task") if name in common]
    if given:
        raise TypeError(
            "`like` takes the classes and the task from the targets, "
            f"received: {', '.join(given)}. To mend it, leave "
            f"{'them' if len(given) > 1 else 'it'} out."
        )


def look(x: Any, y: Any) -> tuple[Sample, tuple[Array, ...]]:
    """A sample of the data, and of the targets.

    Raises:
        sample.UnreadableData: `x` is not what `fit` takes.
    """
    if reading.stream_reader(x) is None:
        return reading.read(x, y, limit=LOOKED_AT), labels.sampled(y)
    seen = reading.read(x, y, **STREAMED)
    return seen, data_lib.profile(seen).targets


def enough(form: forms.Form) -> int:
    """How many rows to make where none are asked for."""
    needed = form.problem.needed
    return (
        ROWS if needed.amounts else max(ROWS, ROWS_PER_CLASS * needed.patterns)
    )


def in_form(
    toy: Toy,
    structure: Any,
    casts: Mapping[str, moulds.Mould],
    form: forms.Form,
    seed: int,
) -> Toy:
    """A toy problem in the structure, ranges and types of the data."""
    rng = np.random.default_rng((seed, 4))
    filled = {}
    for part in ("x", "x_test"):
        made = getattr(toy, part)
        arrays = {
            name: mould.fill(made[name], toy.x[name], rng)
            for name, mould in casts.items()
        }
        names = iter([name for name, _ in nests.leaves(structure, "x")])
        filled[part] = nests.transform(
            lambda _, names=names, arrays=arrays: arrays[next(names)], structure
        )
    return dataclasses.replace(
        toy,
        **filled,
        y=form.write(toy.y),
        y_test=form.write(toy.y_test),
        alone=toy.alone if len(casts) > 1 else {},
    )
