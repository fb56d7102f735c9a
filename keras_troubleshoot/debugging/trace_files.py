"""Writes a recorded training run into files, as it grows.

A full disk must not end a training: it is said once, and no more is written.
"""

import csv
import io
import json
import os
import pathlib
import sys
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.facts.trace import Trace
from keras_troubleshoot.report.plain import plain


class Outlet:
    """Writes until writing fails.

    Args:
        place: what is written to, for the warning.
        write: `write(trace, extra)`; may raise `OSError`.
    """

    def __init__(self, place: Any, write: Callable):
        self.place, self._write = place, write
        self._failed = False

    def __call__(self, trace: Trace, extra: dict[str, Any]) -> None:
        """Writes; says so once if that fails, and never raises for it."""
        if self._failed:
            return
        try:
            self._write(trace, extra)
        except OSError as error:
            self._failed = True
            print(
                f"keras-troubleshoot: {str(self.place)!r} could not be "
                f"written ({error.strerror or error}); the training goes on, "
                "and no more is written there.",
                file=sys.stderr,
            )


def outlets(csv, json, log_dir) -> list[Outlet]:
    """One outlet for each place that is given."""
    found = []
    for name, place in (("csv", csv), ("json", json), ("log_dir", log_dir)):
        require_path(name, place)
    if csv is not None:
        found.append(Outlet(csv, lambda t, _: replace(csv, as_csv(t))))
    if json is not None:
        found.append(
            Outlet(json, lambda t, extra: replace(json, as_json(t, extra)))
        )
    if log_dir is not None:
        found.append(Outlet(log_dir, Summaries(log_dir)))
    return found


def require_path(name: str, value: Any) -> None:
    """Raises unless a value is a path, or None."""
    if value is not None and not isinstance(value, (str, os.PathLike)):
        raise ValueError(
            f"`{name}` must be a path, received: {name}={value!r}. To mend "
            "it, give the name as a string, or leave it out."
        )


def replace(path: Any, text: str) -> None:
    """Writes a file as a whole, or leaves the one that is there."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")  # A pipe or a device.
        return
    path = path.resolve()  # What a link points to is replaced, not the link.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", newline="")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def columns(trace: Trace) -> Iterator[tuple[str, np.ndarray]]:
    """What was recorded, by names such as `gradient/dense`."""
    yield "loss", trace.loss
    for kind, names in (
        ("gradient", trace.layers),
        ("update", trace.layers),
        ("weight", trace.layers),
        ("dead", trace.units),
        ("saturated", trace.units),
    ):
        for index, name in enumerate(names):
            yield f"{kind}/{name}", getattr(trace, kind)[:, index]


def as_csv(trace: Trace) -> str:
    """One line for each step that was recorded."""
    named = list(columns(trace))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["step", *(name for name, _ in named)])
    for row, step in enumerate(trace.steps):
        writer.writerow([int(step), *(float(v[row]) for _, v in named)])
    return out.getvalue()


def as_json(trace: Trace, extra: dict[str, Any]) -> str:
    """The record by name, with what else is known."""
    values = {"schema": 1, "step": trace.steps} | dict(columns(trace)) | extra
    return json.dumps(plain(values), allow_nan=False, indent=1) + "\n"


class Summaries:
    """Summaries of one `fit` as TensorBoard shows them, each step once.

    `tf.summary.scalar` needs TensorBoard; the operation below it does not.
    """

    def __init__(self, log_dir: Any):
        self._folder, self._writer = str(log_dir), None
        self._last = -1

    def __call__(self, trace: Trace, extra: dict[str, Any]) -> None:
        """Writes the steps that are new."""
        import tensorflow as tf

        try:
            if self._writer is None:
                self._writer = tf.summary.create_file_writer(self._folder)
            with self._writer.as_default():
                self._write(tf, trace)
            self._writer.flush()
        except tf.errors.OpError as error:
            raise OSError(str(error).splitlines()[0]) from error

    def _write(self, tf, trace: Trace) -> None:
        metadata = tf.compat.v1.SummaryMetadata()
        metadata.plugin_data.plugin_name = "scalars"
        named = list(columns(trace))
        for row in np.flatnonzero(trace.steps > self._last):
            step = int(trace.steps[row])
            for name, values in named:
                value = np.float32(values[row])
                tf.summary.write(name, value, step=step, metadata=metadata)
            self._last = step
