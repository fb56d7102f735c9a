"""Both sides of a comparison, checked and read."""

import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.debugging.comparing import layouts
from keras_troubleshoot.debugging.comparing.recording import Recording
from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import subjects

# Rows that two Keras models are run on. Even: see `passes.EVEN`.
ROWS = 32
# Rows of a recording, at most; each layer's output is held in memory.
MOST_ROWS = 4096


@dataclasses.dataclass(frozen=True, eq=False)
class Given:
    """The arguments of a comparison.

    Attributes:
        a: a Keras model.
        b: a Keras model, recorded arrays or a `Recording`.
        x: inputs.
        y: targets; None for none.
        training: the mode.
        align: how to pair the layers.
    """

    a: Any
    b: Any
    x: Any
    y: Any
    training: bool
    align: Any


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """One side.

    Attributes:
        model: the Keras model, or a copy of it; None for a recording.
        own: the user's own model, with what it was compiled with.
        sample: the rows in its layout; None for a recording.
        recording: what was recorded; None for a model.
    """

    model: Any = None
    own: Any = None
    sample: Any = None
    recording: Recording | None = None


def read(given: Given) -> tuple[Side, Side]:
    """Checks what was given and reads the data.

    Raises:
        TypeError: if `a` is no Keras model, or `b` nothing that is known.
        ValueError: if the data do not fit.
    """
    subjects.require_backend()
    require_model(given.a, "a")
    recording = recorded(given.b)
    if not isinstance(given.training, bool):
        raise TypeError(
            "`training` must be True or False, received: "
            f"training={given.training!r}. To mend it, leave it out."
        )
    rows = ROWS if recording is None else MOST_ROWS
    sample = reading.read(given.x, given.y, None, limit=rows)
    require_rows(sample, recording, given.a)
    require_numbers(sample)
    ours = Side(given.a, given.a, for_model(given.a, sample))
    if recording is not None:
        require_compiled(sample, given.a)
        return ours, Side(recording=recording)
    require_compiled(sample, given.a, given.b)
    return ours, Side(given.b, given.b, for_model(given.b, sample))


def require_model(model: Any, name: str) -> None:
    """Raises unless something is a Keras model.

    Raises:
        TypeError: naming the argument.
    """
    try:
        subjects.require_model(model)
    except TypeError as error:
        raise TypeError(str(error).replace("`model`", f"`{name}`", 1)) from None


def recorded(b: Any) -> Recording | None:
    """The recording that `b` is; None for a Keras model.

    Raises:
        TypeError: if it is neither.
    """
    if isinstance(b, Recording):
        return b
    if isinstance(b, Mapping):
        return Recording(b)
    if not keras_internals.is_model(b):
        kind = f"{type(b).__module__}.{type(b).__qualname__}"
        raise TypeError(
            "`b` must be a Keras model, a dictionary of recorded arrays or a "
            f"`Recording`, received: {kind}. To mend it, record the outputs of "
            "its layers: `{layer: array}`."
        )
    return None


def require_rows(sample: Any, recording: Any, model: Any) -> None:
    """Raises unless all have the same rows.

    Raises:
        ValueError: naming what has not.
    """
    experiments.require_equal_lengths(sample)
    rows = len(nests.arrays(sample.x)[0])
    if recording is not None and rows != recording.rows:
        raise ValueError(
            "`x` must be the rows that were recorded, received: "
            f"{rows} rows, the recording has {recording.rows}. To mend it, "
            "pass that batch."
        )
    fixed = keras_internals.fixed_batch(model) if model.built else None
    if fixed is not None and fixed != rows:
        raise ValueError(
            f"`x` must have {fixed} rows, which `a` takes at once, received: "
            f"{rows}. To mend it, build it without a fixed batch size."
        )


def require_numbers(sample: Any) -> None:
    """Raises if an input is not finite: it would hide what differs.

    Raises:
        ValueError: naming the input.
    """
    for name, array in nests.leaves(sample.x, "x"):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(
                f"`{name}` must be finite, received: NaN or infinity. To mend "
                "it, pass rows without."
            )


def require_compiled(sample: Any, *models: Any) -> None:
    """Raises unless models can be trained on the targets, if there are any.

    Raises:
        ValueError: naming the model.
    """
    for model in models if sample.y is not None else ():
        if not model.compiled or model.optimizer is None:
            raise ValueError(
                f"With `y`, the model {model.name!r} must be compiled, "
                "received: one that is not. To mend it, call "
                "`model.compile(optimizer, loss)`, or leave `y` out."
            )


def for_model(model: Any, sample: Any) -> Any:
    """The rows in the layout that a model declares; an unbuilt one is built.

    Raises:
        ValueError: if they fit in no layout.
    """
    building.build(model, sample)
    shapes = list(keras_internals.input_shapes(model).values())
    arrays = nests.arrays(sample.x)
    if not shapes or len(shapes) != len(arrays):
        return sample
    by_name = iter(shapes)
    turned = nests.transform(lambda a: fitted(a, next(by_name)), sample.x)
    return dataclasses.replace(sample, x=turned)


def fitted(array: np.ndarray, shape: tuple) -> np.ndarray:
    """An array, turned where only that makes it fit a declared shape."""
    if fits(array.shape, shape) or array.ndim < 4:
        return array
    for turn in (layouts.to_last, layouts.to_first):
        if fits(turn(array).shape, shape):
            return turn(array)
    return array


def fits(shape: tuple, declared: tuple) -> bool:
    """Whether a shape is one that was declared, the rows apart."""
    return len(shape) == len(declared) and all(
        want in (None, have)
        for have, want in zip(shape[1:], declared[1:], strict=True)
    )


@contextlib.contextmanager
def kept(ours: Side, theirs: Side, seed: int):
    """Puts back all that is random, and what the user's layers hold."""
    require_seed(seed)
    with contextlib.ExitStack() as stack:
        stack.enter_context(experiments.kept(ours.model, seed))
        if theirs.model is not None:
            stack.enter_context(own_state.preserved(theirs.model))
        yield


def require_seed(seed: Any) -> None:
    """Raises unless a seed is a whole number of at least 0.

    Raises:
        ValueError: naming what came.
    """
    whole = isinstance(seed, int) and not isinstance(seed, bool)
    if not whole or seed < 0:
        raise ValueError(
            "`seed` must be a whole number of at least 0, received: "
            f"seed={seed!r}. To mend it, leave it out."
        )


def require_tolerances(**given: Any) -> None:
    """Raises unless tolerances are numbers of at least 0, or None.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in given.items():
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < np.inf:
            raise ValueError(
                f"`{name}` must be a number of at least 0, received: "
                f"{name}={value!r}. To mend it, leave it out."
            )
