"""Some rows of each input of a data set, drawn at random."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import whole


@dataclasses.dataclass(frozen=True, eq=False)
class Drawn:
    """Some rows of a data set.

    Attributes:
        inputs: arrays by name, all with the same rows.
        targets: arrays by name; none where there are no targets.
        rows: that the data set has.
    """

    inputs: dict[str, np.ndarray]
    targets: dict[str, np.ndarray]
    rows: int


def draw(
    x: Any, y: Any, name: str, limit: int, seed: int, verbose: bool
) -> Drawn:
    """Draws rows of arrays or of a stream.

    Args:
        x: inputs, as `fit` takes them.
        y: targets; None where `x` brings them, or there are none.
        name: of the data set, for messages.
        limit: rows to draw at most.
        seed: of the draw.
        verbose: whether to say how far the reading has come.

    Raises:
        ValueError: if they cannot be read.
    """
    rng = np.random.default_rng(seed)
    if reading.stream_reader(x) is not None:
        return of_stream(x, y, name, limit, rng, verbose)
    inputs, targets = dict(named(x, name)), dict(named(y, f"y_{name}"))
    if not inputs:
        raise rows_lib.refuse(x, name)
    counts = {n: rows_lib.count(v, n) for n, v in (inputs | targets).items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{n} {rows}" for n, rows in counts.items())
        raise ValueError(
            f"All arrays of `{name}` must have the same number of rows, "
            f"received: {told}. To mend it, see how they were made."
        )
    count = next(iter(counts.values()))
    chosen = np.sort(rng.permutation(count)[:limit])

    def taken(arrays):
        return {n: rows_lib.take(v, chosen) for n, v in arrays.items()}

    return Drawn(taken(inputs), taken(targets), count)


def named(structure: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The arrays of a structure by name; the columns of a table each.

    Lists of plain values are one array.
    """
    plain = isinstance(structure, list | tuple) and not any(
        isinstance(part, list | tuple | dict) or rows_lib.is_array(part)
        for part in structure
    )
    if plain and structure:
        structure = np.asarray(structure)
    for leaf, value in nests.leaves(structure, name):
        if not rows_lib.is_array(value):
            raise rows_lib.refuse(value, leaf)
        if hasattr(value, "columns") and hasattr(value, "iloc"):
            for place, column in enumerate(value.columns):
                yield f"{leaf}[{column!r}]", value.iloc[:, place]
        else:
            yield leaf, value


def of_stream(x, y, name, limit, rng, verbose) -> Drawn:
    """Draws from a data set: the rows with the smallest random keys.

    Raises:
        ValueError: if targets are given beside it.
    """
    if y is not None:
        raise ValueError(
            f"`y_{name}` must be None where `{name}` is a data set, received: "
            f"{type(y).__name__}. To mend it, let the data set bring its "
            "targets."
        )
    keys, kept, rows = np.zeros(0), None, 0
    for inputs, targets in whole.parts(x, verbose=verbose):
        pair = dict(named(inputs, name)), dict(named(targets, f"y_{name}"))
        count = len(next(iter(pair[0].values())))
        rows += count
        keys = np.concatenate([keys, rng.random(count)])
        kept = pair if kept is None else joined(kept, pair)
        if len(keys) > 2 * limit:
            keys, kept = smallest(keys, kept, limit)
    if kept is None:
        raise ValueError(
            f"`{name}` must hold at least one batch, received: none. To mend "
            "it, see how it was made."
        )
    _, (inputs, targets) = smallest(keys, kept, limit)
    return Drawn(inputs, targets, rows)


def joined(before: tuple, more: tuple) -> tuple:
    """Both parts as one."""
    return tuple(
        {n: np.concatenate([v, new[n]]) for n, v in old.items()}
        for old, new in zip(before, more, strict=True)
    )


def smallest(keys: np.ndarray, kept: tuple, limit: int) -> tuple:
    """The rows with the smallest keys, in their order."""
    chosen = np.sort(np.argsort(keys, kind="stable")[:limit])
    return keys[chosen], tuple(
        {n: v[chosen] for n, v in part.items()} for part in kept
    )
