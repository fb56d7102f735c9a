"""The function that trains, with parts built in that measure."""

import functools
from typing import Any
from typing import NamedTuple

import tensorflow as tf

from keras_troubleshoot.debugging.instrument import keras_step
from keras_troubleshoot.debugging.instrument import layout as layouts
from keras_troubleshoot.debugging.instrument.probe import Probe
from keras_troubleshoot.debugging.instrument.probe import Taps

# How an iterator says that it has ended; no failure.
ENDED = StopIteration, tf.errors.OutOfRangeError


class Part:
    """Something that measures; see the package for when each method runs."""

    def attach(self, model: Any) -> None:
        """Builds the part into what trains a compiled model."""
        attach(model, self)

    def detach(self) -> None:
        """Puts back what trained the model before; does so once."""
        instrument = vars(self).get("instrument")
        if instrument is not None:
            instrument.close()

    def begin(self, model: Any) -> None:
        """A new training begins."""

    def feed(self) -> Any:
        """Tensors for `before` and `after`; made outside XLA."""
        return ()

    def before(self, probe: Probe, fed: Any) -> None:
        """Before the model's own step, inside the compiled one."""

    def after(self, probe: Probe, fed: Any) -> Any:
        """After the model's own step; returns tensors of floats."""
        return ()

    def took(self, data: Any, fed: Any, result: Any) -> None:
        """After the compiled step, outside XLA."""

    def ran(self, steps: int) -> None:
        """On the host, after up to `steps` more steps."""

    def end(self) -> None:
        """The training has ended, or it broke off."""


class Fed(NamedTuple):
    """What is handed into the compiled step."""

    data: Any
    parts: tuple


class Returned(NamedTuple):
    """What the compiled step returns."""

    logs: Any
    parts: tuple


class Instrument:
    """Stands in for `model.train_function`, and measures meanwhile.

    Attributes:
        parts: what measures.
    """

    def __init__(self, model: Any, parts: list[Part]):
        self.model, self.parts = model, tuple(parts)
        self.signature = keras_step.signature(model)
        self._step, self._taps = model.train_step, Taps(model)
        self._function = keras_step.train_function(
            model, self._inside, self._around
        )
        self._previous = self._fit = None

    @functools.cached_property
    def layout(self) -> layouts.Layout:
        """The layers that are measured; asked for when all are built."""
        return layouts.layout(self.model)

    def fits(self, model: Any, parts: list[Part]) -> bool:
        """Whether it was made for these parts, and the model is the same."""
        now = keras_step.signature(model)
        return (
            self.model is model
            and len(self.parts) == len(parts)
            and all(a is b for a, b in zip(self.parts, parts, strict=True))
            and all(a is b for a, b in zip(self.signature, now, strict=True))
        )

    def open(self) -> None:
        """Takes the place of the model's function."""
        self._previous = self.model.train_function
        self._fit = getattr(self.model, "history", None)
        self.model.train_function = self
        for part in self.parts:
            part.instrument = self

    @property
    def current(self) -> bool:
        """Whether the `fit` that it was opened in still runs.

        Each `fit` sets a new `History`.
        """
        return getattr(self.model, "history", None) is self._fit

    def withdraw(self) -> None:
        """Gives the place back."""
        if self.model.train_function is self:
            self.model.train_function = self._previous
        self._previous = self._fit = None

    def close(self) -> None:
        """Gives the place back, and ends the parts."""
        self.withdraw()
        for part in self.parts:
            if vars(part).get("instrument") is self:
                part.instrument = None
                part.end()

    def __call__(self, iterator: Any) -> Any:
        """Trains on what an iterator gives next."""
        if not self.current:
            # A `fit` without the parts, after one that broke off.
            self.close()
            self.model.make_train_function()
            return self.model.train_function(iterator)
        try:
            logs = self._function(iterator)
        except ENDED:
            raise
        except BaseException:
            self.close()
            raise
        for part in self.parts:
            part.ran(self.model.steps_per_execution)
        return logs

    def _around(self, call):
        """What is called with a batch in place of the compiled step."""

        def step(data):
            feeds = tuple(part.feed() for part in self.parts)
            returned = call(Fed(data, feeds))
            if not isinstance(returned, Returned):
                return returned
            # Where the data have ended, no step was done: nothing may count.
            with tf.control_dependencies(tf.nest.flatten(returned.parts)):
                for part, fed, result in zip(
                    self.parts, feeds, returned.parts, strict=True
                ):
                    part.took(data, fed, result)
            return returned.logs

        return step

    def _inside(self, given):
        """The model's own step, with the parts around it."""
        if not isinstance(given, Fed):
            return self._step(given)
        probe = Probe(self.model, lambda: self.layout)
        pairs = list(zip(self.parts, given.parts, strict=True))
        with probe.listening(), self._taps.open():
            for part, fed in pairs:
                part.before(probe, fed)
            logs = self._step(given.data)
        return Returned(logs, tuple(part.after(probe, f) for part, f in pairs))


def attach(model: Any, part: Part) -> Instrument:
    """Builds a part into what trains a model, beside those that are in it.

    Args:
        model: compiled and built.
        part: not in another model's training at the time.

    Returns:
        The instrument; its `layout` says what is measured.
    """
    parts, made = [], model.train_function
    if isinstance(made, Instrument):
        if made.current:
            parts = [p for p in made.parts if p is not part]
            made.withdraw()
        else:
            made.close()
    parts.append(part)
    part.begin(model)
    known = vars(part).get("kept")
    if known is None or not known.fits(model, parts):
        known = Instrument(model, parts)
    part.kept = known
    known.open()
    return known
