"""One `fit` under supervision."""

import dataclasses
import inspect
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import aftermath
from keras_troubleshoot.debugging import deeper
from keras_troubleshoot.debugging import look as looking
from keras_troubleshoot.debugging import meanwhile
from keras_troubleshoot.debugging import settling
from keras_troubleshoot.debugging.explaining import OF_ERRORS
from keras_troubleshoot.debugging.explaining import explain
from keras_troubleshoot.debugging.fit_arguments import calling_line
from keras_troubleshoot.debugging.fit_arguments import parts
from keras_troubleshoot.debugging.fit_arguments import replay
from keras_troubleshoot.facts import fit_call
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import streams
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.learned import learned
from keras_troubleshoot.facts.pace import pace
from keras_troubleshoot.facts.sample import UnreadableData
from keras_troubleshoot.facts.unit_states import unit_states
from keras_troubleshoot.remedies import workshop
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Skipped

# Rules that look at each epoch when it ends.
MEANWHILE = ("loss-metric-disagree",)
# Rules that look at what the training did: tried again after it.
AFTERWARDS = (
    "labels-misaligned",
    "loss-metric-disagree",
    "non-finite-values",
    "over-regularized",
    "batch-normalization-statistics",
    "train-step-loss-missing",
    "model-too-small",
    "model-too-large",
    "loss-diverging",
    "loss-oscillating",
    "loss-plateaued",
    "predictions-constant",
    "underfitting",
    "overfitting",
    "slow-input-pipeline",
    "vanishing-gradients",
    "exploding-gradients",
    "dead-relu",
    "saturated-activations",
    "learning-rate-too-high",
    "learning-rate-too-low",
    "batch-size-unsuitable",
    "too-few-epochs",
)


