"""DANN: features from which no classifier tells the domain."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_troubleshoot.improvement.adaptation.aligners import reversal
from keras_troubleshoot.improvement.adaptation.aligners import telling
from keras_troubleshoot.improvement.adaptation.aligners.weights import Ramp

# Of the weight: at 1, the published one, the features of a network without
# normalization grow without bounds and the source is forgotten (see the guide).
MAXIMUM = 0.1


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class DomainAdversarial(telling.Telling):
    """Trains the encoder against a domain classifier (DANN).

    The domain classifier learns from the features by cross-entropy, each
    domain of the same weight; through a gradient reversal the encoder learns
    the opposite, `weight` times. Called on `[source_features,
    target_features]` it returns the features of the source. The logs show
    `domain_adversarial_loss` (in nats, log 2 where nothing is told) and
    `domain_adversarial_accuracy` (0.5 then).

    Reference: Y. Ganin et al., Domain-Adversarial Training of Neural
    Networks, JMLR 17 (2016).

    Args:
        weight: of the reversed gradient: a number of at least 0, or a
            schedule. None is the published ramp over 1,000 steps to a tenth
            of the published height, `Ramp(1000, 0.1)`; for longer trainings
            give it their length.
        units: of the hidden layers of the domain classifier (ReLU, each with
            dropout of 0.5).
        classifier: a Keras layer or model in place of it, from features of
            shape (rows, d) to logits of shape (rows, domains).
        name: of the layer, and of its metrics.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: `weight` is below 0, `units` are no sizes, or the domains'
            features differ in shape.

    Example:
        >>> import numpy as np
        >>> layer = DomainAdversarial(weight=1.0)
        >>> source, target = np.ones((2, 8, 3), "float32")
        >>> layer([source, target], training=True).shape
        TensorShape([8, 3])
        >>> [metric.name for metric in layer.metrics]
        ['domain_adversarial_loss', 'domain_adversarial_accuracy']
    """

    def __init__(
        self,
        weight: Any = None,
        *,
        units: Sequence[int] = telling.UNITS,
        classifier: Any = None,
        name: str = "domain_adversarial",
        **kwargs: Any,
    ):
        super().__init__(
            Ramp(maximum=MAXIMUM) if weight is None else weight,
            units=units,
            classifier=classifier,
            name=name,
            **kwargs,
        )

    def align(self, matrices: list) -> None:
        """Adds the loss of the domain classifier behind the reversal."""
        if self.idle:
            return
        weight = self.current_weight()
        logits = self.tell([reversal.reverse(one, weight) for one in matrices])
        loss = telling.domain_loss(logits)
        self.add_loss(loss)
        self.record(loss, logits)
