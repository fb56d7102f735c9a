"""The learning rate of the paper: constant, then falling in a line to 0."""

from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.cyclegan import requirements


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that stays for a while, then falls in a line to 0.

    Zhu et al. (2017), section 7.1: constant for 100 epochs, then linearly to
    0 over 100 more. It is given to the optimizer that `CycleGAN.compile`
    takes.

    Args:
        rate: at the start; 2e-4 in the paper.
        steps: of the whole training, of gradient descent: epochs times
            `steps_per_epoch`.
        constant: the share of the steps in which it stays; 0.5 in the paper.

    Raises:
        ValueError: a number is out of range.

    Example:
        >>> schedule = ConstantThenLinear(0.1, steps=100)
        >>> [round(float(schedule(step)), 4) for step in (0, 50, 75, 100, 200)]
        [0.1, 0.1, 0.05, 0.0, 0.0]
    """

    def __init__(self, rate: float, steps: int, constant: float = 0.5):
        requirements.whole(steps=steps)
        requirements.weights(rate=rate)
        if not 0 <= constant < 1:
            raise ValueError(
                "`constant` must be a share of at least 0 and below 1, "
                f"received: constant={constant!r}. To mend it, leave it out."
            )
        super().__init__()
        self.rate, self.steps, self.constant = rate, steps, constant

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        done = ops.cast(step, "float32") / self.steps
        left = (1.0 - done) / (1.0 - self.constant)
        return self.rate * ops.clip(left, 0.0, 1.0)

    def get_config(self) -> dict:
        """The arguments, for `from_config`."""
        return {
            "rate": self.rate,
            "steps": self.steps,
            "constant": self.constant,
        }
