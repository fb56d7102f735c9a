"""What the layers of both sides returned, one record for each output."""

import contextlib
import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.recording import Recording
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.passes import Runner

# Layers of Keras that call others inside, which no other framework shows.
OPAQUE = (
    "RNN",
    "Bidirectional",
    "TimeDistributed",
    "MultiHeadAttention",
    "GroupedQueryAttention",
    "SpectralNormalization",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Record:
    """One output of one call of a layer.

    Attributes:
        name: of the layer; with the call where it is used twice.
        kind: its class; empty for recorded arrays.
        output: the array, rows first.
        inputs: what it was given; empty for recorded arrays.
        layer: the Keras layer; None for recorded arrays.
        whole: whether it is the model itself.
        unit: roundoff of the float type in which it was computed.
    """

    name: str
    kind: str
    output: np.ndarray
    inputs: tuple[np.ndarray, ...] = ()
    layer: Any = None
    whole: bool = False
    unit: float = 2.0**-24


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """All records of one side.

    Attributes:
        records: in the order in which the layers returned.
        channels_first: whether its pictures are; None where not known.
    """

    records: tuple[Record, ...]
    channels_first: bool | None = None


def of_model(
    model: Any, sample: Any, training: bool = False, noise: Any = None
) -> Run:
    """Runs a Keras model and keeps what each layer returned.

    Args:
        model: built.
        sample: rows, all of which are fed.
        training: the mode.
        noise: moves the outputs of layers; None for as they are.

    Raises:
        ValueError: if the model cannot be run.
    """
    rows = len(first_array(sample.x))
    moved = noise.listening() if noise else contextlib.nullcontext()
    with moved:
        done = Runner(model, sample, rows).record(training=training)
    if done.failure is not None:
        raise ValueError(
            f"The model {model.name!r} must run on `x`, received: "
            f"{done.failure.message} To mend it, see "
            "`kts.debugging.step_through(model, x)`."
        ) from done.failure.error
    return Run(tuple(found(done.recorder.calls)), channels_first(model))


def of_recording(recording: Recording) -> Run:
    """Recorded arrays as the records of a run."""
    records = tuple(
        Record(
            name,
            "",
            plain(array),
            whole=name in ("output", "outputs"),
            unit=unit(array),
        )
        for name, array in recording.outputs.items()
    )
    return Run(records, recording.channels_first)


def found(calls: list) -> list[Record]:
    """The records of calls, those inside of Keras's own layers left out."""
    counts: dict[int, int] = {}
    kept = []
    for call in visible(calls):
        counts[id(call.layer)] = counts.get(id(call.layer), 0) + 1
        kept += of_call(call, counts[id(call.layer)])
    return kept


def visible(calls: list) -> list:
    """Calls of layers that are not inside of an opaque one.

    Calls come in the order in which they returned: what encloses one comes
    after it, and is less deep.
    """
    hidden_below: int | None = None
    kept = []
    for call in reversed(calls):
        if hidden_below is not None and call.depth > hidden_below:
            continue
        hidden_below = call.depth if is_opaque(call.layer) else None
        inner = keras_internals.is_model(call.layer) and call.depth > 0
        declared = type(call.layer).__name__ == "InputLayer"
        plain = keras_internals.is_model(call.layer) and (
            keras_internals.model_kind(call.layer) != "subclass"
        )
        if not declared and not (inner and plain):
            kept.append(call)
    return kept[::-1]


def is_opaque(layer: Any) -> bool:
    """Whether the layers inside are those of Keras alone."""
    names = {cls.__name__ for cls in type(layer).__mro__}
    return bool(names & set(OPAQUE))


def of_call(call: Any, count: int) -> list[Record]:
    """One record for each output of numbers."""
    layer = call.layer
    inputs = tuple(np.array(plain(t)) for t in call.inputs)
    records = []
    for place, tensor in enumerate(call.outputs):
        array = np.array(plain(tensor))
        if array.dtype.kind not in "fiub" or not array.ndim:
            continue
        name = layer.name if count == 1 else f"{layer.name} (call {count})"
        name += f" [output {place + 1}]" if place else ""
        records.append(
            Record(
                name,
                type(layer).__name__,
                array,
                inputs,
                layer,
                whole=call.depth == 0,
                unit=unit(tensor),
            )
        )
    return records


def plain(tensor: Any) -> np.ndarray:
    """A NumPy array that NumPy can compute with."""
    array = tensor.to_tensor() if hasattr(tensor, "to_tensor") else tensor
    array = np.asarray(array)
    odd = array.dtype.name == "bfloat16"
    return array.astype("float32") if odd else array


def unit(tensor: Any) -> float:
    """The unit roundoff of the type that a tensor has.

    IEEE 754-2019, table 3.5, and bfloat16 with 8 bits of precision; float32
    for what is no float.
    """
    name = str(getattr(tensor.dtype, "name", tensor.dtype))
    precision = {"float16": 11, "bfloat16": 8, "float64": 53}.get(name, 24)
    return 2.0**-precision


def channels_first(model: Any) -> bool | None:
    """Whether some layer has its channels first; None without pictures."""
    formats = {
        getattr(layer, "data_format", None)
        for layer in keras_internals.all_layers(model)
    }
    if "channels_first" in formats:
        return True
    return False if "channels_last" in formats else None


def first_array(x: Any) -> Any:
    """The first array of a structure."""
    from keras_troubleshoot.facts import nests

    return nests.arrays(x)[0]
