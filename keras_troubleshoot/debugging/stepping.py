"""`kts.debugging.step_through`: layer by layer, to the first that fails."""

import bdb
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import look as looking
from keras_troubleshoot.debugging import refusals
from keras_troubleshoot.debugging.walk import Row
from keras_troubleshoot.debugging.walk import Walk
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import own_step
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.loss_behaviour import crosses
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import Recorder
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.rules.shapes import said


def step_through(
    model: Any, x: Any = None, y: Any = None, pause: bool = False
) -> Walk:
    """Goes through a model layer by layer, and stops where it fails.

    The first thing to do with a model that does not run, or runs and makes
    no sense: shapes, types and ranges show where it goes wrong. The model
    runs eagerly on a few rows; nothing of it is changed.

    Args:
        model: a `keras.Model`, or a function without arguments that builds
            one: it is called, and the calls of layers in it are shown with
            their shapes.
        x: what `fit` takes; needed with a model.
        y: targets: a training step is gone through, with the loss and the
            gradient of each weight, or the model's own `train_step`. The
            update is withheld.
        pause: whether Python's debugger is entered after each layer, where
            `layer`, `inputs` and `outputs` are at hand.

    Returns:
        The rows, silent broadcasts, and why it stopped; `print` shows them
        as a table.

    Raises:
        TypeError: if `model` is neither a Keras model nor a function.
        ValueError: if `x` is missing or cannot be read.
        RuntimeError: if Keras runs on another backend than TensorFlow.

    Example:
        ```python
        print(kts.debugging.step_through(model, x, y))
        print(kts.debugging.step_through(build_model))
        ```
    """
    subjects.require_backend()
    if not keras_internals.is_model(model) and callable(model):
        return through_function(model, pause)
    subjects.require_model(model)
    if x is None:
        raise ValueError(
            "`x` must be given with a model, received: x=None. To mend it, "
            "pass what `fit` takes: `step_through(model, x, y)`."
        )
    sample = looking.read(x, y, None)
    if not all(layer.built for layer in keras_internals.all_layers(model)):
        # What refuses to be built is gone through on symbols.
        building = through_function(
            lambda: keras_internals.build(model, sample.x), False
        )
        if building.failure:
            return building
    with own_state.preserved(model):
        runner = Runner(model, sample)
        return Stepper(pause, runner.rows).through_model(runner)


def through_function(function: Callable, pause: bool) -> Walk:
    """The calls of layers while a function builds a model."""
    stepper = Stepper(pause, None)
    result = error = None
    with randomness.preserved(), stepper.listening():
        try:
            result = function()
        except Exception as raised:
            error = raised
    name = getattr(function, "__name__", "")
    named = f"`{name}`" if name.isidentifier() else "building the model"
    return stepper.walk(error, named, result)


