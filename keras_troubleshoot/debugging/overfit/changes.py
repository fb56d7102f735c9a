"""What may keep a model from learning a batch, and how to do without it.

The causes are those of the lecture, each as a change of a copy. A change
raises `NotApplicable` where there is nothing to change.
"""

import dataclasses
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import architecture
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import outputs
from keras_troubleshoot.remedies import rate_range
from keras_troubleshoot.remedies.registry import NotApplicable

# Layers that keep a model from fitting a batch, in training only.
DROPPING = (
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
)
# Mean and spread beyond which inputs are worth normalizing (heuristic).
OFF = 1.5


@dataclasses.dataclass(frozen=True)
class Change:
    """A suspected cause, and how to do without it.

    Attributes:
        name: the cause.
        told: what is changed.
        apply: changes a copy, knowing the facts; raises `NotApplicable`.
        turned: whether gradients are taken with the other sign.
        control: whether it is a control, which is no cause by itself.
    """

    name: str
    told: str
    apply: Callable[[Any, Any], None]
    turned: bool = False
    control: bool = False


def times(factor: float) -> Callable[[Any, Any], None]:
    """Multiplies the learning rate."""

    def apply(program, facts):
        optimizer = program.optimizer
        inner = keras_internals.inner_optimizer(optimizer)
        rate, _ = keras_internals.learning_rate(inner)
        if not rate or not np.isfinite(rate):
            raise NotApplicable("the learning rate is not known")
        program.optimizer = rate_range.with_constant_rate(optimizer, rate)
        program.optimizer.learning_rate = rate * factor

    return apply


def found_rate(program: Any, facts: Any) -> None:
    """The rate that a range test on the batch suggests."""
    count = len(nests.arrays(program.data.x)[0])
    rate = rate_range.suggest(program, np.arange(count)[None])
    if rate is None:
        raise NotApplicable("the loss falls at no rate")
    optimizer = rate_range.with_constant_rate(program.optimizer, rate)
    optimizer.learning_rate = rate
    program.optimizer = optimizer


def without_regularization(program: Any, facts: Any) -> None:
    """No penalties, no weight decay, no Dropout, no noise."""
    changed = off(program, DROPPING)
    for layer in keras_internals.all_layers(program.model):
        if getattr(layer, "activity_regularizer", None) is not None:
            layer.activity_regularizer, changed = None, True
        for name in ("dropout", "recurrent_dropout"):
            if isinstance(getattr(layer, name, None), int | float):
                changed = changed or bool(getattr(layer, name))
                setattr(layer, name, 0.0)
    for weight in program.model.trainable_variables:
        if weight.regularizer is not None:
            weight.regularizer, changed = None, True
    optimizer = program.optimizer
    inner = keras_internals.inner_optimizer(optimizer)
    if getattr(inner, "weight_decay", None):
        inner.weight_decay, changed = None, True
    if not changed:
        raise NotApplicable("there is none")


def without_augmentation(program: Any, facts: Any) -> None:
    """Inputs as they are, in training as in inference."""
    names = set(architecture.AUGMENTING) - set(DROPPING)
    if not off(program, names):
        raise NotApplicable("no layer augments")


def off(program: Any, names) -> bool:
    """Lets layers of these classes run as in inference; whether any did."""
    found = False
    for layer in keras_internals.leaf_layers(program.model):
        idle = getattr(layer, "rate", 1) == 0 or not getattr(layer, "stddev", 1)
        if type(layer).__name__ in names and not idle:
            vars(layer)["call"] = as_in_inference(layer)
            found = True
    return found


def as_in_inference(layer: Any) -> Callable:
    """The `call` of a layer, told that nothing is trained."""
    import inspect

    call = layer.call
    takes = "training" in inspect.signature(call).parameters

    def quiet(inputs, *args, training=None, **options):
        if not takes:
            # Noise that Keras adds by itself.
            return inputs
        return call(inputs, training=False)

    return quiet


