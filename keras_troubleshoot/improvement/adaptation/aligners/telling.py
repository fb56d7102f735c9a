"""A classifier that tells the domains apart, and what it is trained on."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.aligners.aligner import Aligner

UNITS = (100,)
# Share of the classifier's units that are left out while training. Without it
# the game does not settle on digits in other styles (see the guide).
DROPOUT = 0.5


def domain_loss(logits: Sequence[Any]) -> Any:
    """Cross-entropy of the domains, each of the same weight.

    Args:
        logits: of each domain in order, shape (rows, domains).

    Returns:
        A scalar, in nats.
    """
    losses = [
        -ops.mean(ops.log_softmax(one)[:, place])
        for place, one in enumerate(logits)
    ]
    return sum(losses[1:], losses[0]) / len(losses)


def confusion_loss(logits: Sequence[Any]) -> Any:
    """Cross-entropy to the uniform distribution over the domains.

    Args:
        logits: of each domain, shape (rows, domains).

    Returns:
        A scalar, in nats: log(domains) where they cannot be told apart.
    """
    losses = [-ops.mean(ops.log_softmax(one)) for one in logits]
    return sum(losses[1:], losses[0]) / len(losses)


def domain_accuracy(logits: Sequence[Any]) -> Any:
    """The share of rows whose domain is told, each domain alike."""
    shares = [
        ops.mean(ops.cast(ops.argmax(one, axis=-1) == place, "float32"))
        for place, one in enumerate(logits)
    ]
    return sum(shares[1:], shares[0]) / len(shares)


class Telling(Aligner):
    """An aligner with a domain classifier.

    Args:
        weight: see `Aligner`.
        units: of the hidden layers of the domain classifier (ReLU, each with
            dropout of 0.5).
        classifier: a Keras layer or model instead, features of shape (rows,
            d) to logits of shape (rows, domains).
        name: of the layer, and of its metrics.
        **kwargs: of `keras.layers.Layer`.
    """

    def __init__(
        self,
        weight: Any,
        *,
        units: Sequence[int],
        classifier: Any,
        name: str,
        **kwargs: Any,
    ):
        super().__init__(weight, name=name, **kwargs)
        if not all(isinstance(one, int) and one > 0 for one in units):
            raise ValueError(
                "`units` must be sizes of hidden layers, such as (100,), "
                f"received: {units!r}."
            )
        self.units = tuple(units)
        if isinstance(classifier, dict):
            classifier = keras.saving.deserialize_keras_object(classifier)
        self.given = classifier is not None
        self.classifier = classifier
        self.loss = keras.metrics.Mean(name=f"{name}_loss")
        self.accuracy = keras.metrics.Mean(name=f"{name}_accuracy")

    def build(self, input_shape: Any) -> None:
        """Makes the domain classifier for as many domains as there are."""
        super().build(input_shape)
        if self.idle:
            return
        if self.classifier is None:
            self.classifier = network(
                self.units, len(input_shape), self.dtype_policy
            )
        if not self.classifier.built:
            self.classifier.build((None, self.features))

    def record(self, loss: Any, logits: Sequence[Any]) -> None:
        """What the logs show."""
        self.loss.update_state(loss)
        self.accuracy.update_state(domain_accuracy(logits))

    def tell(self, matrices: Sequence[Any], classify: Any = None) -> list:
        """The logits of each domain, shape (rows, domains), float32."""
        classify = classify or self.classifier
        rows = [ops.shape(one)[0] for one in matrices]
        told = classify(ops.concatenate(matrices, axis=0))
        told = ops.cast(told, "float32")
        ends = [sum(rows[: place + 1]) for place in range(len(rows))]
        return [
            told[end - count : end]
            for end, count in zip(ends, rows, strict=True)
        ]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        made = self.classifier if self.given else None
        told = made and keras.saving.serialize_keras_object(made)
        units = list(self.units)
        return {**super().get_config(), "units": units, "classifier": told}


def network(units: Sequence[int], domains: int, dtype: Any) -> keras.Sequential:
    """Hidden ReLU layers with dropout, and a logit of each domain."""
    hidden = []
    for size in units:
        dense = keras.layers.Dense(
            size, "relu", kernel_initializer="he_normal", dtype=dtype
        )
        hidden += [dense, keras.layers.Dropout(DROPOUT, dtype=dtype)]
    logits = keras.layers.Dense(domains, dtype="float32", name="domain")
    return keras.Sequential([*hidden, logits], name="domain_classifier")
