"""What a training step needs beside what is there, told from a look.

The shapes of the look's own run give a rough sum at no cost; only where that
comes near the memory that is free is the step traced.
"""

import dataclasses
import math

from keras_troubleshoot.facts.facts import Unavailable

# Where the rough sum is beyond this share of the free memory, the step is
# traced: temporaries may double what the forward pass makes.
NEAR = 0.4


@dataclasses.dataclass(frozen=True)
class Making:
    """What one layer makes of a batch.

    Attributes:
        layer: its name.
        class_name: its class.
        made: bytes of all that it computes.
        largest: bytes of the largest tensor of these.
        shape: of that tensor, without the rows.
        operation: that made it.
    """

    layer: str
    class_name: str
    made: int
    largest: int
    shape: tuple[int, ...]
    operation: str = ""


@dataclasses.dataclass(frozen=True)
class Need:
    """What a training step needs of memory, and what is there.

    Attributes:
        batch_size: rows of a batch of `fit`.
        available: bytes that are free; None where that is not known.
        device: `CPU` or `GPU`.
        needed: bytes that the step takes beside what the model takes now;
            None where it was not traced, for there is ample room.
        largest_layer: of the traced step; empty where it was not traced.
        makings: what the layers make of a batch, the largest first.
    """

    batch_size: int
    available: int | None = None
    device: str = "CPU"
    needed: int | None = None
    largest_layer: str = ""
    makings: tuple[Making, ...] = ()


def need(model, runner, done, batch_size: int, free) -> Need:
    """What a step of a model needs.

    Args:
        model: a built Keras model.
        runner: that ran it.
        done: its run in inference.
        batch_size: rows of a batch.
        free: `machine.Available`; None where it is not known.
    """
    makings = made(done.recorder, runner.rows, batch_size)
    found = Need(batch_size, makings=makings)
    if free is None:
        return found
    found = dataclasses.replace(found, available=free.bytes, device=free.device)
    rough = sum(m.made for m in makings) + 4 * weights(model)
    if rough < NEAR * free.bytes:
        return found
    return traced(found, model, runner)


def weights(model) -> int:
    """Bytes of the weights."""
    return sum(4 * math.prod(v.shape) for v in model.variables)


def traced(found: Need, model, runner) -> Need:
    """The need, from the graph of the step."""
    import tensorflow as tf

    from keras_troubleshoot.facts import memory
    from keras_troubleshoot.facts import nests
    from keras_troubleshoot.facts.passes import as_fed

    def spec(array):
        row = as_fed(array[:1])
        return tf.TensorSpec((found.batch_size, *row.shape[1:]), row.dtype)

    x, y = (
        nests.transform(spec, part)
        for part in (runner.sample.x, runner.sample.y)
    )
    optimizer = getattr(model, "optimizer", None)
    try:
        step = memory.estimate(model, found.batch_size, x, y, optimizer)
    except Exception as error:
        raise Unavailable("the training step cannot be traced") from error
    # Weights are there already; so is what a built optimizer keeps.
    held = bool(optimizer is not None and optimizer.built)
    needed = step.step + (0 if held else step.slots)
    return dataclasses.replace(
        found, needed=needed, largest_layer=step.sorted()[0].layer
    )


def made(recorder, rows: int, batch_size: int) -> tuple[Making, ...]:
    """What each layer makes of a batch, by the run of a few rows."""
    sums: dict[int, int] = {}
    largest: dict[int, tuple] = {}
    layers = {}
    for operation in recorder.operations:
        layer = operation.within
        if layer is None or operation.type in HANDED_ON:
            continue
        layers[id(layer)] = layer
        for tensor in operation.outputs:
            shape = tuple(tensor.shape)
            if not shape or shape[0] != rows:
                continue
            count = math.prod(shape[1:]) * tensor.dtype.size * batch_size
            sums[id(layer)] = sums.get(id(layer), 0) + count
            best = largest.get(id(layer), (0, (), ""))
            if count > best[0]:
                largest[id(layer)] = (count, shape[1:], operation.type)
    found = [
        Making(layers[key].name, type(layers[key]).__name__, n, *largest[key])
        for key, n in sums.items()
        if key in largest
    ]
    return tuple(sorted(found, key=lambda making: -making.made))


HANDED_ON = frozenset("Identity Reshape Squeeze ExpandDims Shape".split())