class Stepper:
    """Notes each call of a layer.

    Args:
        pause: whether to enter the debugger after each.
        rows: rows of the batch; None for tensors without values.
    """

    def __init__(self, pause: bool, rows: int | None):
        self.pause = pause
        self.rows = rows
        self.found: list[Row] = []
        self.open: list[tuple[Any, Row, float]] = []
        self.failed: tuple[Any, Row] | None = None
        self.crossings: dict[str, str] = {}

    def listening(self):
        """Watches the layers of this thread."""
        return keras_scopes.watched_calls(self.enter, self.leave, self.fail)

    def through_model(self, runner: Runner) -> Walk:
        """Inference, or with targets a training step."""
        recorder, where = Recorder(), f"`{runner.model.name}`"
        error = None
        with self.listening(), runner.quiet(), recorder.listening():
            try:
                if runner.sample.y is None:
                    failure = runner.record().failure
                elif keras_internals.own_step(runner.model):
                    where = "`train_step`"
                    failure = own_step.own_step(runner) and None
                else:
                    failure = self.training(runner)
                if failure is not None:
                    error = failure.error
                    named = {"loss": "the loss", "backward": "the gradients"}
                    where = named.get(failure.phase, where)
            except Exception as raised:
                error = raised
        self.note_crossings(recorder)
        return self.walk(error, where)

    def training(self, runner: Runner):
        """A training step: notes loss and gradients, gives its failure."""
        step = forward.step(runner)
        if step.loss is not None:
            kind = type(runner.model.loss).__name__
            kind = runner.model.loss if kind == "str" else kind
            odd = "" if np.isfinite(step.loss) else "not finite"
            row = Row("loss", kind, outputs=("()",), low=step.loss, note=odd)
            row.high = row.low
            self.found.append(row)
        for path, norm in step.gradients.items():
            told = "no gradient" if norm is None else f"norm {norm:.3g}"
            self.found.append(Row(path, "gradient", note=told))
        return step.failure

    def enter(self, layer, args, kwargs):
        """A layer is called."""
        self.failed = None
        depth = sum(not keras_internals.is_model(x) for x, *_ in self.open)
        row = Row(
            layer.name,
            type(layer).__name__,
            inputs=self.shapes((args, kwargs)),
            depth=depth,
        )
        if shown(layer):
            self.drop(row)
            self.found.append(row)
        self.open.append((layer, row, time.perf_counter()))

    def drop(self, row: Row) -> None:
        """Leaves out an earlier call just like this one, on symbols."""
        if self.rows is None:
            self.found = [
                old
                for old in self.found
                if (old.name, old.inputs) != (row.name, row.inputs)
            ]

    def leave(self, layer, args, kwargs, outputs):
        """A layer returned."""
        _, row, begin = self.open.pop()
        row.seconds = time.perf_counter() - begin
        row.outputs = self.shapes(outputs)
        made = tensors(outputs)
        if made:
            row.dtype = str(getattr(made[0].dtype, "name", made[0].dtype))
        if made and keras_internals.have_values(made):
            row.low, row.high, row.note = span(made)
        if self.pause and shown(layer):
            paused(layer, (args, kwargs), outputs)

    def fail(self, layer):
        """A layer raised; the innermost is the one that failed."""
        _, row, begin = self.open.pop()
        row.seconds = time.perf_counter() - begin
        if self.failed is None:
            row.note = "failed"
            self.failed = (layer, row)
            if row not in self.found:
                self.found.append(row)

    def shapes(self, structure) -> tuple[str, ...]:
        """The shapes of all tensors, as text."""
        return tuple(
            said(tuple("n" if n is None else n for n in t.shape), self.rows)
            for t in tensors(structure)
        )

    def note_crossings(self, recorder: Recorder) -> None:
        """Operations that met each row with every other."""
        for done in recorder.operations:
            if crosses(done, self.rows, recorder):
                met = " with ".join(
                    said(tuple(t.shape), self.rows) for t in done.inputs
                )
                made = said(tuple(done.outputs[0].shape), self.rows)
                where = f"layer {done.layer!r}" if done.layer else "the step"
                told = f"in {where}, {done.type} meets {met} and makes {made}."
                self.crossings.setdefault(where, told)

    def walk(self, error, where: str, result=None) -> Walk:
        """All that was noted."""
        layer, row = self.failed or (None, None)
        told = ""
        if isinstance(error, bdb.BdbQuit):
            told = "It was left from the debugger."
        elif error is not None:
            shapes = row.inputs if row else ()
            told = refusals.sentence(error, layer, shapes, where)
        return Walk(
            tuple(self.found),
            told,
            layer.name if error is not None and layer is not None else "",
            tuple(self.crossings.values()),
            result,
            error,
        )


def shown(layer) -> bool:
    """Whether a layer has a row: models and declared inputs have none."""
    inputs = type(layer).__name__ == "InputLayer"
    return not inputs and not keras_internals.is_model(layer)


def span(made) -> tuple[float | None, float | None, str]:
    """Smallest and largest number of some tensors, and what is odd."""
    values = [np.asarray(t) for t in made]
    numbers = [v.ravel() for v in values if v.dtype.kind not in "OSU"]
    numbers = [v.astype("float64") for v in numbers if v.size]
    if not numbers:
        return None, None, ""
    joined = np.concatenate(numbers)
    finite = joined[np.isfinite(joined)]
    bad = len(joined) - len(finite)
    note = f"{bad} of {len(joined)} not finite" if bad else ""
    if not len(finite):
        return None, None, note
    return float(finite.min()), float(finite.max()), note


def paused(layer, inputs, outputs) -> None:
    """Enters the debugger: `layer`, `inputs`, `outputs`; `c` goes on."""
    with warnings.catch_warnings():
        breakpoint()
