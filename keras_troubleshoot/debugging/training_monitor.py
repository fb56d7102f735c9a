"""`TrainingMonitor`: watches a training run from inside its steps."""

import sys
import time
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import trace_files
from keras_troubleshoot.debugging.recording import Recording
from keras_troubleshoot.facts import architecture
from keras_troubleshoot.facts import non_finite
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.rules import engine
from keras_troubleshoot.rules.catalogue import RULES

# Rules that may conclude from a run alone; those that need more are passed
# over each time.
LIVE = tuple(
    name
    for name, rule in RULES.items()
    if rule.family in ("dynamics", "numerics")
)
STOPS = {
    None: (),
    "error": (Severity.ERROR,),
    "warning": (Severity.ERROR, Severity.WARNING),
}


class TrainingMonitor(Recording):
    """Watches a `fit`: norms, updates, dead units, and what they mean.

    Inside the compiled step it takes down, for each layer, the norms of
    gradient and weights, the size of the update, and the shares of dead units
    and saturated values; and the loss. They stay on the device and are read
    rarely: often in the beginning, then at the end of each epoch and before
    the record there is full. Weights end bit for bit as without it. It works
    with any model that Keras trains on TensorFlow: a `train_step` of its own,
    `steps_per_execution`, `jit_compile`, half precision, accumulated
    gradients, `tf.distribute.MirroredStrategy`.

    An error or a warning is printed to stderr the moment its evidence
    suffices.

    With several replicas, shares and loss are means over them, and a gradient
    is that of the whole batch, after clipping; beside a `NumericsGuard`, which
    takes the step elsewhere, it is NaN. Under XLA (`jit_compile`), the
    gradient of a layer is NaN where one more reader would change rounding, as
    for BatchNormalization.

    Args:
        every: record one of so many steps (50 is Lightning's default, too),
        dense: and each of so many first ones.
        log_dir: folder for summaries that TensorBoard shows; it need not be
            installed.
        csv: path of a file with one line for each recorded step, written
            anew at the end of each epoch.
        json: path of a file with the same record by name, what was logged,
            and the findings.
        stop_on: `"error"` or `"warning"` ends the training when such a
            finding, or a graver one, comes up.
        quiet: print nothing.

    Attributes:
        trace: the record, a `Trace`, of the last `fit`.
        findings: what was found in it so far.
        history: what was logged, by name one value for each epoch.
        seconds: of a step, the mean of each epoch, without validation.

    Raises:
        ValueError: if `stop_on` is something else, `every` not positive,
            `dense` negative, or `log_dir`, `csv` or `json` no path.

    Example:
        ```python
        monitor = kts.callbacks.TrainingMonitor(stop_on="error")
        model.fit(x, y, epochs=5, callbacks=[monitor])
        monitor.trace.gradient  # One row for each recorded step.
        ```
    """

    def __init__(
        self,
        every: int = 50,
        dense: int = 100,
        log_dir: Any = None,
        csv: Any = None,
        json: Any = None,
        stop_on: str | None = None,
        quiet: bool = False,
    ):
        if stop_on not in tuple(STOPS):
            raise ValueError(
                "`stop_on` must be None, 'error' or 'warning', received: "
                f"stop_on={stop_on!r}. To mend it, take 'error' to end runs "
                "that are hopeless."
            )
        super().__init__(every, dense)
        self.stop_on, self.quiet = stop_on, quiet
        self._places = {"csv": csv, "json": json, "log_dir": log_dir}
        self._reset()

    def _reset(self):
        self.findings: list[Finding] = []
        self.history: dict[str, list[float]] = {}
        self.seconds: list[float] = []
        self._told: set[tuple[str, str]] = set()
        self._outlets = trace_files.outlets(**self._places)

    def set_model(self, model: Any) -> None:
        """Called by `fit`, before it makes the function that trains."""
        self._reset()
        super().set_model(model)

    def on_rows(self) -> None:
        """Looks at what was read."""
        self._conclude()

    def on_epoch_begin(self, epoch, logs=None) -> None:
        """An epoch begins."""
        self._began, self._ended = time.perf_counter(), None
        self._before = self.recorder.steps

    def on_test_begin(self, logs=None) -> None:
        """Validation begins: its time is none of the steps."""
        super().on_test_begin(logs)
        self._ended = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Takes down what was logged, and looks at it."""
        for name, value in (logs or {}).items():
            # Other callbacks may have put in what is no number.
            if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fiub":
                self.history.setdefault(name, []).append(float(value))
        super().on_epoch_end(epoch, logs)
        steps = self.recorder.steps - self._before
        took = (self._ended or time.perf_counter()) - self._began
        self.seconds.append(took / max(steps, 1))
        self._conclude()
        self._write()

    def on_done(self) -> None:
        """Writes what there is at the end."""
        self._write()

    def _conclude(self) -> None:
        """Applies the rules to what is known so far."""
        rules = [RULES[name] for name in LIVE]
        found, _, _ = engine.conclude(self._facts(), rules)
        for finding in found:
            key = (finding.rule, finding.where)
            if key in self._told or self._explained(finding):
                continue
            self._told.add(key)
            self.findings.append(finding)
            self._tell(finding)

    def _explained(self, finding: Finding) -> bool:
        """Whether it is a symptom of what was found before."""
        return any(finding.rule in known.explains for known in self.findings)

    def _tell(self, finding: Finding) -> None:
        grave = finding.severity is not Severity.ADVICE
        if grave and not self.quiet:
            print(f"keras-troubleshoot: {finding}", file=sys.stderr)
        if finding.severity in STOPS[self.stop_on]:
            self.model.stop_training = True

    def _facts(self) -> Facts:
        """What is known in the middle of a run."""
        return Facts(
            trace=self.trace,
            history=self._logged,
            model=lambda: architecture.describe(self.model),
            # What comes before training has had its look, if any.
            non_finite=None,
            weights_finite=self._weights,
        )

    def _logged(self) -> History:
        """What was logged; and the loss of this epoch where it is lost."""
        epochs = {name: list(v) for name, v in self.history.items()}
        known = epochs.get("loss", [])
        if self._lost and np.isfinite(known).all():
            last = float(self.trace.loss[-1])
            epochs["loss"] = known + ([] if np.isfinite(last) else [last])
        if not epochs:
            raise Unavailable("no epoch was finished")
        return History(epochs)

    @property
    def _lost(self) -> bool:
        """Whether weights that were finite are so no more."""
        trace = self.trace
        if trace.weight is None or not len(trace.steps):
            return False
        began, ended = np.isfinite(trace.weight[[0, -1]])
        return bool((began & ~ended).any())

    def _weights(self) -> non_finite.Weights:
        """The weights that are not finite; read only where there are any."""
        if self._lost:
            return non_finite.weights(self.model)
        return non_finite.Weights((), len(self.model.weights))

    def _write(self) -> None:
        extra = {
            "history": self.history,
            "seconds": self.seconds,
            "findings": self.findings,
        }
        for outlet in self._outlets:
            outlet(self.trace, extra)
