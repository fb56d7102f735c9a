"""The largest batch size that fits, tried in a process of its own."""

import dataclasses
import inspect
import json
import pathlib
import tempfile
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.probes import Attempt
from keras_troubleshoot.debugging.probes import Probe
from keras_troubleshoot.facts import machine
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.memory_text import size

# Rows that are handed over: they are repeated to fill a batch.
ROWS = 64
# Share of the free memory that may be taken: the session needs some too.
SHARE = 0.9


@dataclasses.dataclass(frozen=True)
class BatchSizes:
    """What came of `find_batch_size`.

    Attributes:
        batch_size: the largest that fitted.
        attempts: all that were tried, in their order.
        limit: bytes that a step was allowed.
    """

    batch_size: int
    attempts: tuple[Attempt, ...]
    limit: int

    def __str__(self) -> str:
        lines = [
            f"The largest batch size that fits into {size(self.limit)} is "
            f"{self.batch_size}."
        ]
        for tried in self.attempts:
            came = size(tried.peak) if tried.fits else tried.reason
            lines.append(f"  {tried.batch_size:8}  {came}")
        return "\n".join(lines)


def find_batch_size(
    model: Any,
    x: Any,
    y: Any = None,
    limit: int | None = None,
    largest: int = 4096,
    tolerance: float = 0.1,
    timeout: float = 600.0,
) -> BatchSizes:
    """The largest batch size whose training step fits into memory.

    Doubles the batch size until it does not fit, then halves the interval.
    Each size is tried with two steps of `train_on_batch` in a process of
    its own: when that runs out of memory, the session goes on. A process
    takes some seconds to start.

    On a GPU, the other process finds only what this session has left; by
    default TensorFlow takes all of it at its start. Call it before, or with
    `tf.config.experimental.set_memory_growth`.

    Args:
        model: a compiled `keras.Model` that can be saved as `.keras`; a
            function without arguments that returns one, at the top of a
            file; or such a function as text, `"file.py:build"`.
        x: arrays of inputs, in the structure that the model takes; a few
            rows are enough.
        y: arrays of targets.
        limit: bytes that the step may take, beside TensorFlow itself; by
            default 90% of the memory that is free.
        largest: where to stop.
        tolerance: how close to the border, as a share of the size.
        timeout: seconds for one process.

    Returns:
        The batch size, and what was tried.

    Raises:
        TypeError: if `model` is none of these.
        ValueError: if the model is not compiled or cannot be saved, or
            another argument is not what it should be.
        MemoryError: if not even one row fits.
        RuntimeError: if the step fails for another reason.

    Example:
        ```python
        found = kts.debugging.memory.find_batch_size(model, x, y)
        model.fit(x, y, batch_size=found.batch_size)
        ```
    """
    require(largest >= 1, "`largest` must be 1 or more", largest=largest)
    inside = 0 < tolerance < 1
    require(inside, "`tolerance` must be between 0 and 1", tolerance=tolerance)
    if limit is None:
        free = machine.available()
        require(free is not None, "`limit` must be given on this system")
        limit = int(free.bytes * SHARE)
    require(limit > 0, "`limit` must be positive", limit=limit)
    rows = [nests.transform(few, part) for part in (x, y)]
    with tempfile.TemporaryDirectory(prefix="batch-size-") as folder:
        source = handed_over(model, pathlib.Path(folder))
        write_rows(pathlib.Path(folder), *rows)
        probe = Probe(folder, source, limit, timeout)
        return search(probe, int(largest), tolerance, limit)


def require(held: bool, what: str, **received: Any) -> None:
    """Raises a `ValueError` unless a condition holds."""
    if not held:
        came = ", ".join(f"{k}={v!r}" for k, v in received.items())
        raise ValueError(
            f"{what}, received: {came or None}. To mend it, pass another value."
        )


def few(array: Any) -> np.ndarray:
    """The first rows of an array."""
    found = np.asarray(array[:ROWS])
    if found.ndim == 0 or not len(found) or found.dtype.kind == "O":
        raise ValueError(
            "`x` and `y` must be arrays with at least one row, received: "
            f"{type(array).__name__} of shape {found.shape}. To mend it, "
            "pass NumPy arrays of numbers or text."
        )
    return found


def handed_over(model: Any, folder: pathlib.Path) -> str:
    """How the other process gets the model: a file, or `file.py:build`."""
    if isinstance(model, str):
        path, _, name = model.rpartition(":")
        if path.endswith(".py") and name and pathlib.Path(path).is_file():
            return f"{pathlib.Path(path).resolve()}:{name}"
        raise ValueError(
            '`model` must name a function as "file.py:build", received: '
            f"model={model!r}. To mend it, give the path of a file that is "
            "there, a colon, and the function."
        )
    if inspect.isfunction(model):
        return of_function(model)
    subjects.require_model(model)
    if not model.compiled:
        raise ValueError(
            "`model` must be compiled, received one that is not. To mend it, "
            "call `model.compile(optimizer, loss)`."
        )
    return saved(model, folder / "model.keras")


def of_function(function: Callable) -> str:
    """`file.py:build` of a function at the top of a file."""
    path = inspect.getsourcefile(function)
    name = function.__qualname__
    if path and pathlib.Path(path).is_file() and name.isidentifier():
        return f"{pathlib.Path(path).resolve()}:{name}"
    raise ValueError(
        "`model` must be a function at the top of a file, so that another "
        f"process can call it, received: {name!r}. To mend it, write it into "
        'a file and pass "file.py:build".'
    )


def saved(model: Any, path: pathlib.Path) -> str:
    """Saves a model, and sees that it can be loaded without trust."""
    import keras

    try:
        with own_state.preserved(model), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.save(path)
            keras.saving.load_model(path, safe_mode=True)
    except Exception as error:
        said = passes.first_lines(error)
        raise ValueError(
            "`model` must be one that can be saved as `.keras` and loaded "
            f"again, received: model={model.name!r}: {said} To mend it, pass "
            "a function at the top of a file that builds and compiles it: "
            'find_batch_size("file.py:build", x, y).'
        ) from error
    return str(path)


def write_rows(folder: pathlib.Path, x: Any, y: Any) -> None:
    """Writes arrays and their structure for the other process."""
    arrays: list[np.ndarray] = []

    def placed(array):
        arrays.append(array)
        return len(arrays) - 1

    kept = [nests.transform(placed, part) for part in (x, y)]
    np.savez(folder / "rows.npz", *arrays)
    (folder / "rows.json").write_text(json.dumps(kept), "utf-8")


def search(probe, largest: int, tolerance: float, limit: int) -> BatchSizes:
    """Doubling, then halving of the interval."""
    doubled = [2**n for n in range(largest.bit_length()) if 2**n < largest]
    attempts = probe.run([*doubled, largest])
    low = max((a.batch_size for a in attempts if a.fits), default=0)
    if not low:
        raise MemoryError(
            f"Not even a batch of 1 row fits into {size(limit)}: "
            f"{attempts[0].reason}. To mend it, make the model or the rows "
            "smaller."
        )
    high = min((a.batch_size for a in attempts if not a.fits), default=low)
    while high - low > max(1, tolerance * low):
        [tried] = probe.run([(low + high) // 2])
        attempts.append(tried)
        low = tried.batch_size if tried.fits else low
        high = high if tried.fits else tried.batch_size
    return BatchSizes(low, tuple(attempts), limit)
