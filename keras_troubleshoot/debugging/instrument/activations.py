"""Shares of dead units and of saturated values, inside the graph.

Only what an activation returns is looked at, never what it was given: one
more reader of the input would keep TensorFlow from fusing it with the product
before, and rounding would change.
"""

import keras
import tensorflow as tf

# A value is saturated where the slope is below 2.7% of the steepest: what a
# sigmoid returns for inputs beyond -5 and 5, a common threshold (Rauschmayr
# et al., Amazon SageMaker Debugger, use wider ones), and tanh beyond -2.5 and
# 2.5.
SIGMOID = 0.0067
TANH = 2 * SIGMOID
SELU = 1.7581
# What each activation returns where it hardly changes any more: below the
# first number, above the second.
ENDS = {
    "relu": (None, None),
    "relu6": (None, 6.0),
    "sigmoid": (SIGMOID, 1 - SIGMOID),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (TANH - 1, 1 - TANH),
    "hard_tanh": (-1.0, 1.0),
    "elu": (2 * TANH - 1, None),
    "selu": (SELU * (2 * TANH - 1), None),
}


def kind(layer) -> str | None:
    """The name of the activation that a layer returns; None for others."""
    if isinstance(layer, keras.layers.ReLU):
        return None if layer.negative_slope else "relu"
    if isinstance(layer, keras.layers.ELU):
        return "elu" if layer.alpha == 1 else None
    if not isinstance(layer, keras.layers.Activation) and not returns(layer):
        return None
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    known = name in ENDS and getattr(keras.activations, name, None)
    return name if known and known is layer.activation else None


def returns(layer) -> bool:
    """Whether the activation of a layer is the last thing that it does."""
    conv = keras.layers
    return isinstance(
        layer,
        (
            conv.Dense,
            conv.EinsumDense,
            conv.Conv1D,
            conv.Conv2D,
            conv.Conv3D,
            conv.Conv1DTranspose,
            conv.Conv2DTranspose,
            conv.Conv3DTranspose,
            conv.DepthwiseConv1D,
            conv.DepthwiseConv2D,
            conv.SeparableConv1D,
            conv.SeparableConv2D,
        ),
    )


def unit_axis(layer) -> int:
    """The axis of the units in what a layer returns."""
    first = getattr(layer, "data_format", None) == "channels_first"
    return 1 if first else -1


def dead(values: tf.Tensor, axis: int) -> tf.Tensor:
    """The share of units that are zero for the whole batch."""
    axes = [
        a for a in range(values.shape.rank) if a != axis % len(values.shape)
    ]
    largest = tf.reduce_max(tf.abs(values), axes)
    return share(tf.equal(largest, 0))


def saturated(values: tf.Tensor, name: str) -> tf.Tensor:
    """The share of values at the ends of the range of an activation."""
    low, high = ENDS[name]
    total = tf.zeros((), tf.float32)
    if low is not None:
        total += share(values <= tf.cast(low, values.dtype))
    if high is not None:
        total += share(values >= tf.cast(high, values.dtype))
    return total


def share(flags: tf.Tensor) -> tf.Tensor:
    """The share of flags that are set."""
    return tf.reduce_mean(tf.cast(flags, tf.float32))