def shuffled(program: Any, facts: Any) -> None:
    """Each row gets the target of another."""
    data = program.data
    if data.y is None:
        raise NotApplicable("there are no targets")
    count = len(nests.arrays(data.y)[0])
    if count < 3:
        raise NotApplicable("there are too few rows")
    order = np.roll(np.arange(count), count // 2)
    y = nests.transform(lambda a: np.asarray(a)[order], data.y)
    program.data = feeding.Arrays(data.x, y, data.weight)


def as_is(program: Any, facts: Any) -> None:
    """Nothing but what the trainer changes by itself."""


def normalized_inputs(program: Any, facts: Any) -> None:
    """Each feature with mean 0 and standard deviation 1 over the batch."""
    found = []

    def normalize(array):
        values = np.asarray(array)
        if values.dtype.kind not in "f" or not is_amount(values):
            return array
        mean, std = moments(values)
        if abs(mean).max() < OFF and 1 / OFF / 2 < std.max() < OFF:
            return array
        found.append(True)
        return ((values - mean) / np.where(std > 0, std, 1)).astype("float32")

    data = program.data
    x = nests.transform(normalize, data.x)
    if not found:
        raise NotApplicable("they are on unit scale, or ids")
    program.data = feeding.Arrays(x, data.y, data.weight)


def is_amount(values: np.ndarray) -> bool:
    """Whether numbers are measured, not ids that an Embedding takes."""
    finite = values[np.isfinite(values)]
    whole = np.all(finite == np.floor(finite))
    return bool(finite.size) and not (whole and np.abs(finite).max() > 255)


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread by feature; of pictures over all pixels."""
    values = values.astype("float64")
    axes = tuple(range(values.ndim)) if values.ndim > 3 else 0
    return values.mean(axis=axes), values.std(axis=axes)


def normalized_targets(program: Any, facts: Any) -> None:
    """Amounts with mean 0 and standard deviation 1 over the batch."""
    data = program.data
    found = []

    def normalize(array):
        values = np.asarray(array, "float64")
        mean, std = values.mean(axis=0), values.std(axis=0)
        near = abs(mean).max() < 10 and 0.1 < std.max() < 10
        if near or not std.max() > 0:
            return array
        found.append(True)
        return ((values - mean) / np.where(std > 0, std, 1)).astype("float32")

    if data.y is None or not all(is_regression(h) for h in heads(facts)):
        raise NotApplicable("the targets are no amounts")
    y = nests.transform(normalize, data.y)
    if not found:
        raise NotApplicable("they are on unit scale")
    program.data = feeding.Arrays(data.x, y, data.weight)


def heads(facts: Any) -> tuple:
    """The outputs with their losses; none where they are not known."""
    found = facts.get("heads") or ()
    known = [h for h in found if h.loss is not None and h.target is not None]
    if not known:
        raise NotApplicable("the losses of the outputs are not known")
    return tuple(known)


def is_regression(head: Any) -> bool:
    """Whether an output is trained on amounts."""
    kinds = ("regression", "custom", "other")
    return head.kind is Target.REAL and head.loss.kind in kinds


def paired(program: Any, facts: Any) -> None:
    """The last activation and the loss by the kind of the targets."""
    found = heads(facts)
    changed = False
    for head in found:
        where = types.SimpleNamespace(where=head.where)
        try:
            activation, loss = outputs.pair(head)
            fine = head.activation.name in (activation, "unknown")
            fine = fine or is_logits(head, activation)
            if fine and head.activation.softmaxes < 2:
                continue
            outputs.pair_output(program, where, facts)
        except (LookupError, TypeError) as error:
            raise NotApplicable(str(error)) from error
        changed = True
    if not changed:
        raise NotApplicable("output and loss fit each other")


def is_logits(head: Any, activation: str) -> bool:
    """Whether a linear output goes into a loss that expects logits."""
    linear = head.activation.name == "linear"
    return linear and activation != "linear" and bool(head.loss.from_logits)


HIGH = Change("learning rate too high", "a tenth of the rate", times(0.1))
LOW = Change("learning rate too low", "ten times the rate", times(10.0))
FOUND = Change(
    "learning rate far off",
    "the rate that a range test suggests",
    found_rate,
)
REGULARIZED = Change(
    "too much regularization",
    "no penalties, weight decay, Dropout or noise",
    without_regularization,
)
AUGMENTED = Change(
    "augmentation that destroys what matters",
    "no augmentation",
    without_augmentation,
)
REPAIRED = Change(
    "targets that do not belong to their rows",
    "targets shuffled among the rows, as a control",
    shuffled,
    control=True,
)
FLIPPED = Change(
    "wrong sign of the loss or its gradient",
    "gradients with the other sign",
    as_is,
    turned=True,
)
INPUTS = Change(
    "inputs not normalized", "inputs with mean 0, spread 1", normalized_inputs
)
TARGETS = Change(
    "targets not normalized",
    "targets with mean 0, spread 1",
    normalized_targets,
)
PAIRED = Change(
    "wrong input to the loss",
    "the activation and the loss that the targets ask for",
    paired,
)

# The lecture's causes of each verdict come first, the others after them.
FIRST = {
    "rises": (FLIPPED, HIGH, FOUND, PAIRED),
    "explodes": (HIGH, FOUND, INPUTS, TARGETS, FLIPPED),
    "oscillates": (HIGH, FOUND, AUGMENTED, REPAIRED),
    "plateaus": (LOW, FOUND, PAIRED, REGULARIZED, INPUTS, TARGETS),
    "falls": (LOW, FOUND, INPUTS, TARGETS),
}
ALL = (
    PAIRED,
    INPUTS,
    TARGETS,
    HIGH,
    LOW,
    FOUND,
    REGULARIZED,
    AUGMENTED,
    FLIPPED,
    REPAIRED,
)


def in_order(verdict: str) -> tuple[Change, ...]:
    """All changes, those first that the verdict speaks for."""
    return tuple(dict.fromkeys((*FIRST.get(verdict, ()), *ALL)))
