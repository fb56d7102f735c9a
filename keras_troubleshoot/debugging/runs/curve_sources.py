"""The curves that are meant: a history, a dictionary, or a file."""

import csv
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.runs import parsing


def read_curve(source: Any, metric: str, name: str) -> np.ndarray:
    """One value for each epoch.

    Args:
        source: what `fit` returned, its `history`, or the path of a file of
            `keras.callbacks.CSVLogger` or `TrainingMonitor(json=...)`.
        metric: which column.
        name: of the argument.

    Raises:
        TypeError: it is something else.
        ValueError: it cannot be read, or has no such metric.
    """
    held = table(source, name)
    if metric not in held:
        there = ", ".join(map(repr, held)) or "nothing"
        raise ValueError(
            f"`metric` must be logged in `{name}`, received: metric="
            f"{metric!r}, where there is {there}. To mend it, take one of "
            "these, or let `fit` compute it."
        )
    try:
        values = np.asarray(held[metric], "float64")
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{name}` must hold numbers, received others for {metric!r}. To "
            "mend it, pass the history of one `fit`."
        ) from error
    if values.ndim != 1 or not len(values):
        raise ValueError(
            f"`{name}` must hold one value for each epoch, received: shape "
            f"{values.shape} for {metric!r}. To mend it, pass what `fit` "
            "returned."
        )
    return values


def table(source: Any, name: str) -> Mapping[str, Any]:
    """Metrics by name.

    Raises:
        TypeError: it is no history.
        ValueError: a file cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        return of_file(os.fspath(source))
    held = getattr(source, "history", source)
    if not isinstance(held, Mapping):
        raise TypeError(
            f"`{name}` must be a History, a dictionary or a path, received: "
            f"{type(source).__name__}. To mend it, pass what `fit` returned."
        )
    return held


def of_file(path: str) -> Mapping[str, Any]:
    """Metrics of a file of `CSVLogger`, or of the monitor.

    Raises:
        ValueError: it cannot be read.
    """
    if not path.lower().endswith(".csv"):
        return parsing.read_file(path).history
    text = parsing.read_text(path)
    lines = [line for line in csv.reader(text.splitlines()) if line]
    if not lines or any(len(line) != len(lines[0]) for line in lines):
        raise ValueError(
            f"{path!r} must be a file of keras.callbacks.CSVLogger, received: "
            "lines of different length. To mend it, pass the file of one "
            "`fit`, written with `separator=','`."
        )
    return {
        head: [line[place] for line in lines[1:]]
        for place, head in enumerate(lines[0])
    }
