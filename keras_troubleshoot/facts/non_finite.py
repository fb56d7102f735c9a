"""What in a model is not finite: its step, or its weights."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import bad_values
from keras_troubleshoot.facts import unsafe
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.whole_step import WholeStep
from keras_troubleshoot.facts.whole_step import is_finite
from keras_troubleshoot.facts.whole_step import values


@dataclasses.dataclass(frozen=True)
class NonFinite:
    """One training step that is not finite, though the data are.

    Attributes:
        what: `loss`, `gradients` or `outputs`.
        operation: TensorFlow's name of the operation where it began.
        where: layer, loss or step of this operation.
        place: the user's line, in words; empty for none.
        low: the least number that went into it; NaN where none did.
        high: the largest.
        backward: whether only its gradient is not finite.
        weight: path of a weight that was so before; empty for none.
        dtype: the type of the tensor that is not finite.
    """

    what: str
    operation: str
    where: str
    place: str = ""
    low: float = float("nan")
    high: float = float("nan")
    backward: bool = False
    weight: str = ""
    dtype: str = "float32"


@dataclasses.dataclass(frozen=True)
class Weights:
    """Which weights hold NaN or infinity.

    Attributes:
        bad: paths of these, in their order.
        count: how many weights there are.
    """

    bad: tuple[str, ...]
    count: int


def weights(model) -> Weights:
    """Looks for NaN and infinity in all weights of a model."""
    bad = [w.path for w in model.weights if not is_finite(w.value)]
    return Weights(tuple(bad), len(model.weights))


def non_finite(runner: Runner, done: WholeStep) -> NonFinite | None:
    """Where a recorded step stopped being finite; None where it is."""
    if done.failure is not None or done.finite:
        return None
    bad = bad_values.first_bad(done, runner.model)
    return described(done, bad, runner.model)


def described(done: WholeStep, bad, model) -> NonFinite:
    """A step that is not finite, in numbers and words."""
    what = "outputs"
    if done.loss is not None and not is_finite(done.loss):
        what = "loss"
    elif any(not is_finite(values(g)) for _, g in done.gradients):
        what = "gradients"
    if bad is None or bad.operation is None:
        weight = bad.weight if bad is not None else ""
        return NonFinite(what, "", "the model", weight=weight)
    low, high = input_range(bad.operation)
    return NonFinite(
        what=what,
        operation=bad.operation.type,
        where=unsafe.where(bad.operation, done.recorder),
        place=bad.origin.place,
        low=low,
        high=high,
        backward=bad.backward,
        dtype=getattr(bad.tensor.dtype, "name", ""),
    )


def input_range(operation) -> tuple[float, float]:
    """The least and the largest number that goes into an operation."""
    ends = []
    for tensor in operation.inputs:
        if tensor.dtype.is_floating:
            array = unsafe.as_numbers(tensor)
            array = array[np.isfinite(array)]
            ends += [float(array.min()), float(array.max())] * bool(array.size)
    return (min(ends), max(ends)) if ends else (float("nan"),) * 2
