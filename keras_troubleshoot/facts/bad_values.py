"""Where what is not finite comes from, in a recorded training step."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import origins
from keras_troubleshoot.facts.origins import Origin
from keras_troubleshoot.facts.risks import NAMES
from keras_troubleshoot.facts.whole_step import WholeStep
from keras_troubleshoot.facts.whole_step import is_finite

# Operations back from a result, at most.
FAR = 100_000


@dataclasses.dataclass(frozen=True, eq=False)
class Bad:
    """The operation at which finite numbers became NaN or infinite.

    Attributes:
        operation: it; None where a weight or the data were so before.
        origin: where it was written.
        phase: what ran, such as `loss 'entropy'`; empty for the model.
        backward: whether only its gradient is not finite.
        tensor: the tensor that is not finite.
        weight: path of the weight that was so before; empty for none.
    """

    operation: Any
    origin: Origin
    phase: str = ""
    backward: bool = False
    tensor: Any = None
    weight: str = ""


def first_bad(done: WholeStep, model) -> Bad | None:
    """Walks back from what is not finite to where it began.

    What is not finite but never reaches a loss or a gradient does no harm:
    an infinite score that a softmax makes zero, say.
    """
    start = next((t for t in done.results if not is_finite(t)), None)
    if start is None:
        return None
    recorder = done.recorder
    for _ in range(FAR):
        made = recorder.maker(start)
        if made is None:
            return Bad(None, Origin(origins.LIBRARY), tensor=start)
        worse = [t for t in made.inputs if not is_finite(t)]
        if not worse:
            return described(made, start, done, model)
        # Of several, the one that was made first.
        start = min(worse, key=lambda t: position(recorder, t))
    return None


def position(recorder, tensor) -> int:
    """When a tensor was made: its place among all operations."""
    made = recorder.maker(tensor)
    return -1 if made is None else recorder.place(made)


def described(made, tensor, done: WholeStep, model) -> Bad:
    """What is known of the operation that made the first bad tensor."""
    recorder = done.recorder
    if made.type in ("ReadVariableOp", "ResourceGather"):
        path = weight_path(made.inputs[0], model)
        if path and made.type == "ReadVariableOp":
            return Bad(None, recorder.origin(made), tensor=tensor, weight=path)
    origin, phase = recorder.origin(made), recorder.phase_of(made)
    backward = origin.owner == origins.BACKWARD or phase == "backward"
    if backward:
        forward = differentiated(made, recorder)
        if forward is not None:
            made = forward
            origin, phase = recorder.origin(made), recorder.phase_of(made)
    return Bad(made, origin, phase, backward, tensor)


def differentiated(backward, recorder):
    """The operation whose gradient another one computes.

    It shares a tensor with it; one that can break down comes first.
    """
    shared = {id(t) for t in backward.inputs if t.shape.rank or t.shape == ()}
    before = recorder.operations[: recorder.place(backward)]
    users = [
        operation
        for operation in before
        if recorder.origin(operation).owner != origins.BACKWARD
        and recorder.phase_of(operation) != "backward"
        and any(
            id(t) in shared for t in (*operation.inputs, *operation.outputs)
        )
    ]
    risky = [operation for operation in users if operation.type in NAMES]
    return (risky or users or [None])[-1]


def weight_path(handle, model) -> str:
    """The path of the weight behind a handle; empty for none."""
    for weight in model.weights:
        if getattr(weight.value, "handle", None) is handle:
            return weight.path
    return ""


def bad_rows(tensor, rows: int) -> tuple[int, ...]:
    """The rows of a batch in which a tensor is not finite."""
    if not tensor.shape.rank or tensor.shape[0] != rows:
        return ()
    array = np.asarray(tensor)
    if array.dtype.kind != "f":
        array = array.astype("float32")
    good = np.isfinite(array.reshape(rows, -1)).all(axis=1)
    return tuple(int(row) for row in np.flatnonzero(~good))
