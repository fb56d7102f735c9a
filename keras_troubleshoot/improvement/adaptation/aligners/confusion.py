"""Domain confusion: features that leave a domain classifier undecided."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.aligners import telling


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class DomainConfusion(telling.Telling):
    """Trains the encoder so that a domain classifier is undecided.

    Two losses: the domain classifier learns by cross-entropy from features
    that it does not change; the encoder learns, `weight` times, to bring the
    classifier's answer to the uniform distribution over the domains, through
    a classifier that this does not change. Both are taken in one step, where
    the paper takes turns. Called on `[source_features, target_features]` it
    returns the features of the source. The logs show `domain_confusion_loss`
    (in nats; log 2, 0.693, where nothing is told), and
    `domain_confusion_accuracy` of the classifier (0.5 then).

    Reference: E. Tzeng et al., Simultaneous Deep Transfer Across Domains and
    Tasks, ICCV (2015), equations 2 and 3.

    Args:
        weight: of the confusion: a number of at least 0, or a schedule.
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
        >>> layer = DomainConfusion()
        >>> source, target = np.ones((2, 8, 3), "float32")
        >>> layer([source, target], training=True).shape
        TensorShape([8, 3])
        >>> [metric.name for metric in layer.metrics]
        ['domain_confusion_loss', 'domain_confusion_accuracy']
    """

    def __init__(
        self,
        weight: Any = 0.1,
        *,
        units: Sequence[int] = telling.UNITS,
        classifier: Any = None,
        name: str = "domain_confusion",
        **kwargs: Any,
    ):
        super().__init__(
            weight, units=units, classifier=classifier, name=name, **kwargs
        )

    def align(self, matrices: list) -> None:
        """Adds the loss of the classifier, and that of the encoder."""
        if self.idle:
            return
        kept = [ops.stop_gradient(one) for one in matrices]
        logits = self.tell(kept)
        self.add_loss(telling.domain_loss(logits))
        confusion = telling.confusion_loss(self.tell(matrices, self.frozen))
        self.add_loss(self.current_weight() * confusion)
        self.record(confusion, logits)

    def frozen(self, features: Any) -> Any:
        """The classifier's logits; no gradient reaches its weights."""
        made = self.classifier
        outputs, _ = made.stateless_call(
            [ops.stop_gradient(one.value) for one in made.trainable_variables],
            [one.value for one in made.non_trainable_variables],
            features,
        )
        return outputs
