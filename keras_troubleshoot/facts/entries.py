"""What reaches the first layers with weights, after all scaling.

Whether inputs are on a good scale is told here, not from the raw arrays: a
Rescaling layer, a BatchNormalization, or a division in the `call` of a
subclass count, wherever they stand.
"""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.architecture import NORMALIZING
from keras_troubleshoot.facts.passes import Pass

# Tensors in the way of one entry that are walked over at most.
MOST_STEPS = 4000


@dataclasses.dataclass(frozen=True, eq=False)
class Entry:
    """A layer with weights that no other such layer stands before.

    Attributes:
        layer: its name.
        class_name: its class.
        values: what it was given, shape (rows, ...), in training mode.
        normalized_after: whether a normalizing layer directly follows it.
    """

    layer: str
    class_name: str
    values: np.ndarray
    normalized_after: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Lookup:
    """What an Embedding was given.

    Attributes:
        layer: its name.
        rows: how many ids it knows (`input_dim`).
        low: smallest id that it was given.
        high: largest id that it was given.
        whole: whether all of them are whole numbers.
        source: name of the input array that it was given as it is; empty
            where it was computed.
    """

    layer: str
    rows: int
    low: float
    high: float
    whole: bool
    source: str = ""


def entries(step_forward: Pass) -> tuple[Entry, ...]:
    """The entries of a recorded run in training mode."""
    recorder = step_forward.recorder
    weighted = [c for c in recorder.calls if holds_matrix(c.layer)]
    deep = {id(t) for call in weighted for t in call.outputs}
    deep |= inside(weighted, recorder)
    found = []
    for call in weighted:
        tensor = call.inputs[0] if call.inputs else None
        if (
            tensor is None
            or is_lookup(call, tensor)
            or not comes_raw(recorder, tensor, deep)
        ):
            continue
        found.append(
            Entry(
                call.layer.name,
                type(call.layer).__name__,
                np.asarray(tensor, dtype="float32"),
                followed_by_norm(recorder, call),
            )
        )
    return tuple({e.layer: e for e in reversed(found)}.values())


def holds_matrix(layer) -> bool:
    """Whether a layer multiplies its input by weights of its own."""
    if type(layer).__name__ in NORMALIZING:
        return False
    if hasattr(layer, "cell"):
        return True
    if type(layer).__name__ == "TimeDistributed":
        # It goes past the `__call__` of the layer inside.
        return holds_matrix(layer.layer)
    return keras_internals.largest_weight_rank(layer) >= 2


def inside(weighted, recorder) -> set[int]:
    """Tensors made while a layer with weights ran: they are not raw."""
    names = {id(call.layer) for call in weighted}
    return {
        id(tensor)
        for operation in recorder.operations
        if id(operation.within) in names
        for tensor in operation.outputs
    }


def is_lookup(call, tensor) -> bool:
    """Whether a layer takes ids, not amounts."""
    if type(call.layer).__name__ == "Embedding":
        return True
    own = not type(call.layer).__module__.startswith("keras.")
    return own and (tensor.dtype.is_integer or tensor.dtype.is_bool)


def comes_raw(recorder, tensor, deep) -> bool:
    """Whether no layer with weights stands between input and tensor."""
    waiting, seen = [tensor], set()
    while waiting and len(seen) < MOST_STEPS:
        current = waiting.pop()
        if id(current) in deep:
            return False
        if id(current) in seen:
            continue
        seen.add(id(current))
        made = recorder.maker(current)
        if made is not None:
            waiting.extend(made.inputs)
    return True


def followed_by_norm(recorder, call) -> bool:
    """Whether a normalizing layer takes exactly what a layer returned."""
    outputs = {id(t) for t in call.outputs}
    return any(
        type(other.layer).__name__ in NORMALIZING
        and outputs & {id(t) for t in other.inputs}
        for other in recorder.calls
    )


def lookups(layers_called, inputs) -> tuple[Lookup, ...]:
    """What each Embedding was given.

    Args:
        layers_called: pairs of an Embedding layer and what it was given;
            noted before the call, which may fail.
        inputs: arrays of the data, to tell raw input from computed.
    """
    found = {}
    for layer, tensor in layers_called:
        values = np.asarray(tensor)
        if not values.size or values.dtype.kind not in "iufb":
            continue
        source = source_of(values, inputs)
        wide = source.values if source is not None else values
        if source is not None and isinstance(source.whole, np.ndarray):
            wide = source.whole
        finite = wide[np.isfinite(wide)] if wide.dtype.kind == "f" else wide
        found[layer.name] = Lookup(
            layer.name,
            int(layer.input_dim),
            float(finite.min()),
            float(finite.max()),
            bool(np.all(finite == np.floor(finite))),
            source.name if source is not None else "",
        )
    return tuple(found.values())


def source_of(values, inputs):
    """The input array whose first rows these are; None where none is."""
    for array in inputs:
        first = array.values[: len(values)]
        if first.shape == values.shape and np.array_equal(first, values):
            return array
    return None
