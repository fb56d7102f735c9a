"""Minimum class confusion: predictions for the target that mix no classes."""

from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.aligners import weights
from keras_troubleshoot.improvement.adaptation.aligners.aligner import Aligner

TEMPERATURE = 2.5  # The published one.
TINY = 1e-7  # Keeps logarithms and quotients finite.


def class_confusion(logits: Any, temperature: float = TEMPERATURE) -> Any:
    """How much the probabilities of a row are shared by several classes.

    With the probabilities `p = softmax(logits / temperature)` of each row and
    weights `w = 1 + exp(-entropy)`, scaled to a mean of 1, it is the mean over
    classes of the part of `p^T diag(w) p` that lies off the diagonal, each
    row of that matrix scaled to a sum of 1.

    Args:
        logits: shape (rows, classes).
        temperature: above 0.

    Returns:
        A scalar, between 0, where each row is sure of one class, and
        `1 - 1 / classes`, where none is.

    Reference: Y. Jin et al., Minimum Class Confusion for Versatile Domain
    Adaptation, ECCV (2020), equations 2 to 6.
    """
    logs = ops.log_softmax(logits / temperature)
    shares = ops.exp(logs)
    entropies = -ops.sum(shares * logs, axis=1)
    weight = ops.stop_gradient(1.0 + ops.exp(-entropies))
    weight = weight / ops.mean(weight)
    pairs = ops.matmul(ops.transpose(shares * weight[:, None]), shares)
    sums = ops.sum(pairs, axis=1)
    own = ops.sum(ops.square(shares) * weight[:, None], axis=0)
    return 1.0 - ops.mean(own / ops.maximum(sums, TINY))


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class ClassConfusion(Aligner):
    """Keeps predictions for the target from hanging between classes.

    Minimum class confusion (MCC). It aligns nothing, and is called on
    outputs, `[source_logits, target_logits]`; it returns those of the source.
    While training it adds `weight * class_confusion(target_logits)` to the
    loss, and the logs show `class_confusion`, without the weight. Take it as
    the `output_aligner` of an `AdaptationModel`, beside an aligner of features
    or alone.

    It puts rows surely into classes, be they the right ones or not: look at
    the other validators too where the classes of the target are of very
    different sizes.

    Reference: Y. Jin et al., Minimum Class Confusion for Versatile Domain
    Adaptation, ECCV (2020), who also put it beside adversarial alignment.

    Args:
        weight: a number of at least 0, or a schedule. The value lies between
            0 and 1 for any number of classes. 1 is the published one.
        temperature: by which logits are divided, above 0; a higher one lets
            smaller probabilities count. 2.5 is the published one.
        name: of the layer, and of its metric.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: an argument is out of its range, or the domains' outputs
            differ in shape.

    Example:
        >>> import numpy as np
        >>> sure = 99 * np.eye(4, dtype="float32")
        >>> layer = ClassConfusion()
        >>> for target in (sure, 0 * sure):
        ...     outputs = layer([sure, target], training=True)
        ...     print(round(float(layer.losses[-1]), 2))
        0.0
        0.75
    """

    def __init__(
        self,
        weight: Any = 1.0,
        *,
        temperature: float = TEMPERATURE,
        name: str = "class_confusion",
        **kwargs: Any,
    ):
        super().__init__(weight, name=name, **kwargs)
        if not weights.number(temperature) or temperature <= 0:
            raise ValueError(
                "`temperature` must be a number above 0, received: "
                f"{temperature!r}."
            )
        self.temperature = float(temperature)
        self.value = keras.metrics.Mean(name=name)

    def align(self, matrices: list) -> None:
        """Adds the weighted confusion of the target's classes."""
        if self.idle:
            return
        value = class_confusion(matrices[-1], self.temperature)
        self.add_loss(self.current_weight() * value)
        self.value.update_state(value)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "temperature": self.temperature}
