"""The data of a learning curve: checked, and rows held out."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation.learning import subsets
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib


@dataclasses.dataclass(frozen=True, eq=False)
class Prepared:
    """The data of a curve.

    Attributes:
        x: inputs.
        y: targets.
        rows: that may be trained on.
        ids: classes of these rows; None where there are none.
        validation: inputs and targets.
        sizes: numbers of training rows, rising.
    """

    x: Any
    y: Any
    rows: np.ndarray
    ids: np.ndarray | None
    validation: tuple[Any, Any]
    sizes: np.ndarray


def prepared(x: Any, y: Any, validation: Any, sizes: Any, seed: int):
    """Checks the data, and holds out rows where none are given.

    Raises:
        ValueError: if they do not fit.
    """
    if reading.stream_reader(x) is not None or y is None:
        raise ValueError(
            "`x` and `y` must be arrays, or nested structures of arrays, "
            f"received: {type(x).__name__} and {type(y).__name__}. To mend "
            "it, read a data set into arrays first."
        )
    arrays = reading.named_arrays((x, y, None))
    counts = {name: rows_lib.count(a, name) for name, a in arrays.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {rows}" for name, rows in counts.items())
        raise ValueError(
            "`x` and `y` must have the same number of rows, received: "
            f"{told}. To mend it, see how they were made."
        )
    count = next(iter(counts.values()))
    leaves = nests.arrays(y)
    ids = subsets.classes(leaves[0]) if len(leaves) == 1 else None
    rows = np.arange(count)
    if validation is None:
        rows, held = subsets.held_out(ids, count, seed)
        validation = part(x, held), part(y, held)
    elif not isinstance(validation, tuple | list) or len(validation) != 2:
        raise ValueError(
            "`validation` must be `(x, y)`, received: "
            f"{type(validation).__name__}. To mend it, pass arrays, or leave "
            "it out to have a fifth of the rows held out."
        )
    ids = None if ids is None else ids[rows]
    kinds = 0 if ids is None else len(np.unique(ids))
    found = subsets.sizes(sizes, len(rows), kinds)
    return Prepared(x, y, rows, ids, tuple(validation), found)


def part(structure: Any, rows: np.ndarray) -> Any:
    """Some rows of each array, in this order."""
    return nests.transform(lambda array: subsets.take(array, rows), structure)
