"""Losses for targets in the user's units."""

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class NormalizedMeanSquaredError(keras.losses.Loss):
    """Mean squared error, each column divided by its variance.

    Predicting the mean gives 1, a perfect model 0: it is 1 - R2 of a column,
    averaged over the columns. Where the columns have other units, each counts
    the same.

    Args:
        variance: of the targets, one number for each column.
        reduction: as of `keras.losses.Loss`.
        name: of the loss.
        dtype: as of `keras.losses.Loss`.

    Example:
        >>> loss = NormalizedMeanSquaredError([4.0, 100.0])
        >>> float(loss([[0.0, 0.0]], [[2.0, 10.0]]))
        1.0
    """

    def __init__(
        self,
        variance: Any,
        reduction: str = "sum_over_batch_size",
        name: str = "normalized_mean_squared_error",
        dtype: Any = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.variance = np.asarray(variance, "float64").tolist()

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Squared errors by row."""
        y_pred = keras.ops.convert_to_tensor(y_pred)
        variance = keras.ops.cast(self.variance, y_pred.dtype)
        y_true = keras.ops.cast(y_true, y_pred.dtype)
        squares = keras.ops.square(y_pred - y_true) / variance
        return keras.ops.mean(squares, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """All arguments."""
        return super().get_config() | {"variance": self.variance}
