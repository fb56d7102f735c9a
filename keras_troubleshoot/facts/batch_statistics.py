"""What a trained model loses by its moving averages.

The same rows, in inference, once with the moving averages of batch
normalization and once with the statistics of these rows: dropout and all
else being equal, any difference comes from the averages.
"""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.forward import total_loss
from keras_troubleshoot.facts.modes import NORMALIZATION
from keras_troubleshoot.facts.modes import switching
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import tensors

ROWS = 256


@dataclasses.dataclass(frozen=True)
class Gap:
    """Losses of the same training rows.

    Attributes:
        moving: with the moving averages, as in `evaluate` and `predict`.
        batch: with the statistics of these rows, as in training.
        blind: of a prediction that is the same for all rows.
        rows: how many rows.
        layers: names of the batch normalization layers.
    """

    moving: float
    batch: float
    blind: float
    rows: int
    layers: tuple[str, ...]


def gap(runner: Runner) -> Gap:
    """Measures both losses.

    Raises:
        Unavailable: if there is no batch normalization that learns, or no
            loss.
    """
    layers = [
        layer
        for layer, kind in switching(runner.model)
        if kind == NORMALIZATION and hasattr(layer, "moving_mean")
    ]
    if not layers:
        raise Unavailable("no BatchNormalization that learns")
    rows = chosen(runner)
    x, y = runner.x(rows), runner.y(rows)
    with runner.quiet():
        moving = runner.call(x, training=False)
        own = {id(layer): layer for layer in layers}

        def after(layer, args, kwargs, outputs):
            if id(layer) not in own or not args:
                return None
            return normalized(layer, args[0])

        with keras_scopes.watched_calls(after=after):
            batch = runner.call(x, training=False)
        losses = [
            data_loss(runner.model, y, outputs)
            for outputs in (moving, batch, averaged(batch))
        ]
    return Gap(*losses, len(rows), tuple(layer.name for layer in layers))


def chosen(runner: Runner) -> np.ndarray:
    """Rows from all over the sample; all that a fixed batch allows."""
    available = min(len(a) for a in tensors(runner.sample.x))
    size = sum(int(np.prod(a.shape[1:])) for a in tensors(runner.sample.x))
    most = max(runner.rows, min(ROWS, 2**22 // max(size, 1)))
    return np.unique(np.linspace(0, available - 1, most).astype(int))


def normalized(layer, x):
    """What a BatchNormalization layer returns in training mode."""
    import tensorflow as tf

    axes = [i for i in range(len(x.shape)) if i != layer.axis % len(x.shape)]
    shape = [1] * len(x.shape)
    shape[layer.axis] = -1
    wide = tf.cast(x, "float32")
    mean, variance = tf.nn.moments(wide, axes, keepdims=True)
    result = (wide - mean) * tf.math.rsqrt(variance + layer.epsilon)
    if layer.gamma is not None:
        result *= tf.reshape(tf.cast(layer.gamma, "float32"), shape)
    if layer.beta is not None:
        result += tf.reshape(tf.cast(layer.beta, "float32"), shape)
    return tf.cast(result, x.dtype)


def averaged(outputs):
    """The mean of each output over its rows, for every row."""
    import keras
    import tensorflow as tf

    return keras.tree.map_structure(
        lambda t: (
            tf.broadcast_to(tf.reduce_mean(t, 0, keepdims=True), t.shape)
            if t.dtype.is_floating
            else t
        ),
        outputs,
    )


def data_loss(model, y, outputs) -> float:
    """The loss of some outputs without regularization.

    Raises:
        Unavailable: if there is none, or it cannot be computed.
    """
    done = Step(None)
    loss = total_loss(model, y, outputs, done)
    if loss is None or done.loss is None:
        raise Unavailable("no loss to compare")
    return done.loss - done.penalty
