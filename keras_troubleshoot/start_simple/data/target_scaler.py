"""`TargetScaler`: regression targets of unit scale, and back."""

import warnings
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import sample as sample_lib
from keras_troubleshoot.facts.moments import Moments
from keras_troubleshoot.start_simple.data.losses import (
    NormalizedMeanSquaredError,
)

# Columns whose standard deviations differ by no more than this share one
# weight of the loss (heuristic).
ALIKE = 2.0


class TargetScaler:
    """Standardizes regression targets, and brings predictions back.

    Either train on `scaler.transform(y)` and bring predictions back with
    `scaler.inverse_transform`, or let `scaler.in_units_of_targets(model)`
    build the way back into the model, which then learns from `y` itself.

    Attributes:
        mean: of each column.
        std: standard deviation of each column; 1 for one that never
            changes.

    Example:
        >>> scaler = TargetScaler().adapt([10.0, 30.0])
        >>> scaler.transform([10.0, 20.0]).tolist()
        [-1.0, 0.0]
        >>> scaler.inverse_transform([1.0]).tolist()
        [30.0]
    """

    def __init__(self):
        self.mean = self.std = None

    def adapt(self, y: Any) -> "TargetScaler":
        """Takes mean and standard deviation of the targets.

        Args:
            y: array of shape (rows,) or (rows, ..., columns).

        Returns:
            The scaler itself.

        Raises:
            ValueError: `y` holds no numbers, or NaN or inf.
        """
        values = np.asarray(y)
        if values.dtype.kind not in "biuf" or values.ndim == 0:
            raise ValueError(
                "`y` must be an array of numbers, received: "
                f"{type(y).__name__} of {values.dtype}. To mend it, convert "
                "it with `np.asarray(y, 'float32')`."
            )
        columns = values.shape[-1] if values.ndim > 1 else 1
        moments = Moments(columns)
        moments.update(values)
        return self.fit_to(moments)

    def fit_to(self, moments: Moments) -> "TargetScaler":
        """Takes the statistics from what was seen of the targets."""
        bad = moments.missing + moments.infinite
        if bad.any():
            raise sample_lib.unreadable(
                "`y` must hold finite numbers, received: "
                f"{bad.sum()} that are NaN or inf.",
                "drop these rows: `keep = np.isfinite(y)`",
                where="y",
                rule="target-non-finite",
            )
        if moments.constant.any():
            warnings.warn(
                "`y` has one value in all rows in column "
                f"{int(np.flatnonzero(moments.constant)[0])}: there is "
                "nothing to learn.",
                stacklevel=3,
            )
        self.mean = moments.mean
        self.std = np.where(moments.constant, 1.0, np.sqrt(moments.variance))
        return self

    def transform(self, y: Any) -> np.ndarray:
        """Targets of mean 0 and standard deviation 1, in float32."""
        self.require_adapted()
        return ((np.asarray(y, "float64") - self.mean) / self.std).astype(
            "float32"
        )

    def inverse_transform(self, y: Any) -> np.ndarray:
        """Predictions in the user's units, in float64."""
        self.require_adapted()
        return np.asarray(y, "float64") * self.std + self.mean

    def layer(self, name: str = "in_units_of_targets") -> Any:
        """A layer of Keras that does what `inverse_transform` does.

        Args:
            name: of the layer.
        """
        self.require_adapted()
        return keras.layers.Normalization(
            mean=self.mean.tolist(),
            variance=(self.std**2).tolist(),
            invert=True,
            dtype="float32",
            name=name,
        )

    def loss(
        self,
        name: str = "mean_squared_error",
        shape: tuple[int, ...] = (-1,),
    ) -> dict[str, Any]:
        """What `compile` takes so that errors count in standard deviations.

        The mean squared error is divided by the variance: it is then 1 for
        a model that predicts the mean, and 1 - R2 for any other, and
        gradients have unit scale whatever the units of the targets.

        Args:
            name: "mean_squared_error", "mean_absolute_error" or "huber".
            shape: of one target, where it has several axes.

        Returns:
            `loss` and, where one number does for all columns,
            `loss_weights`.
        """
        self.require_adapted()
        std = float(np.sqrt(np.mean(self.std**2)))
        if name == "mean_absolute_error":
            return {
                "loss": keras.losses.MeanAbsoluteError(),
                "loss_weights": 1 / std,
            }
        if name == "huber":
            return {
                "loss": keras.losses.Huber(delta=std),
                "loss_weights": 1 / std**2,
            }
        if self.std.max() > ALIKE * self.std.min():
            variance = (self.std**2).reshape(shape)
            return {"loss": NormalizedMeanSquaredError(variance)}
        return {
            "loss": keras.losses.MeanSquaredError(),
            "loss_weights": 1 / std**2,
        }

    def in_units_of_targets(self, model: Any) -> Any:
        """A model that predicts, and learns from, targets as they are.

        Args:
            model: a functional or sequential `keras.Model` whose output is
                on unit scale. It becomes a part of the new one: they share
                their weights.

        Returns:
            The new model; compiled, with a fresh optimizer of the same
            settings, if `model` was.

        Raises:
            ValueError: `model` was not built, or its output does not fit.
        """
        self.require_adapted()
        if not getattr(model, "outputs", None):
            raise ValueError(
                "`model` must be functional or sequential and know the shape "
                f"of its input, received: {model.name!r}. To mend it, begin "
                "it with `keras.Input`."
            )
        columns = model.outputs[0].shape[-1]
        if columns != len(self.mean):
            raise ValueError(
                f"`model` must have an output for each of the "
                f"{len(self.mean)} columns of `y`, received: one of shape "
                f"{model.outputs[0].shape}. To mend it, end it with "
                f"`keras.layers.Dense({len(self.mean)})`."
            )
        sequential = isinstance(model, keras.Sequential)
        inputs = model.inputs[0] if sequential else model.input
        whole = keras.Model(
            inputs, self.layer()(model(inputs)), name=model.name
        )
        if model.compiled:
            optimizer = type(model.optimizer).from_config(
                model.optimizer.get_config()
            )
            whole.compile(
                optimizer,
                metrics=[keras.metrics.RootMeanSquaredError(name="rmse")],
                **self.loss(),
            )
        return whole

    def require_adapted(self) -> None:
        """Raises ValueError before `adapt`."""
        if self.mean is None:
            raise ValueError(
                "the scaler must see targets before it is used, received: "
                "none so far. To mend it, call `adapt(y)` first."
            )
