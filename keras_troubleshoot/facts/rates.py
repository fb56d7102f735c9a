"""The learning rate over a run, sampled before it starts."""

import contextlib
import dataclasses
import io
import math
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import ownership
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import purity
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts.fit_call import FitCall
from keras_troubleshoot.facts.run_length import RunLength

# Evenly spaced steps at which a schedule is asked; each takes about 0.3 ms.
PLACES = 65
# Epochs for which the function of a LearningRateScheduler is asked at most.
MOST_EPOCHS = 2000
# Steps at which it is asked where the length of the run is not known.
UNKNOWN_LENGTH = (0, 1, 10, 100, 1000)
# How far beyond the run a schedule is asked, in lengths of the run.
BEYOND = (1.0, 1.5, 2, 3, 5, 10, 30, 100, 300)


@dataclasses.dataclass(frozen=True, eq=False)
class Rates:
    """Learning rates, and when they hold.

    Attributes:
        source: `constant`, `schedule` or `callback`.
        name: class of the schedule or callback; empty for a constant.
        steps: steps since the start of the run at which a rate begins.
        values: the rates at these steps.
        total: steps of the run; None where nobody can know.
        options: numbers that the schedule was made with.
        beyond: rates after the run, by step.
        sets_rate: class of a user's callback that may change all this.
    """

    source: str
    values: np.ndarray
    steps: np.ndarray
    name: str = ""
    total: int | None = None
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    beyond: dict[int, float] = dataclasses.field(default_factory=dict)
    sets_rate: str = ""

    @property
    def known(self) -> bool:
        """Whether these are the rates that the run will have."""
        return not self.sets_rate

    @property
    def peak(self) -> float:
        """The largest rate."""
        finite = self.values[np.isfinite(self.values)]
        return float(finite.max()) if len(finite) else math.nan

    @property
    def weights(self) -> np.ndarray:
        """For how many steps each rate holds."""
        ends = np.append(self.steps[1:], self.total or self.steps[-1] + 1)
        return np.maximum(ends - self.steps, 0)

    @property
    def travelled(self) -> float | None:
        """Sum of the rates of all steps; None where it cannot be known."""
        if self.total is None:
            return None
        return float((self.values * self.weights).sum())

    def share(self, chosen: np.ndarray) -> float:
        """Share of the run in which a condition on `values` holds."""
        weights = self.weights
        return float(weights[chosen].sum() / max(1, weights.sum()))


def measure(
    optimizer: Any, fit: FitCall | None, length: RunLength | None
) -> Rates | None:
    """The rates of a run; None where they cannot be known.

    Args:
        optimizer: of Keras, not one of several.
        fit: the arguments of `fit`, where there are any.
        length: of the run, where it is known.
    """
    inner = keras_internals.inner_optimizer(optimizer)
    first, _ = keras_internals.learning_rate(inner)
    callbacks = fit.callbacks if fit is not None else ()
    own = next((c.class_name for c in callbacks if c.sets_rate), "")
    scheduler = next((c for c in callbacks if c.schedule is not None), None)
    schedule = keras_internals.schedule(inner)
    if scheduler is not None and schedule is None:
        found = by_callback(scheduler, fit, length, first)
    elif schedule is not None:
        found = by_schedule(schedule, inner, length)
    elif first is not None:
        total = length.total if length else None
        found = Rates(
            "constant", np.array([first]), np.zeros(1, int), "", total
        )
    else:
        return None
    return found and dataclasses.replace(found, sets_rate=own)


def by_schedule(schedule, optimizer, length) -> Rates | None:
    """The rates of a compiled `LearningRateSchedule`."""
    ours = ownership.is_foreign(type(schedule))
    if not ours and not purity.harmless(schedule):
        return None
    total = length.total if length else None
    start, dtype = keras_internals.iterations(optimizer)
    places = spread(total) if total else np.array(UNKNOWN_LENGTH)
    after = [int(total * times) for times in BEYOND] if total else []
    try:
        with quiet(schedule):
            rates = [
                ask(schedule, start + int(step), dtype)
                for step in (*places, *after)
            ]
    except Exception:
        return None
    return Rates(
        "schedule",
        np.array(rates[: len(places)]),
        places,
        type(schedule).__name__,
        total,
        plain_options(schedule),
        dict(zip(after, rates[len(places) :], strict=True)),
    )


def ask(schedule, step: int, dtype: str) -> float:
    """The rate of one step."""
    import keras

    return float(schedule(keras.ops.convert_to_tensor(step, dtype)))


def spread(total: int) -> np.ndarray:
    """Steps of a run: evenly, and densely at its start."""
    even = np.linspace(0, total - 1, min(PLACES, total)).round().astype(int)
    early = 2 ** np.arange(int(math.log2(max(1, total - 1))) + 1)
    return np.unique([*even, *early[early < total]])


def plain_options(schedule) -> dict[str, Any]:
    """The plain numbers among the arguments of a schedule."""
    try:
        config = schedule.get_config()
    except Exception:
        return {}
    return {
        name: value
        for name, value in config.items()
        if isinstance(value, bool | int | float | list | tuple)
    }


def by_callback(scheduler, fit, length, first) -> Rates | None:
    """The rates of a `LearningRateScheduler`, epoch by epoch."""
    function = scheduler.schedule
    if not purity.harmless(function):
        return None
    epochs = range(fit.initial_epoch, fit.epochs)[:MOST_EPOCHS]
    rates, rate = [], first
    try:
        with quiet(function):
            for epoch in epochs:
                rate = asked_as_keras_does(function, epoch, rate)
                rates.append(rate)
    except Exception:
        return None
    steps = length.steps if length else None
    places = np.arange(len(rates)) * (steps or 1)
    total = length.total if length else None
    if not rates:
        return None
    return Rates(
        "callback", np.array(rates), places, scheduler.class_name, total
    )


def asked_as_keras_does(function, epoch: int, rate: float | None) -> float:
    """The rate of an epoch: with the last rate, or without."""
    try:
        return float(function(epoch, rate))
    except TypeError:
        return float(function(epoch))


@contextlib.contextmanager
def quiet(function):
    """Runs a user's function; nothing that it changes or prints remains."""
    with (
        randomness.preserved(function),
        private.untraced(),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        yield
