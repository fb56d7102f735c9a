"""Gradient reversal: the identity, whose gradient is turned round."""

from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.aligners import weights


def reverse(features: Any, weight: Any) -> Any:
    """The features; their gradient is multiplied by `-weight`.

    `stop_gradient((1 + w) x) - w x`: of plain operations, so that every
    backend and compiler takes it.
    """
    weight = ops.cast(weight, features.dtype)
    return ops.stop_gradient((1 + weight) * features) - weight * features


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class GradientReversal(keras.layers.Layer):
    """Hands its input on, and multiplies the gradient by `-weight`.

    What follows it learns to lower its loss; what precedes it, to raise it.

    Reference: Y. Ganin and V. Lempitsky, Unsupervised Domain Adaptation by
    Backpropagation, ICML (2015).

    Args:
        weight: a number of at least 0. For a weight that grows over the
            training, take `DomainAdversarial`.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: `weight` is no number or below 0.

    Example:
        >>> import tensorflow as tf
        >>> x = tf.constant([3.0])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = GradientReversal(0.5)(x) ** 2
        >>> float(y[0]), float(tape.gradient(y, x)[0])  # -0.5 * 2 * 3
        (9.0, -3.0)
    """

    def __init__(self, weight: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        if not weights.number(weight) or weight < 0:
            raise ValueError(
                "`weight` must be a number of at least 0, received: "
                f"{weight!r}."
            )
        self.weight = weight

    def call(self, inputs: Any) -> Any:
        """The inputs, of any structure."""
        return keras.tree.map_structure(
            lambda one: reverse(one, self.weight), inputs
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "weight": self.weight}
