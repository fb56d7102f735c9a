"""Outputs of two runs, compared; and the layer in which they part."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.influence import ROUNDING
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.testing.look import Outputs

# In float32 the tolerance is the `ROUNDING` of the diagnoses: batches of one
# size came out the same to the last bit in all models that were tried (dense,
# convolutional, residual and attention, up to 50 layers), rows alone up to
# 2e-6 apart where the model does not magnify roundings (see `rounding`). In
# half precision it is ten roundings (heuristic).
ROUNDINGS = 10
# One rounding, relative, of the types of half precision.
HALF = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
# That of TensorFloat-32, by which GPUs multiply float32 unless told not to
# (https://www.tensorflow.org/api_docs/python/tf/config/experimental/
# enable_tensor_float_32_execution): it has 10 bits as float16 has.
TENSOR_FLOAT = 2.0**-10


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """How far numbers may be apart that should be the same.

    Attributes:
        relative: to the largest number of that output.
        absolute: in the units of the output.
    """

    relative: float = 0.0
    absolute: float = 0.0

    def __str__(self) -> str:
        return f"rtol={self.relative:g}, atol={self.absolute:g}"


@dataclasses.dataclass(frozen=True)
class Change:
    """Where two runs differ.

    Attributes:
        output: name of the output that differs most.
        place: in it, the index of the number that differs most.
        size: by how much.
        scale: the largest number of that output.
        places: index arrays of all numbers that differ, as of `nonzero`.
        shapes: both, where these differ already.
    """

    output: str
    place: tuple[int, ...]
    size: float
    scale: float
    places: tuple[np.ndarray, ...]
    shapes: tuple[tuple[int, ...], ...] = ()

    def __str__(self) -> str:
        if self.shapes:
            return f"in shape, from {self.shapes[0]} to {self.shapes[1]}"
        if not np.isfinite(self.size):
            return "from finite to not finite, or back"
        share = f" ({percent(self.size / self.scale)} of the largest value)"
        return f"by {number(self.size)}{share if self.scale else ''}"


def tolerance(model: Any, rtol: float | None, atol: float) -> Tolerance:
    """The tolerance that was asked for, or one that fits the model."""
    if rtol is None:
        rtol = max(ROUNDING, ROUNDINGS * precision(model))
    return Tolerance(rtol, atol)


def precision(model: Any) -> float:
    """One rounding of the least precise type that a layer computes in."""
    layers = keras_internals.leaf_layers(model)
    types = {str(getattr(layer, "compute_dtype", "")) for layer in layers}
    return max([single_precision(), *(HALF[t] for t in types if t in HALF)])


def single_precision() -> float:
    """One rounding of float32, in which a GPU may multiply less precisely."""
    import tensorflow as tf

    on_gpu = bool(tf.config.list_physical_devices("GPU"))
    if on_gpu and tf.config.experimental.tensor_float_32_execution_enabled():
        return TENSOR_FLOAT
    return float(np.finfo("float32").eps)


def compare(one: Outputs, other: Outputs, allowed: Tolerance) -> Change | None:
    """The largest change beyond the tolerance; None where there is none.

    Args:
        one: outputs of a run.
        other: those of another run, of the same shapes.
        allowed: how far they may be apart.
    """
    worst = None
    for name, values in one.items():
        before, after = (np.atleast_1d(wide(v)) for v in (values, other[name]))
        if before.shape != after.shape:
            shapes = before.shape, after.shape
            everywhere = np.nonzero(np.ones((1,)))
            return Change(name, (0,), np.inf, 0.0, everywhere, shapes)
        gaps, scale = distances(before, after)
        bad = gaps > allowed.absolute + allowed.relative * scale
        if not bad.any():
            continue
        place = np.unravel_index(np.argmax(gaps), gaps.shape)
        size = float(gaps[place])
        if worst is None or size * worst.scale > worst.size * scale:
            index = tuple(int(i) for i in place)
            worst = Change(name, index, size, scale, np.nonzero(bad))
    return worst


def distances(before: np.ndarray, after: np.ndarray):
    """How far two arrays are apart: (by number, largest number of both).

    They have the same shape.

    What is not finite in the same way is the same.
    """
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    with np.errstate(invalid="ignore"):
        gaps = np.where(same, 0.0, np.abs(before - after))
    both = np.concatenate([before.ravel(), after.ravel()])
    finite = np.abs(both[np.isfinite(both)])
    scale = float(finite.max()) if len(finite) else 0.0
    return np.nan_to_num(gaps, nan=np.inf, posinf=np.inf), scale


def unequal(one: Any, other: Any) -> bool:
    """Whether two tensors of any type differ anywhere."""
    before, after = np.asarray(one), np.asarray(other)
    if before.dtype.kind in "OSU":
        return not np.array_equal(before, after)
    return bool(distances(wide(before), wide(after))[0].any())


def wide(values: Any) -> np.ndarray:
    """Numbers in double precision."""
    return np.asarray(values).astype("float64")


def origin(
    before: Pass, after: Pass, differs: Callable[[Any, Any], bool]
) -> str:
    """Where two recorded runs of one model first part.

    Args:
        before: one run.
        after: another one.
        differs: whether two tensors differ where they should not.

    Returns:
        Such as "; it begins in layer 'lstm' (LSTM)"; empty where that
        cannot be told.
    """
    if before.recorder is None or after.recorder is None:
        return ""
    for one, other in zip(
        before.recorder.calls, after.recorder.calls, strict=False
    ):
        if one.layer is not other.layer:
            return ""
        if parted(one.outputs, other.outputs, differs):
            early = parted(one.inputs, other.inputs, differs)
            return f"; it begins {told(one.layer, early)}"
    return ""


def parted(one, other, differs) -> bool:
    """Whether any tensors of two calls differ."""
    return any(
        tuple(a.shape) == tuple(b.shape) and differs(a, b)
        for a, b in zip(one, other, strict=False)
    )


def told(layer: Any, early: bool) -> str:
    """A layer, or what comes before it, in words."""
    if keras_internals.is_model(layer):
        return f"in the code of model {layer.name!r} between its layers"
    what = f"layer {layer.name!r} ({type(layer).__name__})"
    return f"in the code before {what}" if early else f"in {what}"
