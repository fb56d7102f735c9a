"""One row of a record: the numbers of one step, inside the graph."""

import math

import tensorflow as tf

from keras_troubleshoot.debugging.instrument import activations
from keras_troubleshoot.debugging.instrument import keras_step
from keras_troubleshoot.debugging.instrument.layout import Layout
from keras_troubleshoot.debugging.instrument.probe import Probe

UNKNOWN = float("nan")


def weights(layout: Layout) -> list:
    """The weights as they are; a later step leaves these values alone."""
    return [tf.identity(keras_step.tensor(v)) for v in layout.variables]


def nothing(layout: Layout, static: bool) -> list:
    """Stands in for `weights` in a step that is not measured.

    Args:
        layout: the layers that are measured.
        static: whether shapes must be the same, as XLA demands.
    """
    return [
        tf.zeros(v.shape if static else [0], keras_step.tensor(v).dtype)
        for v in layout.variables
    ]


def row(probe: Probe, before: list | None) -> tf.Tensor:
    """The numbers of a step, in the order of the layout.

    Args:
        probe: what the step showed.
        before: the weights before it; None where they are not known.

    Returns:
        Loss; norms of the gradient, ratios of update to weights, norms of
        the weights, layer by layer; shares of dead units, then of saturated
        values. NaN for what is not known. float32.
    """
    layout, waiting = probe.layout, iter(before or ())
    gradients, updates, norms = [], [], []
    for _, variables in layout.weighted:
        gradients.append(gradient(probe, variables))
        old = [value for _, value in zip(variables, waiting, strict=False)]
        update, weight = moved(old, variables) if old else (UNKNOWN, UNKNOWN)
        updates.append(update)
        norms.append(weight)
    dead, saturated = [], []
    for _, layer, name in layout.units:
        shares = units(probe, layer, name)
        dead.append(shares[0])
        saturated.append(shares[1])
    numbers = [loss(probe), *gradients, *updates, *norms, *dead, *saturated]
    return tf.stack([tf.cast(n, tf.float32) for n in numbers])


def moved(old: list, variables) -> tuple[tf.Tensor, tf.Tensor]:
    """How far weights moved, over their norm before, and that norm."""
    new = [tf.identity(keras_step.tensor(v)) for v in variables]
    steps = [n - o for n, o in zip(new, old, strict=True)]
    weight = norm(old)
    return ratio(norm(steps), weight), weight


def loss(probe: Probe) -> tf.Tensor:
    """The loss; a loss of several numbers is minimized in their sum."""
    if not probe.reaches(probe.loss):
        return tf.constant(UNKNOWN)
    return tf.reduce_sum(tf.cast(probe.loss, tf.float32))


def gradient(probe: Probe, variables) -> tf.Tensor:
    """The norm of the gradient of a layer.

    NaN if no optimizer got one, or if to read it would change the step.
    """
    known = [
        probe.gradients[keras_step.key(v)]
        for v in variables
        if keras_step.key(v) in probe.gradients
    ]
    given = [(g, scale) for g, scale in known if g is not None]
    if not known or not all(probe.reaches(g) for g, _ in given):
        return tf.constant(UNKNOWN)
    parts = [probe.factors(g) for g, _ in given]
    if not all(parts):
        return tf.constant(UNKNOWN)
    values = [
        math.prod(map(tf.convert_to_tensor, part)) / tf.cast(scale, g.dtype)
        for part, (g, scale) in zip(parts, given, strict=True)
    ]
    return norm(values) if values else tf.constant(0.0)


def norm(tensors: list) -> tf.Tensor:
    """The Euclidean norm of several tensors together, float32."""
    squares = [2 * tf.nn.l2_loss(tf.cast(t, tf.float32)) for t in tensors]
    return tf.sqrt(tf.add_n(squares))


def ratio(step: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
    """A norm over another; NaN where that is 0."""
    return tf.where(weight > 0, step / weight, UNKNOWN)


def units(probe: Probe, layer, name: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Shares of dead units and of saturated values of an activation."""
    values = probe.outputs.get(id(layer))
    rank = values.shape.rank if probe.reaches(values) else None
    if not rank or rank < 2 or not values.dtype.is_floating:
        return tf.constant(UNKNOWN), tf.constant(UNKNOWN)
    axis = activations.unit_axis(layer)
    return (
        activations.dead(values, axis),
        activations.saturated(values, name),
    )
