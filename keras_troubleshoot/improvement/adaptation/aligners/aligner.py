"""What the layers that align two domains have in common."""

from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.aligners import domains
from keras_troubleshoot.improvement.adaptation.aligners import weights


class Aligner(keras.layers.Layer):
    """A layer that adds a loss while training, and hands the source on.

    Args:
        weight: a number of at least 0, or a schedule of the training step
            (`keras.optimizers.schedules`, or `Ramp`).
        name: of the layer, and of its metrics in the logs.
        **kwargs: of `keras.layers.Layer`.
    """

    rows = 1  # That a batch must hold of each domain.

    def __init__(self, weight: Any, *, name: str, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        self.weight = weights.checked(weights.deserialized(weight))
        self.steps = None

    @property
    def idle(self) -> bool:
        """Whether the weight is the number 0, so that nothing is aligned."""
        return weights.number(self.weight) and self.weight == 0

    def build(self, input_shape: Any) -> None:
        """Checks the domains; makes the counter that a schedule needs."""
        self.features = domains.width(input_shape)
        if isinstance(self.weight, weights.Schedule):
            # Assigned in each replica after `add_loss`: any other kind of
            # synchronization drops the loss of all replicas but one.
            self.steps = keras.Variable(
                0,
                dtype="int64",
                trainable=False,
                aggregation="only_first_replica",
                synchronization="on_read",
                name="steps",
            )

    def call(self, features: list, training: bool | None = None) -> Any:
        """The features of the source, as they are.

        Args:
            features: `[source, target]`, or `[source, source, ..., target]`;
                each one tensor, shape (rows, ...), or a nested structure of
                them.
            training: whether to add the loss.

        Returns:
            The features of the source; a list where there are several.
        """
        if training:
            for domain in features:
                domains.require_rows(domain, self.rows)
            self.align([domains.matrix(domain) for domain in features])
        sources = features[:-1]
        return sources[0] if len(sources) == 1 else list(sources)

    def align(self, matrices: list) -> None:
        """Adds the loss, and records what the logs show.

        Args:
            matrices: the domains, target last, each shape (rows, features).
        """
        raise NotImplementedError

    def current_weight(self) -> Any:
        """The weight at this step, which it counts."""
        if self.steps is None:
            return self.weight
        weight = ops.cast(self.weight(self.steps.value), "float32")
        self.steps.assign_add(1)
        return weight

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the source's features."""
        return input_shape[0] if len(input_shape) == 2 else input_shape[:-1]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "weight": weights.serialized(self.weight),
        }


class Distance(Aligner):
    """An aligner that makes a distance of the two domains small.

    With several sources, it is the mean of their distances to the target.
    """

    rows = 2  # An unbiased second moment takes two.

    def __init__(self, weight: Any, *, name: str, **kwargs: Any):
        super().__init__(weight, name=name, **kwargs)
        self.value = keras.metrics.Mean(name=name)

    def align(self, matrices: list) -> None:
        """Adds the weighted distance; the logs show it without the weight."""
        *sources, target = matrices
        values = [self.distance(source, target) for source in sources]
        value = sum(values[1:], values[0]) / len(values)
        if not self.idle:
            self.add_loss(self.weighted(value))
        self.value.update_state(value)

    def weighted(self, value: Any) -> Any:
        """What is added to the loss."""
        return self.current_weight() * value

    def distance(self, source: Any, target: Any) -> Any:
        """The distance of two domains, a scalar."""
        raise NotImplementedError