class WatchedFit:
    """Looks, lets `fit` run, and looks again.

    Attributes:
        model_name: the name of the model.
        look: what was found before it started; None where nothing could be.
        location: the line that called `fit`.
        problem: why the data could not be read; None where they could.
        raised: the `id` of the exception that ended it; None for none.
    """

    def __init__(self, model, original, args, kwargs, rules, confirm=None):
        self.confirm = confirm
        self.arguments: dict[str, Any] = {}
        self.start: list[np.ndarray] | None = None
        self.steps: int | None = None
        self.rates: list[float] = []
        self.seconds = 0.0
        self.done = False
        self.model = model
        self.model_name = getattr(model, "name", type(model).__name__)
        self.original = original
        self.args, self.kwargs = args, kwargs
        self.rules = rules
        self.location = calling_line()
        self.look: looking.Look | None = None
        self.problem: UnreadableData | None = None
        self.skipped_all = ""
        self.parts: tuple = ()
        self.epochs: dict[str, list[float]] = {}
        self.extra: list[Finding] = []
        self.raised: int | None = None

    @property
    def findings(self) -> list[Finding]:
        """What was found, with the line of the script."""
        found = [*(self.look.findings if self.look else ()), *self.extra]
        return [
            dataclasses.replace(f, location=f.location or self.location)
            for f in found
        ]

    @property
    def examined(self) -> list[str]:
        """Ids of the rules that were examined."""
        return list(self.look.examined) if self.look else []

    @property
    def skipped(self) -> list[Skipped]:
        """The rules that were not, and why."""
        if self.look is not None:
            return self.look.skipped
        return [Skipped(name, self.skipped_all) for name in self.rules]

    def run(
        self,
        tell: Callable[[], None],
        explained: Callable[[BaseException], bool],
    ) -> Any:
        """Trains, and returns or raises what `fit` does.

        Args:
            tell: called whenever there may be new findings.
            explained: whether an exception has its finding already.
        """
        self.look_before()
        tell()
        self.watch_epochs(tell)
        begin, counted = time.perf_counter(), self.updates()
        try:
            result = self.original(self.model, *self.args, **self.kwargs)
        except BaseException as error:
            self.raised = id(error)
            if not explained(error):
                self.look_at(error)
                tell()
            self.done = True
            raise
        self.seconds = time.perf_counter() - begin
        if counted is not None:
            self.steps = max(0, (self.updates() or 0) - counted)
        self.look_after()
        tell()
        self.done = True
        return result

    def updates(self) -> int | None:
        """How many updates the optimizer has made so far."""
        optimizer = getattr(self.model, "optimizer", None)
        counter = getattr(optimizer, "iterations", None)
        return None if counter is None else int(counter)

    def look_before(self) -> None:
        """Checks model and data; whatever goes wrong, `fit` goes on."""
        try:
            arguments = self.bound()
            try:
                self.look_at_data(arguments)
            except UnreadableData:
                if not inspect.isgenerator(arguments.get("x")):
                    raise
                self.look_at_data(self.peeked(arguments))
        except UnreadableData as problem:
            self.problem = problem
            self.skipped_all = str(problem)
        except Exception as error:
            self.skipped_all = (
                f"the model could not be looked at ({type(error).__name__}: "
                f"{error})"
            )

    def look_at_data(self, arguments: dict[str, Any]) -> None:
        """Checks the model with what `fit` was given."""
        self.parts = parts(arguments)
        self.arguments = arguments
        x, y, weight, validation = self.parts
        self.look = looking.look(
            self.model,
            x,
            y,
            weight,
            validation,
            fit=fit_call.describe(arguments),
            rules=self.rules,
        )
        self.start = self.model.get_weights()

    def bound(self) -> dict[str, Any]:
        """The arguments of `fit` by name."""
        signature = inspect.signature(self.original)
        bound = signature.bind(self.model, *self.args, **self.kwargs)
        return dict(bound.arguments)

    def peeked(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The first batches of a generator that only `fit` can go on with.

        One that was started cannot be read beside. What it draws of random
        numbers that others draw of too, it now draws earlier.
        """
        first, rest = streams.peek(
            arguments["x"], limit=looking.ROWS, seconds=looking.SECONDS
        )
        if self.args:
            self.args = (replay(rest), *self.args[1:])
        else:
            self.kwargs = self.kwargs | {"x": replay(rest)}
        return arguments | {"x": replay(first)}

    def watch_epochs(self, tell) -> None:
        """Adds a callback that looks at each epoch when it ends."""
        if self.look is None:
            return
        callbacks = self.kwargs.get("callbacks")
        as_list = callbacks is None or isinstance(callbacks, list | tuple)
        # The sixth argument of `fit`; nobody gives it by position.
        if not as_list or len(self.args) > 5:
            return

        def ended(logs: dict[str, float]) -> None:
            for name, value in logs.items():
                self.epochs.setdefault(name, []).append(value)
            self.rates.append(keras_internals.rate_now(self.model.optimizer))
            self.look.facts.add(history=self.history)
            self.look.conclude([n for n in MEANWHILE if n in self.rules])
            tell()

        given = list(callbacks or ())
        given.append(meanwhile.epoch_end(ended))
        self.kwargs = self.kwargs | {"callbacks": given}

    def look_after(self) -> None:
        """Looks at what the training did."""
        if self.look is None:
            return
        facts = self.look.facts
        facts.add(
            raised=None,
            history=self.history,
            learned=lambda: self.learned(facts),
            outcome=lambda: aftermath.outcome(facts, self.model, self),
            units=lambda: unit_states(facts.runner.record()),
            pace=lambda: pace(facts.data, self.seconds, self.steps),
        )
        again = [n for n in (*AFTERWARDS, *OF_ERRORS) if n in self.rules]
        try:
            with own_state.preserved(self.model):
                self.look.conclude(again)
                if deeper.unexplained_nan(self.look, self.model):
                    deeper.look(self.look, self.parts, self.rules)
                settling.settle(self, self.confirm)
        except Exception as error:
            reason = f"it could not be measured ({type(error).__name__})"
            self.look.skipped += [Skipped(name, reason) for name in again]

    def shop(self) -> workshop.Workshop:
        """Where copies of this program are repaired.

        Raises:
            Unavailable: if model and data are not at hand.
        """
        if self.model is None or self.look is None or self.start is None:
            raise Unavailable(
                "the model and the data of this `fit` are not at hand, as "
                "they could not be read, or another `fit` came after it; "
                "call `session.try_fixes()` right after the `fit`"
            )
        return workshop.Workshop(
            self.model,
            self.start,
            self.parts,
            self.arguments,
            self.look.facts,
        )

    def look_at(self, error: BaseException) -> None:
        """Explains an exception of `fit`."""
        if isinstance(error, Exception):
            try:
                with own_state.preserved(self.model):
                    found = explain(error, self.look, self.problem, self.rules)
            except Exception:
                # The user's exception must not give way to one of ours.
                found = explain(error, None, self.problem, self.rules)
            self.extra += found

    def history(self) -> History:
        """What was logged so far."""
        record = getattr(self.model, "history", None)
        logged = dict(getattr(record, "history", {}) or {})
        epochs = self.epochs or logged
        if not epochs:
            raise Unavailable("no epoch was finished")
        return History(epochs)

    def learned(self, facts: Facts):
        """What the one output learned."""
        heads = facts.heads
        if len(heads) != 1:
            raise Unavailable("several outputs")
        made = meanwhile.predictions(facts, self.model).get(heads[0].name)
        return learned(facts.history, heads[0], made)

    def forget(self) -> None:
        """Lets go of the model and the data."""
        self.model = self.args = self.kwargs = None
        self.parts, self.arguments, self.start = (), {}, None
        if self.look is not None:
            self.look.facts = None
