"""Whether dropout and batch normalization ran in the mode that was meant.

Told from the operations that ran inside these layers, not from arguments:
dropout that is on draws random numbers, and batch normalization that learns
takes the variance of its batch.
"""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts.own_step import OwnStep
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import Recorder

DROPOUT = "dropout"
NORMALIZATION = "batch normalization"
RANDOM = ("RandomUniform", "RandomStandardNormal", "RandomNormal")


@dataclasses.dataclass(frozen=True)
class Mode:
    """One layer that does something else in training than in inference.

    Attributes:
        layer: its name.
        kind: `dropout` or `batch normalization`.
        training: whether it was in training mode while the model trained;
            None where it did not run.
        inference: whether it was in training mode while the model did not.
        told_off: name of the layer whose call was given `training=False`
            while the model trained; empty where none was.
        head_on: whether that layer is this one itself.
        resting: whether `told_off` names a model without trainable weights.
        pretrained: whether its moving averages were moved already, or, of
            dropout, those of any batch normalization in the model.
        momentum: of the moving averages; 0 for dropout.
        shift: how far the moving mean is from that of the batch, in
            standard deviations, mean over the channels.
        spread: the variance of the batch relative to the moving one, median
            over the channels; 1 for dropout.
    """

    layer: str
    kind: str
    training: bool | None
    inference: bool | None
    told_off: str = ""
    head_on: bool = False
    resting: bool = False
    pretrained: bool = False
    momentum: float = 0.0
    shift: float = 0.0
    spread: float = 1.0


@dataclasses.dataclass(frozen=True)
class Modes:
    """The modes of a model.

    Attributes:
        layers: those that have modes.
        takes_training: whether the `call` of the model takes `training`.
        own_step: whether its `train_step` is its own.
        calls_model: whether that calls the model itself.
        noisy: names and classes of layers of the user's own that drop
            numbers in inference too, whatever they are told.
    """

    layers: tuple[Mode, ...]
    takes_training: bool = True
    own_step: bool = False
    calls_model: bool = True
    noisy: tuple[tuple[str, str], ...] = ()


def modes(
    runner: Runner, inference: Pass, training: Pass, own: OwnStep | None
) -> Modes:
    """Compares what ran in inference with what ran in training.

    Args:
        runner: of the model.
        inference: recorded in inference mode.
        training: recorded in training mode.
        own: the model's own `train_step`, which takes the place of
            `training`.
    """
    run = training.recorder if own is None else own.recorder
    layers = switching(runner.model)
    idle = any(active(layer, kind, run) is False for layer, kind in layers)
    reasons = told_off(runner) if idle and own is None else {}
    moved = any(moved_averages(layer) for layer, _ in layers)
    found = [
        describe(layer, kind, run, inference.recorder, reasons, moved)
        for layer, kind in layers
    ]
    return Modes(
        tuple(found),
        keras_internals.calls_training(runner.model),
        own is not None,
        own is None or own.calls_model,
        noisy(runner, inference.recorder),
    )


def switching(model) -> list:
    """The layers with two modes, each with its kind."""
    found = []
    for layer in keras_internals.leaf_layers(model):
        kinds = {cls.__name__ for cls in type(layer).__mro__}
        if "BatchNormalization" in kinds:
            if layer.trainable:
                found.append((layer, NORMALIZATION))
        elif kinds & {"Dropout", "BaseSpatialDropout", "AlphaDropout"} or (
            kinds & {"GaussianDropout"}
        ):
            if getattr(layer, "rate", 0):
                found.append((layer, DROPOUT))
    return found


def describe(layer, kind, training, inference, reasons, moved) -> Mode:
    """What is known of one layer."""
    off, shift, spread = reasons.get(id(layer)), 0.0, 1.0
    own = kind == NORMALIZATION
    if own:
        shift, spread = drift(layer, training)
    return Mode(
        layer=layer.name,
        kind=kind,
        training=active(layer, kind, training),
        inference=active(layer, kind, inference),
        told_off=off.name if off is not None else "",
        head_on=off is layer,
        resting=resting(off),
        pretrained=moved_averages(layer) if own else moved,
        momentum=float(getattr(layer, "momentum", 0.0)) if own else 0.0,
        shift=shift,
        spread=spread,
    )


