"""Rows of a domain, as arrays in memory, drawn at random where many."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import whole


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of one domain.

    Attributes:
        x: inputs, an array or a nested structure of arrays.
        y: targets; None where the domain has none.
        name: of the argument that they came from, for messages.
    """

    x: Any
    y: Any = None
    name: str = "x"

    def __len__(self) -> int:
        return len(nests.arrays(self.x)[0])


def unlabelled(x: Any, name: str, limit: int, seed: int) -> Rows:
    """Inputs alone, such as those of the target.

    Args:
        x: arrays as `fit` takes them, a list of texts, or a
            `tf.data.Dataset`, `PyDataset` or generator of inputs alone.
        name: of the argument, for messages.
        limit: rows to keep at most; of more, some are drawn at random.
        seed: of the draw.

    Raises:
        ValueError: if they bring labels, are empty, hold NaN, or cannot be
            read.
    """
    if looks_labelled(x):
        raise labels_refused(name, f"a tuple {tuple(map(np.shape, x))}")
    found = drawn(x, None, name, limit, seed)
    if found.y is not None:
        raise labels_refused(name, "a data set that yields `(x, y)`")
    require_finite(found.x, name)
    return found


def labelled(data: Any, name: str, limit: int, seed: int) -> Rows:
    """Inputs and targets, such as held-out rows of the source.

    Args:
        data: `(x, y)`, or a data set that yields such pairs.
        name: of the argument, for messages.
        limit: rows to keep at most.
        seed: of the draw.

    Raises:
        ValueError: if they lack labels, have but one, are empty, hold NaN,
            or cannot be read.
    """
    x, y = data, None
    if isinstance(data, tuple | list):
        if len(data) != 2:
            raise unlabelled_refused(name, f"{len(data)} elements")
        x, y = data
    found = drawn(x, y, name, limit, seed)
    if found.y is None:
        raise unlabelled_refused(name, "inputs alone")
    require_finite(found.x, name)
    require_finite(found.y, f"the targets of {name}")
    for array in nests.arrays(found.y):
        if len(array) > 1 and (array == array[:1]).all():
            raise ValueError(
                f"`{name}` must have rows of at least two classes, received: "
                f"{len(array):,} rows that all have the target {array[0]}. To "
                "mend it, hold out rows of every class."
            )
    return found


def looks_labelled(x: Any) -> bool:
    """Whether a tuple is `(x, y)`: its second array has one whole number each.

    Several inputs may come as a list or a dictionary, as Keras has them.
    """
    if not isinstance(x, tuple) or len(x) not in (2, 3):
        return False
    if not all(rows_lib.is_array(part) for part in x[:2]):
        return False
    inputs, other = x[0], np.asarray(x[1])
    flat = other.ndim == 1 or (other.ndim == 2 and other.shape[1] == 1)
    return flat and other.dtype.kind in "biuOUS" and np.ndim(inputs) > 1


def labels_refused(name: str, received: str) -> ValueError:
    """The error for labels where none may be used."""
    return ValueError(
        f"`{name}` must hold inputs alone, received: {received}. To mend it, "
        "leave the labels out: without them is how the choice is made; several "
        "inputs go into a list or a dictionary."
    )


def unlabelled_refused(name: str, received: str) -> ValueError:
    """The error for labels that are missing."""
    return ValueError(
        f"`{name}` must be `(x, y)`, or a data set of such pairs, received: "
        f"{received}. To mend it, pass held-out inputs with their labels."
    )


def drawn(x: Any, y: Any, name: str, limit: int, seed: int) -> Rows:
    """Rows of arrays or of a stream, drawn at random; all where few."""
    if isinstance(x, list) and x and isinstance(x[0], str):
        x = np.asarray(x, object)
    generator = np.random.default_rng(seed)
    if reading.stream_reader(x) is not None:
        return of_stream(x, y, name, limit, generator)
    y = np.asarray(y) if is_plain(y) else y
    pair = {f"{name} {part}": a for part, a in (("x", x), ("y", y))}
    counts = {
        leaf: rows_lib.count(array, leaf)
        for part, structure in pair.items()
        for leaf, array in nests.leaves(structure, part.removesuffix(" x"))
    }
    if not counts:
        raise rows_lib.refuse(x, name)
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{leaf} {rows}" for leaf, rows in counts.items())
        raise ValueError(
            f"All arrays of `{name}` must have the same number of rows, "
            f"received: {told}. To mend it, find the rows without a partner."
        )
    count = next(iter(counts.values()))
    chosen = None
    if count > limit:
        chosen = np.sort(generator.permutation(count)[:limit])
    taken = [
        nests.transform(lambda a: rows_lib.take(a, chosen), part)
        for part in (x, y)
    ]
    return Rows(*taken, name)


def is_plain(y: Any) -> bool:
    """Whether targets are a list of values, not of arrays."""
    return isinstance(y, list) and not any(map(rows_lib.is_array, y))


def of_stream(x, y, name, limit, generator) -> Rows:
    """Rows of a data set: those that draw the smallest keys.

    Raises:
        ValueError: if targets come beside it, or it is empty.
    """
    if y is not None:
        raise unlabelled_refused(name, "a data set with labels beside it")
    keys, kept = np.zeros(0), None
    for part in whole.parts(x):
        fresh = generator.random(len(nests.arrays(part)[0]))
        keys = np.concatenate([keys, fresh])
        kept = part if kept is None else joined(kept, part)
        if len(keys) > 2 * limit:
            keys, kept = smallest(keys, kept, limit)
    if kept is None:
        raise ValueError(
            f"`{name}` must hold at least one batch, received: none. To mend "
            "it, see how it was made."
        )
    _, kept = smallest(keys, kept, limit)
    return Rows(*kept, name)


def joined(one: Any, other: Any) -> Any:
    """Rows of both, in the structure of each."""
    return tuple(
        nests.transform(lambda *same: np.concatenate(same), *pair)
        for pair in zip(one, other, strict=True)
    )


def smallest(keys: np.ndarray, kept: tuple, limit: int) -> tuple:
    """The rows with the smallest keys, in their order."""
    chosen = np.sort(np.argsort(keys, kind="stable")[:limit])
    return keys[chosen], tuple(
        nests.transform(lambda array: array[chosen], part) for part in kept
    )


def require_finite(structure: Any, name: str) -> None:
    """Raises ValueError where numbers are NaN or infinite."""
    for leaf, array in nests.leaves(structure, name):
        if array.dtype.kind != "f":
            continue
        finite = np.isfinite(array).reshape(len(array), -1).all(axis=1)
        if not finite.all():
            raise ValueError(
                f"`{leaf}` must hold finite numbers, received: NaN or infinity "
                f"in {(~finite).sum():,} of {len(finite):,} rows, row "
                f"{finite.argmin()} first. To mend it, impute them or leave "
                "these rows out."
            )
