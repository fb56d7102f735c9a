"""`assert_gradients_flow`: each trainable weight is reached."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import gradients
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import looked_at

# Weights that are named.
NAMED = 6

MEND = {
    "none": "what has none does not reach the loss: a layer whose output is "
    "not used, `stop_gradient`, `argmax`, a rounding, or NumPy on the way",
    "zero": "what is zero stands before a dead ReLU, a saturated activation "
    "or a weight that stays zero",
    "not finite": "for what is not finite see "
    "`kts.debugging.numerics.unsafe_operations(model, x, y)`",
}


def assert_gradients_flow(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    batches: int = 4,
    batch_size: int = 32,
) -> None:
    """Asserts that each trainable weight gets a gradient that moves it.

    A few training steps are made whose updates are thrown away. In each
    gradients must be finite, and for each weight in one at least other than
    zero. Of what: of the compiled loss, where `y` is given; of what layers
    add to the loss; else of all outputs, each number times a fixed uneven
    weight. Penalties such as `kernel_regularizer` are left out, since they
    would move any weight. A model with a `train_step` or `compute_loss` of
    its own trains as it does, on a copy. An embedding counts as a whole.

    Between the batches the weights move by a hundredth of their size: what
    starts at zero, as the last layer of a residual branch may, stops no
    gradients after the first batch.

    Args:
        model: a `keras.Model` of any kind, compiled or not.
        x: what `fit` takes.
        y: targets, where `x` does not bring them.
        batches: how many training steps.
        batch_size: rows of a batch.

    Raises:
        AssertionError: if a weight gets none, only zeros, or one that is
            not finite; names these weights by their paths.
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, the model has no trainable
            weights or cannot be run, or, with a `train_step` of its own,
            cannot be copied.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> assert_gradients_flow(net, np.eye(2))
    """
    __tracebackhide__ = True
    arguments.require_counts(batches=batches, batch_size=batch_size)
    with looked_at(model, x, y, rows=batch_size) as look:
        if not model.trainable_weights:
            raise ValueError(
                "`model` must have trainable weights, received: "
                f"{model.name!r} without. To mend it, set `trainable=True` "
                "where it should learn."
            )
        look.outputs(look.runner.x())
        found, what = measured(look, batches)
    problem = told(model, found, what)
    if problem:
        raise AssertionError(problem)


def measured(look: Look, count: int) -> tuple[list[gradients.Norms], str]:
    """Gradients of some batches, and of what they are."""
    rows = gradients.batches(look, count)
    model = look.model
    if model.compiled and keras_internals.own_train_step(model):
        return list(gradients.of_own_step(look, rows)), "its own training step"
    loss = gradients.has_loss(model, look.sample)
    what = "its loss" if loss else "its outputs"
    return list(gradients.of_outputs(look, rows)), what


def told(model: Any, found: list[gradients.Norms], what: str) -> str:
    """What to say of weights that are not moved; empty for none."""
    bad = {path: fault([b[path] for b in found]) for path in found[0]}
    bad = {path: said for path, said in bad.items() if said}
    if not bad:
        return ""
    names = ", ".join(f"{path!r}: {said}" for path, said in bad.items())
    if len(bad) > NAMED:
        some = list(bad.items())[:NAMED]
        names = ", ".join(f"{path!r}: {said}" for path, said in some)
        names += f" and {len(bad) - NAMED} more"
    kinds = [kind for kind in MEND if kind in {*bad.values()}]
    mend = "; ".join(MEND[kind] for kind in kinds)
    return (
        f"Each of the {counted(len(found[0]), 'trainable weight')} of "
        f"{model.name!r} must get a finite gradient of {what} that is not "
        f"zero, but in {counted(len(found), 'batch')} {len(bad)} "
        f"{agreeing(len(bad), 'does', 'do')} not ({names}). To mend it: "
        f"{mend}."
    )


def fault(norms: list[float | None]) -> str:
    """What is wrong with the gradients of one weight; empty for nothing.

    Example:
        >>> fault([None, None]), fault([0.0, None]), fault([0.0, 0.5])
        ('none', 'zero', '')
    """
    known = [norm for norm in norms if norm is not None]
    if not known:
        return "none"
    if not np.isfinite(known).all():
        return "not finite"
    return "" if any(known) else "zero"
