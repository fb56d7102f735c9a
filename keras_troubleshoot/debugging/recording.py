"""A callback that records a training run, and does nothing else."""

from typing import Any

import keras

from keras_troubleshoot.debugging.instrument.recorder import Recorder
from keras_troubleshoot.facts.trace import Trace


class Recording(keras.callbacks.Callback):
    """Records what happens inside the training steps of a `fit`.

    Nothing is printed and nothing written; `trace` is there at any time, also
    after a `fit` that raised. What it records is said in `Trace`.

    Args:
        every: record one of so many steps,
        dense: and each of so many first ones.

    Raises:
        ValueError: if `every` is not positive, or `dense` is negative.
    """

    def __init__(self, every: int = 50, dense: int = 100):
        super().__init__()
        require_count("every", every, 1)
        require_count("dense", dense, 0)
        self.recorder = Recorder(every, dense, self.on_rows, self.on_done)
        self._fitting = False

    @property
    def trace(self) -> Trace:
        """What was recorded of the last `fit`."""
        return self.recorder.trace

    def on_rows(self) -> None:
        """Some more steps were read."""

    def on_done(self) -> None:
        """The training has ended, or it broke off."""

    def set_model(self, model: Any) -> None:
        """Called by `fit`, before it makes the function that trains."""
        super().set_model(model)
        self._fitting = False
        self.recorder.attach(model)

    def on_train_begin(self, logs=None) -> None:
        """The training begins."""
        self._fitting = True

    def on_test_begin(self, logs=None) -> None:
        """`evaluate` begins: on its own, it is not recorded."""
        if not self._fitting:
            self.recorder.detach()

    def on_predict_begin(self, logs=None) -> None:
        """`predict` begins."""
        self.on_test_begin(logs)

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Reads what was recorded in an epoch."""
        self.recorder.read()

    def on_train_end(self, logs=None) -> None:
        """Reads the rest; the model is left as it was."""
        self._fitting = False
        self.recorder.detach()


def require_count(name: str, value: Any, least: int) -> None:
    """Raises unless a number is an integer, and large enough."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(
            f"`{name}` must be an integer of at least {least}, received: "
            f"{name}={value!r}. To mend it, leave it out: the default suits "
            "most models."
        )
