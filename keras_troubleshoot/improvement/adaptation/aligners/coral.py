"""CORAL: features of both domains get the same covariance."""

from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.aligners.aligner import Distance

# Nats that the default weight makes of the distance at most (heuristic; on
# digits it changes nothing, on histograms of visual words it saves the task).
LARGEST = 0.1


def covariance(features: Any) -> tuple[Any, Any]:
    """The unbiased covariance, and the mean, of features.

    Args:
        features: shape (rows, d).

    Returns:
        Shapes (d, d) and (d,).
    """
    rows = ops.cast(ops.shape(features)[0], features.dtype)
    mean = ops.mean(features, axis=0)
    centered = features - mean
    product = ops.matmul(ops.transpose(centered), centered)
    return product / ops.maximum(rows - 1.0, 1.0), mean


def coral_distance(source: Any, target: Any, match_means: bool = False) -> Any:
    """The squared Frobenius distance of two covariances, over 4 d^2.

    Args:
        source: shape (rows, d).
        target: shape (rows, d); the number of rows may differ.
        match_means: adds the squared distance of the means, over 4 d.

    Returns:
        A scalar.
    """
    size = source.shape[1]
    one, mean = covariance(source)
    other, other_mean = covariance(target)
    value = ops.sum(ops.square(one - other)) / (4 * size**2)
    if match_means:
        value = value + ops.sum(ops.square(mean - other_mean)) / (4 * size)
    return value


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class CORAL(Distance):
    """Aligns the second-order statistics of two domains.

    `coral = ||C_source - C_target||_F^2 / (4 d^2)`, with the unbiased
    covariances `C` of `d` features in a batch. Called on `[source_features,
    target_features]` it returns the features of the source; while training it
    adds `weight * coral` to the loss, and the logs show `coral`.

    Reference: B. Sun and K. Saenko, Deep CORAL, ECCV workshops (2016),
    equation 1.

    Args:
        weight: a number of at least 0, or a schedule. The formula divides by
            `4 d^2`, so that a useful weight grows with it: for 100 features,
            1 does nothing, and hundreds to 100,000 help. None takes `4 d^2`,
            which is the plain squared distance of the covariances, but no
            more than makes the weighted distance `LARGEST` in each step:
            where features are large, the distance, of the order of their
            fourth power, would else be all that is learned.
        match_means: whether the means are aligned too, `||m_source -
            m_target||^2 / (4 d)`. Covariances alone leave a shift as it is.
        name: of the layer, and of its metric.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: `weight` is below 0, the domains' features differ in
            shape, or a batch holds a single row of a domain.

    Example:
        >>> import numpy as np
        >>> source = np.array([[0.0, 0.0], [2.0, 2.0]], "float32")
        >>> target = np.array([[0.0, 0.0], [0.0, 2.0]], "float32")
        >>> layer = CORAL(weight=10.0)
        >>> features = layer([source, target], training=True)
        >>> float(layer.losses[0])  # 10 * (2^2 + 2^2 + 2^2) / (4 * 2^2)
        7.5
    """

    def __init__(
        self,
        weight: Any = None,
        *,
        match_means: bool = False,
        name: str = "coral",
        **kwargs: Any,
    ):
        super().__init__(0 if weight is None else weight, name=name, **kwargs)
        self.given = weight is not None
        self.match_means = match_means

    def build(self, input_shape: Any) -> None:
        """Finds the default weight by the number of features."""
        super().build(input_shape)
        if not self.given:
            self.weight = 4.0 * self.features**2

    def weighted(self, value: Any) -> Any:
        """The distance times the weight, held where the weight is our own."""
        made = super().weighted(value)
        if self.given:
            return made
        return made / ops.maximum(1.0, ops.stop_gradient(made) / LARGEST)

    @property
    def idle(self) -> bool:
        """Whether the weight was given as 0."""
        return self.given and super().idle

    def distance(self, source: Any, target: Any) -> Any:
        """See `coral_distance`."""
        return coral_distance(source, target, self.match_means)

    def get_config(self) -> dict[str, Any]:
        """The arguments; the default weight is found again."""
        config = {**super().get_config(), "match_means": self.match_means}
        return config if self.given else {**config, "weight": None}
