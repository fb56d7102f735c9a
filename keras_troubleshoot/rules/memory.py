"""Diagnoses of memory: what does not fit, and what takes most of it."""

import re

from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

GIB = 2**30
REFERENCE = "https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth"

# What TensorFlow, NumPy and CUDA say where memory has run out.
EXHAUSTED = re.compile(
    r"\bOOM\b|out of memory|ResourceExhausted|MemoryError|"
    r"Unable to allocate|failed to allocate memory|bad_alloc|"
    r"RESOURCE_EXHAUSTED|CUDA_ERROR_OUT_OF_MEMORY",
    re.IGNORECASE,
)
SHAPE = re.compile(r"shape\s*[\[(]([\d,\s]+)[\])]")


@rule(
    "memory-exceeds-device",
    "a training step that needs more memory than there is",
    reference=REFERENCE,
    family="memory",
    explains="out-of-memory",
)
def memory_exceeds_device(facts, sure=1.15):
    """A step at the batch size of `fit` needs more memory than is free.

    What is kept for the backward pass grows with the batch; the optimizer
    keeps up to three numbers more for each weight. On a CPU the program is
    ended by the system, or crawls while memory is swapped.

    The need is estimated from the graph of the step, within 15% of what was
    measured for four kinds of models: above 1.15 times the free memory it
    is an error, between that and one a warning. On a GPU, where XLA may
    need less, it is a warning.
    """
    need = facts.memory
    if need.needed is None or not need.available:
        return
    if need.needed <= need.available:
        return
    certain = need.needed > sure * need.available and need.device == "CPU"
    say = error if certain else warning
    layer = need.largest_layer
    yield say(
        "the model",
        f"A step of {need.batch_size} rows needs about "
        f"{number(need.needed / GIB)} GiB of memory, {need.device} has "
        f"{number(need.available / GIB)} GiB free; layer {layer!r} takes "
        "most of it.",
        "Take a smaller batch (`kts.debugging.memory.find_batch_size(model, "
        "x, y)` finds the largest that fits), or make that layer smaller; "
        "`print(kts.debugging.memory.estimate(model, batch_size))` shows all.",
        batch_size=need.batch_size,
        needed_gib=need.needed / GIB,
        available_gib=need.available / GIB,
        limit=sure,
        layer=layer,
    )


@rule(
    "out-of-memory",
    "`fit` ran out of memory",
    reference=REFERENCE,
    family="memory",
    explains="call-failed",
)
def out_of_memory(facts):
    """`fit` ended because there was no memory for a tensor.

    Told from the exception: `ResourceExhaustedError` of TensorFlow,
    `MemoryError` of Python and NumPy, an error of CUDA. The finding names
    the tensor where the exception does.
    """
    raised = facts.raised
    if raised is None:
        return
    kind, message = type(raised.error).__name__, raised.message
    if not EXHAUSTED.search(f"{kind} {message}"):
        return
    layer = raised.layers[-1][0] if raised.layers else ""
    found = SHAPE.search(message)
    shape = [int(n) for n in re.findall(r"\d+", found[1])] if found else []
    tensor = f", for a tensor of shape {tuple(shape)}" if shape else ""
    need = facts.get("memory")
    rows = need.batch_size if need is not None else None
    yield error(
        f"layer {layer!r}" if layer else "fit",
        f"There was no memory left{tensor}. It says: {message}",
        mended(kind, rows, facts),
        exception=kind,
        message=message,
        shape=shape,
        batch_size=rows,
        layer=layer,
    )


def mended(kind: str, rows: int | None, facts) -> str:
    """How to get by with less memory."""
    if kind in ("MemoryError", "_ArrayMemoryError"):
        return (
            "The data do not fit: read them in batches (`tf.data.Dataset`, "
            "`keras.utils.PyDataset`), or keep them in a smaller dtype "
            "(uint8 pictures with a Rescaling layer in the model)."
        )
    half = f"`batch_size={rows // 2}`" if rows and rows > 1 else "half of it"
    return (
        f"Take a smaller batch ({half}; `kts.debugging.memory."
        "find_batch_size(model, x, y)` finds the largest that fits); on a "
        "GPU, see that no other process holds its memory (`nvidia-smi`)."
    )


@rule(
    "oversized-layer",
    "one layer takes most of the memory",
    reference=REFERENCE,
    family="memory",
    explains="memory-exceeds-device out-of-memory",
)
def oversized_layer(
    facts,
    many=1e7,
    most=0.8,
    absurd=1e8,
    nearly_all=0.95,
    large=2**30,
    half=0.5,
):
    """One layer holds most of the weights, or makes most of the tensors.

    Typical are Flatten before a wide Dense layer, attention over a long
    sequence (its matrix grows with the square of the length), and layers of
    many channels at the full size of a picture.

    Good models have them too (VGG16 holds 74% of its weights in its first
    Dense layer): it is advice, for a Dense layer of more than 1e7 weights
    that are more than 80% of the model, and for a layer that makes more
    than half of all tensors and more than 1 GiB at the batch size of
    `fit`. A warning where a Dense layer has more than 1e8 weights and 95%
    of the model, or where what a layer makes does not fit into the free
    memory. Heuristic. Tables of words (Embedding) are left alone.
    """
    found = widest(facts.model)
    total = sum(layer.weights for layer in facts.model.layers)
    if found is not None and found.weights > max(many, most * total):
        grave = found.weights > max(absurd, nearly_all * total)
        yield (warning if grave else advice)(
            f"layer {found.name!r}",
            f"Layer {found.name!r} ({found.class_name}) holds "
            f"{number(found.weights)} of the {number(total)} weights "
            f"({percent(found.weights / total)}).",
            "Pool before it instead of flattening "
            "(`GlobalAveragePooling2D()`), or give it fewer units.",
            layer=found.name,
            weights=found.weights,
            total=total,
            limit=many,
        )
    need = facts.get("memory")
    if need is None or not need.makings:
        return
    making = need.makings[0]
    whole = sum(m.made for m in need.makings)
    beyond = bool(need.available) and making.largest > need.available
    if making.made > max(large, half * whole) or beyond:
        yield from makes_most(need, making, whole, beyond)


def widest(model):
    """The Dense layer with the most weights; None for none."""
    dense = model.of_class("Dense", "EinsumDense")
    return max(dense, key=lambda layer: layer.weights, default=None)


def makes_most(need, making, whole: int, beyond: bool):
    """The finding of a layer that makes most of the tensors."""
    shape = making.shape
    square = len(shape) > 1 and shape[-1] == shape[-2] and len(shape) != 2
    attention = square and making.operation in ("Einsum", "Softmax", "Mul")
    mend = (
        "Shorten the sequence, attend within windows, or use "
        "`keras.config.enable_flash_attention()` on a GPU."
        if attention
        else "Reduce its size before it (strides, pooling), give it fewer "
        "channels, or take a smaller batch."
    )
    yield (warning if beyond else advice)(
        f"layer {making.layer!r}",
        f"Layer {making.layer!r} ({making.class_name}) makes "
        f"{number(making.made / GIB)} GiB of tensors of a batch of "
        f"{need.batch_size} ({percent(making.made / whole)} of all), the "
        f"largest of shape {('n', *shape)}, "
        f"{number(making.largest / GIB)} GiB.".replace("'n'", "n"),
        mend,
        layer=making.layer,
        batch_size=need.batch_size,
        made_gib=making.made / GIB,
        whole_gib=whole / GIB,
        largest_gib=making.largest / GIB,
        shape=["n", *shape],
        operation=making.operation,
    )
