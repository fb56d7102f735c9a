"""`assert_direction`: a change with a known effect has that effect."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import predictions
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import looked_at

EXPECTED = {True: "rise", False: "fall", None: "change"}


def assert_direction(
    model: Any,
    x: Any,
    change: Callable[[Any], Any],
    *,
    increases: bool | None = True,
    unit: int | tuple[int, ...] | None = None,
    margin: float = 0.0,
    share: float = 1.0,
    output: str | None = None,
) -> None:
    """Asserts that a change of inputs raises, or lowers, an output.

    The directional expectation test (DIR) of CheckList (Ribeiro et al. 2020,
    https://arxiv.org/abs/2005.04118): a larger flat has a higher price, an
    insult makes a review no better.

    Args:
        model: a trained `keras.Model` of any kind, compiled or not.
        x: rows, as `predict` takes them.
        change: takes a copy of `x` as arrays in its structure, and returns
            the changed rows.
        increases: True if the output must rise, False if it must fall, None
            if it must change either way.
        unit: which number of a row's output: the class, or a tuple of
            indices; may be left out where there is one.
        margin: by more than how much, in the units of the output. 0: at all.
            Below 0: it may go the wrong way by less than this, as where a
            probability has reached 1.
        share: of the rows that must do so.
        output: name of one of several outputs.

    Raises:
        AssertionError: if fewer rows do; names rows with both outputs.
        TypeError: if `model` is no Keras model, `change` no function, or it
            returns something else than rows.
        ValueError: if an argument is out of range or left out where it is
            needed, the data cannot be read, or `change` changes nothing.

    Example:
        ```python
        def larger(x):
            x[:, AREA] *= 1.5
            return x

        kts.testing.assert_direction(model, flats, larger, increases=True)
        ```
    """
    __tracebackhide__ = True
    arguments.require_function(change=change)
    arguments.require_share(share)
    if increases not in (True, False, None):
        raise ValueError(
            "`increases` must be True, False or None, received: "
            f"increases={increases!r}. To mend it, pass True where the output "
            "must rise."
        )
    if not arguments.is_number(margin):
        raise ValueError(
            f"`margin` must be a number, received: margin={margin!r}. To mend "
            "it, leave it out."
        )
    with looked_at(model, x, limit=predictions.ROWS) as look:
        name = only_output(look, output)
        rows, other = predictions.changed(look, change)
        before, after = (
            number_of(predictions.predict(look, each)[name], unit, name)
            for each in (rows, other)
        )
        rise = after - before
        wrong = ~(going(rise, increases) > margin)
        problem = ""
        if 1 - wrong.mean() < share:
            what = f"{EXPECTED[increases]} by more than {number(margin)}"
            told = predictions.rows_told(
                look,
                np.flatnonzero(wrong),
                lambda row: f"{number(before[row])} -> {number(after[row])}",
            )
            problem = (
                f"Output {name!r} of {model.name!r}{place(unit)} must {what} "
                f"under `change` for at least {percent(share)} of the rows, "
                f"but in {int(wrong.sum())} of {counted(len(wrong), 'row')} "
                f"it does not (median change {number(np.median(rise))}): "
                f"{told}. To mend it, see that the model uses what is changed "
                "(`assert_uses_inputs`), with the right sign and scale, and "
                "that the training data show this effect."
            )
    if problem:
        raise AssertionError(problem)


def going(rise: np.ndarray, increases: bool | None) -> np.ndarray:
    """How far outputs went the right way."""
    if increases is None:
        return np.abs(rise)
    return rise if increases else -rise


def place(unit: int | tuple[int, ...] | None) -> str:
    """Which number is meant, in words."""
    return "" if unit is None else f" at {unit}"


def only_output(look: Look, output: str | None) -> str:
    """The name of the output that is meant.

    Raises:
        ValueError: if there are several and none is named, or no such one.
    """
    names = [head.name for head in predictions.heads(look, output)]
    if len(names) > 1:
        raise ValueError(
            "`output` must name one of several outputs, received: "
            f"output=None. To mend it, take one of: {', '.join(names)}."
        )
    return names[0]


def number_of(values: np.ndarray, unit, name: str) -> np.ndarray:
    """One number for each row of an output.

    Raises:
        ValueError: if `unit` names none, or is left out where there are
            several.
    """
    values = values.astype("float64")
    shape = values.shape[1:]
    if unit is None and values[0].size == 1:
        return values.reshape(len(values))
    index = unit if isinstance(unit, tuple) else (unit,)
    whole = all(isinstance(i, int | np.integer) for i in index)
    fits = whole and len(index) == len(shape)
    fits = fits and all(
        -size <= i < size for i, size in zip(index, shape, strict=True)
    )
    if not fits:
        raise ValueError(
            f"`unit` must name one number of output {name!r} of shape "
            f"{shape}, received: unit={unit!r}. To mend it, pass such as "
            f"unit={(0,) * len(shape) if len(shape) > 1 else 0}."
        )
    return values[(slice(None), *index)]
