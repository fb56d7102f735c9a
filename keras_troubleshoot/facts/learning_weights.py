"""Which weights learn, which are frozen, and which the loss cannot reach."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.wiring import Wiring
from keras_troubleshoot.facts.wiring import wiring_of


@dataclasses.dataclass(frozen=True)
class Frozen:
    """A layer with a weight matrix that may not learn.

    Attributes:
        layer: its name.
        class_name: its class.
        weights: how many numbers it holds.
        random: whether its matrix looks as its initializer left it, and
            its bias is zero.
        biased: whether it has a bias.
        last: whether no other layer with weights comes after it.
    """

    layer: str
    class_name: str
    weights: int
    random: bool
    biased: bool = True
    last: bool = False


@dataclasses.dataclass(frozen=True)
class Learning:
    """What of a model learns.

    Attributes:
        trainable: how many numbers may learn.
        total: how many numbers there are.
        frozen: layers whose matrices may not learn.
        thawed: paths of weights that were made trainable after the training
            step was made, so that it passes them over.
        refrozen: paths of weights that were frozen after the training step
            was made, so that it goes on changing them.
        cut: paths of weights that get no gradient from the loss.
        cut_layers: names of the layers that hold these.
        stopped: whether the model itself calls `stop_gradient`.
        breaks: types of operations without a gradient on the way, such as
            `ArgMax` or `Round`.
        idle: names of layers with weights of the model itself that never
            ran.
    """

    trainable: int
    total: int
    frozen: tuple[Frozen, ...] = ()
    thawed: tuple[str, ...] = ()
    refrozen: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    cut_layers: tuple[str, ...] = ()
    stopped: bool = False
    breaks: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


# They have no gradient, or one of zero everywhere.
BREAKING = tuple(
    "ArgMax ArgMin Round Rint Floor Ceil Sign Bucketize PyFunc EagerPyFunc "
    "FloorDiv Cast GreaterEqual Greater LessEqual Less Equal NotEqual".split()
)


def learning(runner: Runner, step: Step) -> Learning:
    """Reads flags, gradients and what the training step was made for."""
    model = runner.model
    thawed, refrozen = keras_internals.changed_after_building(model)
    cut = tuple(p for p, norm in step.gradients.items() if norm is None)
    recorder = step.forward.recorder
    own = of_the_user(recorder, wiring_of(step.forward))
    ran = {id(call.layer) for call in recorder.calls}
    ran |= {id(op.within) for op in recorder.operations}
    return Learning(
        trainable=size(model.trainable_weights),
        total=size(model.weights),
        frozen=frozen(model, recorder),
        thawed=thawed,
        refrozen=refrozen,
        cut=cut,
        cut_layers=tuple(dict.fromkeys(owner(path) for path in cut)),
        stopped=any(op.type == "StopGradient" for op in own),
        breaks=breaks(own),
        idle=tuple(
            layer.name
            for layer in keras_internals.own_layers(model)
            if id(layer) not in ran and would_hold_weights(layer)
        ),
    )


def would_hold_weights(layer) -> bool:
    """Whether a layer that never ran was made to have weights."""
    makers = "kernel_initializer", "embeddings_initializer", "cell"
    return not layer.built and any(hasattr(layer, name) for name in makers)


def owner(path: str) -> str:
    """The layer of a weight: `dense` of `model/dense/kernel`."""
    return path.split("/")[-2] if "/" in path else path


def size(weights) -> int:
    """How many numbers some weights hold."""
    return int(sum(np.prod(w.shape, dtype=int) for w in weights))


def of_the_user(recorder, wiring: Wiring) -> list:
    """The user's own operations on what some weights returned."""
    return [
        op
        for op in recorder.operations
        if not keras_internals.built_in(op.within)
        and wiring.among(op, wiring.deep)
    ]


def breaks(operations) -> tuple[str, ...]:
    """The types of those without a gradient, the most telling first."""
    types = {op.type for op in operations}
    types.discard("Cast")
    if any(map(cuts_to_whole, operations)):
        types.add("Cast")
    return tuple(name for name in BREAKING if name in types)


def cuts_to_whole(operation) -> bool:
    """Whether numbers are cast to integers or truth values."""
    return (
        operation.type == "Cast"
        and operation.inputs[0].dtype.is_floating
        and not operation.outputs[0].dtype.is_floating
    )


def frozen(model, recorder) -> tuple[Frozen, ...]:
    """The layers that ran and whose matrices may not learn."""
    learns = {id(w) for w in model.trainable_weights}
    weighted = [c.layer for c in recorder.calls if matrix(c.layer) is not None]
    return tuple(
        Frozen(
            layer.name,
            type(layer).__name__,
            keras_internals.own_weights(layer),
            as_initialized(layer),
            getattr(layer, "bias", None) is not None,
            layer is weighted[-1],
        )
        for layer in dict.fromkeys(weighted)
        if id(matrix(layer)) not in learns
    )


def matrix(layer):
    """The kernel or the table of a layer; None where it has none."""
    for name in ("kernel", "embeddings"):
        found = getattr(layer, name, None)
        if len(getattr(found, "shape", ())) >= 2:
            return found
    return None


def as_initialized(layer) -> bool:
    """Whether a layer's matrix is what its initializer draws.

    Only for the initializers of Keras whose limits are known; a trained
    matrix leaves them. A bias must be zero.
    """
    name = "kernel" if hasattr(layer, "kernel") else "embeddings"
    initializer = getattr(layer, f"{name}_initializer", None)
    values = np.asarray(matrix(layer), "float64")
    bias = getattr(layer, "bias", None)
    if values.size < 32 or (bias is not None and np.asarray(bias).any()):
        return False
    variance, widest = drawn(values.shape, initializer)
    near = abs(values.var() / variance - 1) < 0.5 if variance else False
    return near and bool(np.abs(values).max() <= 1.001 * widest)


def drawn(shape, initializer) -> tuple[float, float]:
    """Variance and largest number of what an initializer draws; or zeros.

    The truncated normal distribution is cut at two standard deviations,
    which leaves 0.8796 of the deviation.
    """
    kind = type(initializer).__name__
    if kind == "RandomUniform":
        low, high = initializer.minval, initializer.maxval
        return (high - low) ** 2 / 12, max(abs(low), abs(high))
    if not hasattr(initializer, "scale") or kind == "RandomNormal":
        return 0.0, 0.0
    field = int(np.prod(shape[:-2]))
    fan_in, fan_out = field * shape[-2], field * shape[-1]
    fans = {"fan_in": fan_in, "fan_out": fan_out}
    fan = fans.get(initializer.mode, (fan_in + fan_out) / 2)
    variance = initializer.scale / max(fan, 1)
    deviation = np.sqrt(variance)
    if initializer.distribution == "uniform":
        return variance, np.sqrt(3) * deviation
    return variance, 2 * deviation / 0.87962566103423978
