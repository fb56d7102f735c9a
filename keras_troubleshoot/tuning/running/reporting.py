"""`Reporter`: tells the search how a training is going, epoch by epoch."""

import math
from collections.abc import Callable
from typing import Any

import keras

DIVERGED = "Diverged"


class Reporter(keras.callbacks.Callback):
    """Reports each epoch, and ends the training where it is told to.

    Args:
        objective: a `keras_tuner.Objective`.
        report: is called with the metrics and the epoch from 0; answers why
            to end, or None.

    Attributes:
        reported: whether an epoch told the objective.
        reason: why the training ended early; None where it did not.
    """

    def __init__(
        self,
        objective: Any,
        report: Callable[[dict[str, float], int], str | None],
    ):
        super().__init__()
        self.objective, self.report = objective, report
        self.reported, self.reason = False, None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Reports the epoch; a loss that is no number ends the training."""
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        if self.objective.has_value(metrics):
            self.take(metrics, epoch)
        bad = [
            name
            for name in ("loss", "val_loss", self.objective.name)
            if not math.isfinite(metrics.get(name, 0.0))
        ]
        if bad:
            self.reason = (
                f"{DIVERGED}: {bad[0]} was {metrics[bad[0]]} after epoch "
                f"{epoch + 1}."
            )
        if self.reason is not None:
            self.model.stop_training = True

    def take(self, metrics: dict[str, float], step: int) -> None:
        """Reports metrics, and hears whether to go on."""
        value = float(self.objective.get_value(metrics))
        metrics = {**metrics, self.objective.name: value}
        self.reported = True
        self.reason = self.report(metrics, step) or self.reason
