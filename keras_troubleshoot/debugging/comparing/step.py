"""One training step of a copy: loss, gradients, update, moving statistics."""

import contextlib
import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.debugging.comparing.records import is_opaque
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies import program as programs

# What layers call the strength of their randomness.
RANDOM = ("rate", "dropout", "recurrent_dropout", "stddev")
Key = tuple[str, str]


@dataclasses.dataclass(eq=False)
class Step:
    """What one training step computed.

    Attributes:
        copy: the model that made it; its weights are those before the step,
            its moving statistics those after.
        outputs: of the copy, in train mode.
        y: targets, as they were fed.
        loss: the total; None without targets.
        penalties: what the layers add to it.
        gradients: by (layer, weight); of weights that have one.
        before: all weights before the step, by (layer, weight).
        statistics: those after it that no gradient changes.
    """

    copy: Any
    outputs: Any = None
    y: Any = None
    loss: float | None = None
    penalties: float = 0.0
    gradients: dict[Key, np.ndarray] = dataclasses.field(default_factory=dict)
    before: dict[Key, np.ndarray] = dataclasses.field(default_factory=dict)
    statistics: dict[Key, np.ndarray] = dataclasses.field(default_factory=dict)


def copy_of(
    model: Any, sample: Any, compiled: bool, weights: list | None = None
) -> Any:
    """A copy without Dropout and noise, compiled anew where that is asked.

    Args:
        model: the user's own.
        sample: rows, to build the copy with.
        compiled: whether to compile it as the user did.
        weights: other ones; None for its own.

    Raises:
        cloning.CannotCopy: if it cannot be copied.
    """
    some = nests.transform(lambda a: np.asarray(a)[:4], sample.x)
    if compiled:
        made = programs.copy_of(model, None, weights=weights, x=some)
        copy = made.compile(
            metrics=None, weighted_metrics=None, jit_compile=False
        )
    else:
        copy = cloning.clone(model, some, weights)
    silence(copy)
    return copy


def silence(model: Any) -> None:
    """Switches off what is random in a copy: masks would differ by chance."""
    for layer in keras_internals.all_layers(model):
        named = type(layer).__name__
        recurrent = hasattr(layer, "recurrent_dropout")
        if not recurrent and not any(
            word in named for word in ("Dropout", "Noise")
        ):
            continue
        for name in RANDOM:
            if isinstance(getattr(layer, name, None), int | float):
                setattr(layer, name, 0.0)


def variables_of(model: Any) -> dict[Key, Any]:
    """The variables of a model by (layer, weight)."""
    found = {}
    for unit in units.of_model(model):
        held = units.named(unit.layer, is_opaque(unit.layer))
        found |= {(unit.name, name): v for name, v in held.items()}
    return found


def take(copy: Any, sample: Any, with_loss: bool, noise: Any = None) -> Step:
    """Makes a step on a copy, the update withheld.

    Args:
        copy: as `copy_of` makes it; its moving statistics go on.
        sample: rows, all of which are fed.
        with_loss: whether loss and gradients are computed.
        noise: moves the outputs of layers; None for as they are.
    """
    import tensorflow as tf

    variables = variables_of(copy)
    done = Step(copy)
    done.before = {key: np.array(v.numpy()) for key, v in variables.items()}
    x = nests.transform(passes.as_fed, sample.x)
    done.y = nests.transform(passes.as_fed, sample.y)
    moved = noise.listening() if noise else contextlib.nullcontext()
    with tf.GradientTape() as tape, moved:
        done.outputs = forward(copy, x)
        total = None
        if with_loss:
            total = copy.compute_loss(
                x=x, y=done.y, y_pred=done.outputs, training=True
            )
    done.statistics = {
        key: np.array(v.numpy())
        for key, v in variables.items()
        if not v.trainable
    }
    if total is not None:
        done.loss = float(total)
        done.penalties = float(sum(float(p) for p in copy.losses))
        done.gradients = gradients(tape, total, copy, variables)
    return done


def put_back(done: Step) -> None:
    """Gives a copy the weights and averages that it had before a step."""
    for key, variable in variables_of(done.copy).items():
        variable.assign(done.before[key])


def gradients(tape, total, copy, variables) -> dict[Key, np.ndarray]:
    """The gradient of each trainable weight that has one."""
    import tensorflow as tf

    chosen = {id(v) for v in copy.trainable_variables}
    keys = [key for key, v in variables.items() if id(v) in chosen]
    found = tape.gradient(total, [variables[key].value for key in keys])
    return {
        key: np.array(tf.convert_to_tensor(gradient))
        for key, gradient in zip(keys, found, strict=True)
        if gradient is not None
    }


def forward(copy: Any, x: Any) -> Any:
    """The outputs in train mode."""
    if keras_internals.calls_training(copy):
        return copy(x, training=True)
    return copy(x)


def update(
    done: Step, optimizer: Any, taken: dict[Key, np.ndarray]
) -> dict[Key, np.ndarray]:
    """By how much an optimizer changes the weights, which stay as they are.

    Args:
        done: the step before.
        optimizer: a new one.
        taken: the gradients that it is given.
    """
    import tensorflow as tf

    variables = variables_of(done.copy)
    optimizer = keras_internals.inner_optimizer(optimizer)
    keys = list(taken)
    for key in keys:
        variables[key].assign(done.before[key])
    given = [
        (tf.convert_to_tensor(taken[key].astype("float32")), variables[key])
        for key in keys
    ]
    optimizer.apply([g for g, _ in given], [v for _, v in given])
    changes = {}
    for key in keys:
        after = np.array(variables[key].numpy(), "float64")
        changes[key] = after - done.before[key]
        variables[key].assign(done.before[key])
    return changes
