"""The run that is meant: a file, a monitor, or a trace."""

import os
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import trace_files
from keras_troubleshoot.debugging.runs import parsing
from keras_troubleshoot.debugging.runs.record import RunRecord
from keras_troubleshoot.facts.trace import Trace


def read(source: Any, name: str) -> RunRecord:
    """Reads one run.

    Args:
        source: path of a file of `TrainingMonitor`, the monitor itself, its
            `trace`, or a `RunRecord`.
        name: of the argument, for a run that has no file.

    Raises:
        TypeError: it is something else.
        ValueError: it holds no recorded run.
    """
    if isinstance(source, RunRecord):
        return source
    if isinstance(source, str | os.PathLike):
        return parsing.read_file(source)
    trace = getattr(source, "trace", source)
    if not isinstance(trace, Trace):
        raise TypeError(
            f"`{name}` must be a path, a TrainingMonitor or its trace, "
            f"received: {type(source).__name__}. To mend it, pass the file "
            "that TrainingMonitor(json=...) has written."
        )
    return parsing.checked(
        RunRecord(
            name,
            np.asarray(trace.steps, "float64"),
            {k: np.asarray(v) for k, v in trace_files.columns(trace)},
            {
                key: np.asarray(values, "float64")
                for key, values in getattr(source, "history", {}).items()
            },
            np.asarray(getattr(source, "seconds", ()), "float64"),
        )
    )


def read_several(source: Any, name: str) -> list[RunRecord]:
    """Reads one run, or a list of them.

    Raises:
        TypeError: one of them is no run.
        ValueError: there is none.
    """
    several = isinstance(source, list | tuple)
    if several and not source:
        raise ValueError(
            f"`{name}` must hold a run at least, received: {name}={source!r}. "
            "To mend it, pass the file of a run that is known to be good."
        )
    return [read(each, name) for each in (source if several else [source])]
