"""Sets of data as they are passed: `(x, y)`, `x` alone, or a stream."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import whole
from keras_troubleshoot.improvement.rows import gathering


def pair(data: Any, name: str) -> tuple[Any, Any]:
    """Inputs and targets of a set.

    Args:
        data: `(x, y)`, `(x, y, sample_weight)`, `x` that is no tuple, or a
            stream.
        name: for messages.

    Raises:
        ValueError: if it is a tuple of another length, or None.
    """
    if data is None or (isinstance(data, tuple) and len(data) not in (1, 2, 3)):
        raise ValueError(
            f"`{name}` must be `(x, y)`, `x` alone or a stream, received: "
            f"{'None' if data is None else f'a tuple of {len(data)}'}. To mend "
            "it, pass nested inputs as a dictionary or a list."
        )
    if not isinstance(data, tuple):
        return gathering.as_data(data), None
    x, y = (*data, None)[:2]
    return gathering.as_data(x), gathering.as_data(y)


def arrays(data: Any, name: str) -> tuple[Any, Any]:
    """Inputs and targets as NumPy arrays; streams are read to their end.

    Raises:
        ValueError: if they cannot be read, or differ in length.
    """
    x, y = pair(data, name)
    gathering.sampled(x, y)
    if reading.stream_reader(x) is None:
        return tuple(
            nests.transform(lambda leaf: rows_lib.take(leaf, None), part)
            for part in (x, y)
        )
    parts = list(whole.parts(x))
    return tuple(
        nests.transform(lambda *same: np.concatenate(same), *each)
        for each in zip(*parts, strict=True)
    )


def ids(values: Any, rows: int, name: str) -> np.ndarray:
    """One id of each row, such as that of a patient.

    Raises:
        ValueError: if they are not as many as rows, or have other axes.
    """
    try:
        made = rows_lib.take(gathering.as_data(values), None)
    except (TypeError, ValueError, AttributeError):
        made = np.zeros(0)
    if made.ndim > 1 and made.shape[1:] == (1,):
        made = made[:, 0]
    if made.shape != (rows,):
        raise ValueError(
            f"`{name}` must hold one value for each of {rows:,} rows, "
            f"received: {type(values).__name__} of shape {np.shape(made)}. To "
            "mend it, pass an array of one axis."
        )
    return made
