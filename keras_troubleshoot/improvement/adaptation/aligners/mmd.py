"""MMD: features of both domains get the same distribution."""

from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.aligners.aligner import Distance
from keras_troubleshoot.improvement.adaptation.aligners.weights import Ramp

# Squared bandwidths from a quarter of the median squared distance down to 1/64
# of it. DAN's family goes up from the median, too; on digits in other styles
# narrow kernels align better (see the guide).
KERNELS, WIDEST = 5, 1 / 4
MAXIMUM = 10.0  # Of the weight; chosen on digits in other styles, too.


def squared_distances(features: Any) -> Any:
    """All squared Euclidean distances by one matrix product.

    Args:
        features: shape (rows, d).

    Returns:
        Shape (rows, rows), at least 0.
    """
    norms = ops.sum(ops.square(features), axis=1)
    product = ops.matmul(features, ops.transpose(features))
    return ops.maximum(norms[:, None] + norms[None, :] - 2 * product, 0.0)


def kernel_sum(distances: Any, kernels: int = KERNELS) -> Any:
    """The mean of Gaussian kernels whose bandwidths are factors of 2 apart.

    `exp(-distance / (2 * bandwidth))`, the widest with a quarter of the median
    squared distance as its squared bandwidth, each other with half that of
    the one before. Each is the square of the next wider one, so that one
    exponential serves all.

    Args:
        distances: squared ones, shape (rows, rows).
        kernels: how many.

    Returns:
        Shape (rows, rows), up to 1.
    """
    widest = WIDEST * ops.stop_gradient(ops.median(distances))
    value = ops.exp(-distances / (2 * ops.maximum(widest, 1e-12)))
    total = value
    for _ in range(kernels - 1):
        value = ops.square(value)
        total = total + value
    return total / kernels


def mmd_distance(source: Any, target: Any, kernels: int = KERNELS) -> Any:
    """The unbiased squared maximum mean discrepancy; may be below 0.

    Args:
        source: shape (m, d).
        target: shape (n, d).
        kernels: Gaussian kernels.

    Returns:
        A scalar.

    Reference: A. Gretton et al., A Kernel Two-Sample Test, JMLR 13 (2012),
    lemma 6.
    """
    joined = ops.concatenate([source, target], axis=0)
    values = kernel_sum(squared_distances(joined), kernels)
    rows = ops.shape(source)[0]
    within = mean_off_diagonal(values[:rows, :rows])
    within = within + mean_off_diagonal(values[rows:, rows:])
    return within - 2 * ops.mean(values[:rows, rows:])


def mean_off_diagonal(values: Any) -> Any:
    """The mean of a square matrix without its diagonal, which holds ones."""
    rows = ops.cast(ops.shape(values)[0], values.dtype)
    return (ops.sum(values) - rows) / ops.maximum(rows * (rows - 1.0), 1.0)


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class MMD(Distance):
    """Aligns the distributions of two domains by their mean embeddings.

    The unbiased squared maximum mean discrepancy with a mean of Gaussian
    kernels, whose squared bandwidths are 1/4, 1/8, 1/16, 1/32 and 1/64 of the
    median squared distance in the batch (median heuristic; no gradient runs
    through it).
    Called on `[source_features, target_features]` it returns the features of
    the source; while training it adds `weight * mmd` to the loss, and the logs
    show `mmd`. The estimate of two equal domains is 0 on average, so that it
    falls below 0 at times.

    References: E. Tzeng et al., Deep Domain Confusion (2014); M. Long et al.,
    Learning Transferable Features with Deep Adaptation Networks, ICML (2015).

    Args:
        weight: a number of at least 0, or a schedule. The value lies between
            0 and 2 for any number of features. None is the ramp of
            adversarial training over 1,000 steps to 10, `Ramp(1000, 10)`, so
            that classes are parted before they are aligned; for longer
            trainings give it their length.
        kernels: how many Gaussian kernels.
        name: of the layer, and of its metric.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: an argument is out of its range, the domains' features
            differ in shape, or a batch holds a single row of a domain.

    Example:
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> source, target = rng.normal(size=(2, 64, 3)).astype("float32")
        >>> layer = MMD(weight=1.0)
        >>> features = layer([source, target + 3], training=True)
        >>> float(layer.losses[0]) > 0.1
        True
    """

    def __init__(
        self,
        weight: Any = None,
        *,
        kernels: int = KERNELS,
        name: str = "mmd",
        **kwargs: Any,
    ):
        weight = Ramp(maximum=MAXIMUM) if weight is None else weight
        super().__init__(weight, name=name, **kwargs)
        if not isinstance(kernels, int) or kernels < 1:
            raise ValueError(
                f"`kernels` must be at least 1, received: {kernels!r}."
            )
        self.kernels = kernels

    def distance(self, source: Any, target: Any) -> Any:
        """See `mmd_distance`."""
        return mmd_distance(source, target, self.kernels)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "kernels": self.kernels}
