"""What was recorded of an implementation outside Keras."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Recording:
    """Arrays of a reference implementation: PyTorch, JAX, or any other.

    Arrays in the layout of that framework are welcome: channels first and
    transposed kernels are recognized and converted, and the result says so.

    Attributes:
        outputs: `{layer: array}`, in the order in which the layers ran, rows
            first. The names `input` and `output` stand for what the model
            was given and what it returned; `output` is best recorded too.
        weights: `{"conv1.weight": array}`, such as a `state_dict` of
            PyTorch, or `{"Conv_0/kernel": array}` of Flax: layer, a dot or
            slash, and the name of the weight; before the step.
        loss: of one training step: train mode, dropout 0.
        gradients: the gradients of that loss, by the names of `weights`.
        updated: the weights after one step of a fresh optimizer, and the
            moving statistics, by the names of `weights`.
        channels_first: whether pictures are `(rows, channels, height,
            width)`; None finds out from the shapes.

    Example:
        >>> recording = Recording({"fc": np.zeros((4, 2))})
        >>> list(recording.outputs)
        ['fc']
    """

    outputs: Mapping[str, Any]
    weights: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    loss: float | None = None
    gradients: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    updated: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    channels_first: bool | None = None

    def __post_init__(self):
        for field in ("outputs", "weights", "gradients", "updated"):
            given = getattr(self, field)
            object.__setattr__(self, field, checked(given, field))
        if not self.outputs:
            raise ValueError(
                "`outputs` must hold the output of a layer at least, "
                "received: none. To mend it, record `{layer: array}`."
            )
        rows_of(self.outputs)
        if self.loss is not None:
            object.__setattr__(self, "loss", scalar(self.loss))

    @property
    def rows(self) -> int:
        """How many rows the layers were given."""
        return rows_of(self.outputs)


def checked(given: Any, field: str) -> dict[str, np.ndarray]:
    """Named arrays of numbers; a copy of the dictionary.

    Raises:
        TypeError: if it is no dictionary of arrays of numbers by name.
    """
    if not isinstance(given, Mapping):
        raise TypeError(
            f"`{field}` must be a dictionary of arrays, received: "
            f"{type(given).__name__}. To mend it, pass `{{name: array}}`."
        )
    arrays = {}
    for name, value in given.items():
        if not isinstance(name, str):
            raise TypeError(
                f"`{field}` must have names as keys, received: {name!r}. To "
                "mend it, name each array by its layer."
            )
        arrays[name] = numbers(value, f"{field}[{name!r}]")
    return arrays


def numbers(value: Any, name: str) -> np.ndarray:
    """An array of numbers.

    Raises:
        TypeError: if it is none, or is empty.
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(
            f"`{name}` must be an array of numbers, received: "
            f"{type(value).__name__} ({error}). To mend it, pass "
            "`tensor.detach().cpu().numpy()`."
        ) from error
    known = array.dtype.kind in "fiub" or array.dtype.name == "bfloat16"
    if not known or not array.size:
        raise TypeError(
            f"`{name}` must be an array of numbers, received: "
            f"{type(value).__name__} of type {array.dtype} and shape "
            f"{array.shape}. To mend it, record the output as one array."
        )
    return array


def rows_of(outputs: Mapping[str, np.ndarray]) -> int:
    """How many rows all of the outputs have.

    Raises:
        ValueError: if they have not the same number.
    """
    lengths = {n: len(a) if a.ndim else 0 for n, a in outputs.items()}
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{n!r}: {rows}" for n, rows in lengths.items())
        raise ValueError(
            "`outputs` must have the rows as their first axis, all the same "
            f"number, received: {told}. To mend it, record one batch, rows "
            "first."
        )
    return next(iter(lengths.values()))


def scalar(value: Any) -> float:
    """A number; raises TypeError for others."""
    try:
        array = np.asarray(value, "float64")
    except (TypeError, ValueError):
        array = np.zeros(0)
    if array.size != 1:
        raise TypeError(
            f"`loss` must be a number, received: {value!r}. To mend it, pass "
            "`float(loss)`."
        )
    return float(array.ravel()[0])
