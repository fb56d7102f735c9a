"""One step of training: the generators, then the discriminators."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_troubleshoot.improvement.adaptation.cyclegan import objectives
from keras_troubleshoot.improvement.adaptation.cyclegan import ranges


def train(model: Any, source: Any, target: Any) -> dict:
    """Updates all four networks once.

    The losses of the generators are taken with the discriminators of the step
    before; those of the discriminators with images of the pools, through
    which no gradient flows.

    Returns:
        The losses, scalars by name.
    """
    with tf.GradientTape() as tape:
        made = objectives.generators(model, source, target, training=True)
        loss = model.optimizer.scale_loss(made["loss"])
    descend(tape, loss, model.optimizer, model.generator_variables)
    older = (
        model.pool_source(ops.stop_gradient(made.pop("to_source"))),
        model.pool_target(ops.stop_gradient(made.pop("to_target"))),
    )
    with tf.GradientTape() as tape:
        judged = objectives.discriminators(
            model, (source, target), older, training=True
        )
        loss = model.discriminator_optimizer.scale_loss(judged)
    descend(
        tape,
        loss,
        model.discriminator_optimizer,
        model.discriminator_variables,
    )
    return {**made, "discriminator_loss": judged}


def descend(tape: Any, loss: Any, optimizer: Any, variables: list) -> None:
    """Applies the gradients of a loss."""
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))


def test(model: Any, source: Any, target: Any) -> dict:
    """The losses, without the pools and without any update."""
    made = objectives.generators(model, source, target, training=False)
    older = made.pop("to_source"), made.pop("to_target")
    judged = objectives.discriminators(
        model, (source, target), older, training=False
    )
    return {**made, "discriminator_loss": judged}


def read(model: Any, data: Any) -> tuple[Any, Any]:
    """A batch of both domains, in pixels from -1 to 1.

    Raises:
        ValueError: if the batch is no pair.
    """
    source, target, weight = keras.utils.unpack_x_y_sample_weight(data)
    if target is None or weight is not None:
        raise ValueError(
            "Each batch must be a pair, (source images, target images), "
            f"received: {1 if target is None else 3} parts. To mend it, zip "
            "the two datasets, without their labels."
        )
    shapes = (model.source_shape, model.target_shape)
    limits = (model.source_range, model.target_range)
    return tuple(
        ranges.scaled(
            ops.cast(ops.reshape(images, (-1, *shape)), "float32"), ends
        )
        for images, shape, ends in zip(
            (source, target), shapes, limits, strict=True
        )
    )
