"""`NumericsGuard`: the flight recorder of a training run."""

import sys
from typing import Any

import keras

from keras_troubleshoot.debugging.instrument.tripwire import Tripwire
from keras_troubleshoot.debugging.numerics import crash
from keras_troubleshoot.debugging.numerics.black_box import BlackBox
from keras_troubleshoot.debugging.numerics.locate import locate
from keras_troubleshoot.debugging.numerics.location import Location
from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.report import Report


class NumericsGuard(keras.callbacks.Callback):
    """Stops before the first update that is not finite, and says why.

    One flag in the compiled step says whether loss and gradients are finite.
    On the first step where they are not, the update is withheld, so that
    weights and optimizer are those before the step, bit for bit; training
    stops, and the step is replayed outside XLA, operation by operation, to
    name the first one that is not finite, its layer, the range of its
    input, the line of the program and the examples of the batch. Works with
    `jit_compile=True` as without, where
    `tf.debugging.enable_check_numerics` breaks healthy models.

    It leaves a folder with the model (`model.keras`), the batch
    (`batch.npz`) and `replay.py`, which reproduces the failure. What cannot
    be written, or not be loaded again, is said.

    Under mixed_float16, gradients that overflow are part of Keras's plan (it
    halves its scale), and count only when that does not help.

    Args:
        folder: where to leave model, batch and `replay.py`; made where it
            is not there, only if a step fails. None writes nothing.
        quiet: print nothing.

    Attributes:
        tripped: whether a step was not finite.
        step: its number, from 0; -1 for none.
        batch: what its `train_step` was given, as NumPy arrays; None for
            none.
        location: where it stopped being finite, a `Location`; None where
            it did not, or where the replay was finite.
        finding: the diagnosis `non-finite-values`; None for none.
        report: a `Report` of it.

    Example:
        ```python
        guard = kts.callbacks.NumericsGuard("failure")
        model.fit(x, y, callbacks=[guard])
        if guard.tripped:
            print(guard.location)
        ```
    """

    def __init__(self, folder: Any = "numerics", quiet: bool = False):
        super().__init__()
        self.folder, self.quiet = folder, quiet
        self._wire = Tripwire(self._tell)
        self._fitting = False
        self._reset()

    def _reset(self):
        self.location: Location | None = None
        self.finding: Finding | None = None
        self.report = Report(examined=[crash.RULE])

    @property
    def tripped(self) -> bool:
        """Whether a step was not finite."""
        return self._wire.tripped

    @property
    def step(self) -> int:
        """The number of that step, from 0; -1 for none."""
        return self._wire.step

    @property
    def batch(self) -> Any:
        """What that step was given; None for none."""
        return self._wire.batch

    def set_model(self, model: Any) -> None:
        """Called by `fit`, before it makes the function that trains."""
        super().set_model(model)
        self._reset()
        self._fitting = False
        self._wire.attach(model)

    def on_train_begin(self, logs=None) -> None:
        """The training begins."""
        self._fitting = True

    def on_test_begin(self, logs=None) -> None:
        """`evaluate` begins: on its own, it is not watched."""
        if not self._fitting:
            self._wire.detach()

    def on_predict_begin(self, logs=None) -> None:
        """`predict` begins."""
        self.on_test_begin(logs)

    def on_train_end(self, logs=None) -> None:
        """The model gets back what trained it."""
        self._fitting = False
        self._wire.detach()

    def _tell(self) -> None:
        """On the first step that is not finite."""
        self.model.stop_training = True
        parts = crash.parts(self.batch)
        problem = ""
        try:
            self.location = locate(self.model, *parts)
        except Exception as error:
            # The training has failed already; this must not hide it.
            problem = f"{type(error).__name__}: {first_lines(error)}"
        written = []
        if self.folder is not None:
            written = BlackBox(self.folder).write(self.model, parts)
        self.finding = crash.finding(self._wire, self.location, problem)
        self.report = Report([self.finding], [crash.RULE], title="fit")
        if not self.quiet:
            told = [f"keras-troubleshoot: {self.finding}", *written]
            print("\n".join(told), file=sys.stderr)
