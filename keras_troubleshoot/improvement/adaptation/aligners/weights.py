"""How much an alignment counts beside the task: a number or a schedule."""

import math
import numbers
from typing import Any

import keras
from keras import ops

Schedule = keras.optimizers.schedules.LearningRateSchedule


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class Ramp(Schedule):
    """A weight that grows from 0: the published ramp of adversarial training.

    `maximum * (2 / (1 + exp(-sharpness * step / steps)) - 1)`, which reaches
    98.7% of `maximum` at half of `steps`, and stays. It keeps the noise of an
    untrained domain classifier out of the first steps.

    Reference: Y. Ganin et al., Domain-Adversarial Training of Neural
    Networks, JMLR 17 (2016), section 5.2.2, where `steps` is the length of
    the training and `sharpness` is 10.

    Args:
        steps: training steps (batches), at least 1, over which it grows.
        maximum: the weight in the end, at least 0.
        sharpness: how fast it grows, above 0.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> ramp = Ramp(steps=100, maximum=2.0)
        >>> [round(float(ramp(step)), 2) for step in (0, 10, 50, 100)]
        [0.0, 0.92, 1.97, 2.0]
    """

    def __init__(
        self,
        steps: int = 1000,
        maximum: float = 1.0,
        sharpness: float = 10.0,
    ):
        if not isinstance(steps, numbers.Integral) or steps < 1:
            raise ValueError(
                f"`steps` must be a whole number of at least 1, received: "
                f"{steps!r}."
            )
        checked(maximum, "maximum")
        if not number(sharpness) or sharpness <= 0:
            raise ValueError(
                f"`sharpness` must be a number above 0, received: "
                f"{sharpness!r}."
            )
        self.steps = int(steps)
        self.maximum = float(maximum)
        self.sharpness = float(sharpness)

    def __call__(self, step: Any) -> Any:
        """The weight at a step, a float32 scalar."""
        progress = ops.cast(step, "float32") / self.steps
        risen = 2.0 / (1.0 + ops.exp(-self.sharpness * progress)) - 1.0
        return self.maximum * risen

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            "steps": self.steps,
            "maximum": self.maximum,
            "sharpness": self.sharpness,
        }


def number(value: Any) -> bool:
    """Whether it is one finite real number."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return real and math.isfinite(value)


def checked(weight: Any, name: str = "weight") -> Any:
    """The weight itself, where it will do.

    Raises:
        ValueError: it is neither a number of at least 0 nor a schedule.
    """
    if isinstance(weight, Schedule) or (number(weight) and weight >= 0):
        return weight
    raise ValueError(
        f"`{name}` must be a number of at least 0 or a schedule of "
        f"`keras.optimizers.schedules`, received: {weight!r}."
    )


def serialized(weight: Any) -> Any:
    """What `get_config` holds of a weight."""
    if isinstance(weight, Schedule):
        return keras.saving.serialize_keras_object(weight)
    return weight


def deserialized(weight: Any) -> Any:
    """The weight of a configuration."""
    if isinstance(weight, dict):
        return keras.saving.deserialize_keras_object(weight)
    return weight
