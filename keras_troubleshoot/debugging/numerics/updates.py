"""Updates that break weights, though loss and gradients are finite."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.numerics.location import Location
from keras_troubleshoot.facts.keras_internals import inner_optimizer
from keras_troubleshoot.facts.unsafe import as_numbers
from keras_troubleshoot.facts.whole_step import WholeStep
from keras_troubleshoot.facts.whole_step import is_finite
from keras_troubleshoot.facts.whole_step import values
from keras_troubleshoot.rules.words import number


def broken_update(model: Any, done: WholeStep, count: int) -> Location | None:
    """The first weight that the optimizer would make NaN or infinite.

    Args:
        model: whose optimizer is asked, and changed in nothing.
        done: a step with finite gradients.
        count: rows of its batch.

    Returns:
        The location, None where all weights stay finite, or where there is
        no optimizer, or one that was not built yet.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not optimizer.built or done.scaled is not None:
        return None
    weights = model.trainable_weights
    found = dict(done.gradients)
    gradients = [found.get(w.path) for w in weights]
    if any(g is None for g in gradients):
        return None
    after = tried(inner_optimizer(optimizer), gradients, weights)
    for weight, gradient, value in zip(weights, gradients, after, strict=True):
        if not is_finite(value):
            return described(weight, gradient, optimizer, count)
    return None


def tried(optimizer: Any, gradients: list, weights: list) -> list:
    """The weights after an update, which is taken back.

    Keras has no update without a state on TensorFlow.
    """
    import tensorflow as tf

    held = [*weights, *optimizer.variables]
    before = [tf.identity(v.value) for v in held]
    try:
        optimizer.apply(gradients, weights)
        return [tf.identity(w.value) for w in weights]
    finally:
        for variable, value in zip(held, before, strict=True):
            variable.assign(value)


def described(weight, gradient, optimizer, count: int) -> Location:
    """A weight that an update breaks."""
    numbers = as_numbers(values(gradient))
    rate = float(np.asarray(optimizer.learning_rate))
    return Location(
        what="update",
        operation="",
        where=f"the update of weight {weight.path!r}",
        low=float(numbers.min()),
        high=float(numbers.max()),
        dtype=weight.dtype,
        count=count,
        cause=f"The learning rate is {number(rate)}: lower it, or clip "
        "gradients (`clipnorm=1.0`).",
    )