def resting(layer) -> bool:
    """Whether a layer has weights, and none of them may learn."""
    if layer is None:
        return False
    return bool(layer.weights) and not layer.trainable_weights


def active(layer, kind: str, run: Recorder) -> bool | None:
    """Whether a layer was in training mode; None where it did not run."""
    if not any(call.layer is layer for call in run.calls):
        return None
    types = {op.type for op in run.operations if op.within is layer}
    if kind == NORMALIZATION:
        return "SquaredDifference" in types or "Mean" in types
    return any(name in kind for kind in types for name in RANDOM)


def moved_averages(layer) -> bool:
    """Whether the moving averages are no longer at 0 and 1."""
    mean = getattr(layer, "moving_mean", None)
    return mean is not None and bool(np.asarray(mean).any())


def drift(layer, run: Recorder) -> tuple[float, float]:
    """How far the averages are from a batch: (shift, ratio of variances)."""
    call = next((c for c in run.calls if c.layer is layer), None)
    if call is None or not call.inputs or not hasattr(layer, "moving_mean"):
        return 0.0, 1.0
    values = np.moveaxis(np.asarray(call.inputs[0], "float64"), layer.axis, -1)
    values = values.reshape(-1, values.shape[-1])
    mean, variance = values.mean(axis=0), values.var(axis=0) + 1e-12
    if not np.isfinite(variance).all():
        return 0.0, 1.0
    shift = np.abs(mean - np.asarray(layer.moving_mean)) / np.sqrt(variance)
    spread = variance / (np.asarray(layer.moving_variance) + 1e-12)
    return float(np.median(shift)), float(np.median(spread))


def told_off(runner: Runner) -> dict[int, object]:
    """The outermost layers that were called with `training=False`.

    The model itself is called with `training=True`.

    Returns:
        By `id` of each layer that ran inside of one, that one.
    """
    stack, found = [], {}

    def before(layer, args, kwargs):
        off = stack[-1] if stack else None
        if off is None and stack and kwargs.get("training") is False:
            off = layer
        stack.append(off)
        if off is not None:
            found.setdefault(id(layer), off)

    def after(layer, args, kwargs, outputs):
        stack.pop()

    if not keras_internals.calls_training(runner.model):
        return {}
    with (
        runner.quiet(),
        keras_scopes.watched_calls(before, after, lambda layer: stack.pop()),
    ):
        runner.call(runner.x(), training=True)
    return found


def noisy(runner: Runner, inference: Recorder) -> tuple[tuple[str, str], ...]:
    """Layers of the user's own that drop numbers though nothing trains.

    Those whose `call` takes no `training`, or does not heed it: who passes
    `training=True` to another one, knows what it does.
    """
    random = set()
    found: dict[str, str] = {}
    for operation in inference.operations:
        if any(name in operation.type for name in RANDOM[:1]):
            random.update(id(t) for t in operation.outputs)
        drawn = any(id(t) in random for t in operation.inputs)
        if not drawn:
            continue
        if operation.type in ("Sub", "Mul", "AddV2"):
            random.update(id(t) for t in operation.outputs)
        layer = operation.within
        if operation.type in ("GreaterEqual", "Greater", "Less") and (
            layer is not None
            and any(t.shape.num_elements() == 1 for t in operation.inputs)
            and not type(layer).__module__.startswith("keras.")
            and layer.name not in found
            and not heeds(runner, layer, inference)
        ):
            found[layer.name] = type(layer).__name__
    return tuple(found.items())


def heeds(runner: Runner, layer, inference: Recorder) -> bool:
    """Whether a layer gives the same twice where it is told not to train."""
    call = next((c for c in inference.calls if c.layer is layer), None)
    if not keras_internals.calls_training(layer) or call is None:
        return False
    if len(call.inputs) != 1:
        return True
    with runner.quiet():
        first, second = (
            np.asarray(layer(call.inputs[0], training=False)) for _ in range(2)
        )
    return np.array_equal(first, second)
