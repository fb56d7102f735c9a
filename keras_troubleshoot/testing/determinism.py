"""`assert_deterministic`: the same rows give the same outputs twice."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import looked_at

# Calls that are compared: a small Dropout may draw the same mask twice.
CALLS = 3

MEND = (
    "draw nothing at random in inference: pass `training` on to the layers "
    "that take it, and fix neither `training=True` nor a default of True"
)


def assert_deterministic(model: Any, x: Any, *, atol: float = 0.0) -> None:
    """Asserts that inference draws nothing at random and keeps nothing.

    Some rows are run three times in a row with `training=False`. The states
    of recurrent layers with `stateful=True`, which are meant to remember,
    are reset before each of the calls.

    Args:
        model: a `keras.Model` of any kind, compiled or not.
        x: what `predict` takes: arrays, nested structures of them, a
            `tf.data.Dataset`; some rows are enough.
        atol: how far outputs may be apart; 0 for bit for bit. On a GPU
            some operations of TensorFlow need a little.

    Raises:
        AssertionError: if outputs differ; names the output, the rows, and
            the layer in which it begins.
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, or the model cannot be run.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> assert_deterministic(net, np.eye(2))
    """
    __tracebackhide__ = True
    arguments.require_tolerances(atol=atol)
    with looked_at(model, x) as look:
        allowed = comparing.Tolerance(absolute=atol)
        problem = randomness(look, allowed)
    if problem:
        raise AssertionError(problem)


def randomness(look: Look, allowed: comparing.Tolerance) -> str:
    """What is random in inference, in a paragraph; empty for nothing."""
    x = look.runner.x()
    look.outputs(x)
    # In one scope what is drawn and what is kept goes on from call to call.
    with look.runner.quiet():
        first, *others = [recorded(look, x) for _ in range(CALLS)]
    outputs = look.named(first.outputs)
    for other in others:
        change = comparing.compare(outputs, look.named(other.outputs), allowed)
        if change is None:
            continue
        begins = comparing.origin(first, other, comparing.unequal)
        rows = np.unique(change.places[0])
        return (
            f"Inference calls of {look.model.name!r} on the same "
            f"{counted(look.rows, 'row')} must give the same outputs "
            f"({allowed}), but output {change.output!r} differs "
            f"{change} at most, in {counted(len(rows), 'row')}, first in row "
            f"{look.number(int(rows[0]))}{begins}. To mend it, {MEND}."
        )
    return ""


def recorded(look: Look, x: Any):
    """One recorded run, from the states that recurrent layers start with."""
    for layer in keras_internals.all_layers(look.model):
        if getattr(layer, "stateful", False):
            layer.reset_state()
    return look.runner.record(x)


def require_repeats(look: Look, x: Any) -> None:
    """Raises unless the same state gives the same outputs again.

    Raises:
        AssertionError: if it does not: then nothing can be told from a
            comparison.
    """
    __tracebackhide__ = True
    before, after = look.outputs(x), look.outputs(x)
    change = comparing.compare(before, after, comparing.Tolerance())
    if change is not None:
        raise AssertionError(
            f"{look.model.name!r} must give the same outputs for the same "
            "rows before runs can be compared, but output "
            f"{change.output!r} differs {change} at most. To mend it, see "
            "`assert_deterministic`."
        )
