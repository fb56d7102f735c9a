"""What a trained model predicts: outputs for many rows, and its decisions.

The tests of behaviour are those of M. T. Ribeiro, T. Wu, C. Guestrin and
S. Singh, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList"
(ACL 2020, https://arxiv.org/abs/2005.04118).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import decisions
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts.decisions import Head
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import Outputs

# Rows of a test at most, and of one run of the model.
ROWS = 100_000
BATCH = 256
# Rows that are named in a message.
NAMED = 5


def predict(look: Look, x: Any) -> Outputs:
    """Outputs in inference for rows of any number.

    Args:
        look: at the model.
        x: arrays in the structure that the model takes.

    Raises:
        ValueError: if the model raises for them.
    """
    arrays = nests.arrays(x)
    count = len(arrays[0])
    numbers = sum(int(np.prod(a.shape[1:], dtype=int)) for a in arrays)
    size = int(np.clip(8 * passes.MOST_NUMBERS // max(numbers, 1), 1, BATCH))
    size = look.rows if look.fixed else size
    parts = []
    for start in range(0, count, size):
        rows = np.arange(start, min(start + size, count))
        # A batch of fixed size is filled up with the first rows.
        filled = np.resize(rows, size) if look.fixed else rows
        fed = nests.transform(
            lambda a, filled=filled: passes.as_fed(a[filled]), x
        )
        made = look.outputs(fed)
        parts.append({n: v[: len(rows)] for n, v in made.items()})
    return {n: np.concatenate([p[n] for p in parts]) for n in parts[0]}


def heads(look: Look, output: str | None = None) -> list[Head]:
    """The outputs that are meant, and how they decide.

    `decisions.head` says how.

    Args:
        look: at the model.
        output: name of one of several outputs; None for all.

    Raises:
        ValueError: if there is no such output, or the model cannot be run.
    """
    x = look.runner.x()
    outputs = look.by_row(look.outputs(x))
    done = look.runner.record(x)
    tensors = look.named_tensors(done.outputs)
    found = [
        decisions.head(
            name,
            forward.ending(done, tensors[name]),
            values,
            decisions.kind_of_loss(look.model, name, place),
        )
        for place, (name, values) in enumerate(outputs.items())
    ]
    chosen = [each for each in found if output in (None, each.name)]
    if not chosen:
        raise ValueError(
            f"`output` must name an output, received: output={output!r}. To "
            f"mend it, take one of: {', '.join(outputs)}."
        )
    return chosen


def require_decisions(chosen: list[Head], instead: str) -> None:
    """Raises if some outputs are trained as numbers.

    Raises:
        ValueError: naming the first.
    """
    for each in chosen:
        if each.regression:
            raise ValueError(
                f"Output {each.name!r} must decide between classes, received: "
                "one that is compiled with a loss of regression. To mend it, "
                f"{instead}."
            )


def changed(look: Look, change: Callable[[Any], Any]) -> tuple[Any, Any]:
    """The rows as they are, and as a function of the user changes them.

    The function is given copies that it may write to.

    Raises:
        TypeError: if it returns something else than arrays in the structure
            of the inputs.
        ValueError: if it returns another number of rows, or changes nothing.
    """
    x = look.sample.x
    copied = nests.transform(np.array, x)
    made = change(copied)
    try:
        after = nests.transform(lambda old, new: as_rows(new), x, made)
    except Exception as error:
        raise TypeError(
            "`change` must return arrays in the structure of `x`, received: "
            f"{passes.first_lines(error)} To mend it, return what it was "
            "given, changed."
        ) from error
    pairs = list(zip(nests.arrays(x), nests.arrays(after), strict=True))
    for old, new in pairs:
        if len(old) != len(new):
            raise ValueError(
                f"`change` must keep the rows, received: {len(new)} of "
                f"{len(old)}. To mend it, return one row for each."
            )
    if all(np.array_equal(old, new) for old, new in pairs):
        raise ValueError(
            "`change` must change some row, received: the same rows. To mend "
            "it, see `change(x)` by itself."
        )
    return x, after


def as_rows(value: Any) -> np.ndarray:
    """An array that `change` returned; raises what is wrong with it."""
    array = value if rows_lib.is_array(value) else np.asarray(value)
    if not rows_lib.shape_of(array):
        raise TypeError(f"{value!r}, which has no rows.")
    return rows_lib.take(array, None)


def by_row(differs: np.ndarray) -> np.ndarray:
    """Whether anything is true of each row."""
    return differs.reshape(len(differs), -1).any(axis=1)


def shown(value: Any) -> str:
    """A decision or a few numbers, for a message.

    Example:
        >>> shown(np.array([0.25, 3.0])), shown(np.array(7))
        ('[0.25, 3]', '7')
    """
    flat = np.asarray(value).ravel()
    told = ", ".join(number(v) for v in flat[:NAMED])
    told += ", ..." if len(flat) > NAMED else ""
    return told if flat.size == 1 else f"[{told}]"


def rows_told(look: Look, rows: np.ndarray, tell: Callable[[int], str]) -> str:
    """Some rows with what is to be said of each."""
    told = [f"row {look.number(int(r))}: {tell(int(r))}" for r in rows[:NAMED]]
    more = len(rows) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")
