"""Operations of the user's that break down on some numbers."""

import dataclasses
import time

import numpy as np

from keras_troubleshoot.facts import bad_values
from keras_troubleshoot.facts import intervals
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import relations
from keras_troubleshoot.facts import risks
from keras_troubleshoot.facts.passes import MOST_NUMBERS
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.ranges import Ranges
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.facts.whole_step import WholeStep
from keras_troubleshoot.facts.whole_step import whole_step

# How sure it is that an argument gets to where the operation breaks down.
SEEN = "seen"  # It did, on rows of the sample, and made NaN or infinity.
REACHED = "reached"  # In training it will, by rounding or cutting off.
POSSIBLE = "possible"  # Nothing keeps it from there.

# Seconds for steps on the rest of the sample, and rows of the first ones.
SECONDS = 2.0
MANY = 256
# Steps with batches as `fit` makes them.
FEW = 8
# Logarithms meet zero by underflow already: a probability of a class.
UNDERFLOWING = ("log", "log1p", "arccos", "arcsin", "arctanh")


@dataclasses.dataclass(frozen=True)
class Unsafe:
    """An operation of the user's that breaks down on some numbers.

    Attributes:
        operation: such as `log`.
        where: layer, loss or step that it stands in.
        place: the user's line, in words; empty for none.
        path: file of this line; empty for none.
        line: its number; 0 for none.
        low: the least that its argument can be, as far as is known.
        high: the largest that it can be.
        seen_low: the least that it was, on the sample.
        seen_high: the largest that it was.
        limit: the number that it must keep away from.
        harm: `value`, `gradient` or `overflow`.
        certainty: `SEEN`, `REACHED` or `POSSIBLE`.
        guarded: whether a `where` guards its value, but not its gradient.
        rows: rows of the sample that broke it, as far as they can be told.
    """

    operation: str
    where: str
    place: str
    path: str
    line: int
    low: float
    high: float
    seen_low: float
    seen_high: float
    limit: float
    harm: str
    certainty: str
    guarded: bool = False
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        at = f", {self.place}" if self.place else ""
        return (
            f"{self.certainty}: {self.operation} in {self.where}{at}: its "
            f"argument ranges from {self.low:.3g} to {self.high:.3g}, seen "
            f"{self.seen_low:.3g} to {self.seen_high:.3g}; it must keep "
            f"away from {self.limit:.3g}"
        )


@dataclasses.dataclass(eq=False)
class Suspect:
    """An operation that may break down, and what was seen of it."""

    operation: object
    risk: risks.Risk
    interval: intervals.Interval
    guarded: bool
    low: float = intervals.INF
    high: float = -intervals.INF
    hit: bool = False
    rows: dict[int, None] = dataclasses.field(default_factory=dict)
    broken: bool = False

    def see(self, operation) -> None:
        """Notes what its argument was in another step."""
        array = as_numbers(operation.inputs[self.risk.argument])
        array = array[~np.isnan(array)]
        if array.size:
            self.low = min(self.low, float(array.min()))
            self.high = max(self.high, float(array.max()))
            self.hit = self.hit or bool(risks.near(self.risk, array).any())


def as_numbers(tensor) -> np.ndarray:
    """The numbers of a tensor, also of those that NumPy has no type for."""
    array = np.asarray(tensor)
    return array if array.dtype.kind in "fiu" else array.astype("float32")


def unsafe(
    runner: Runner, done: WholeStep, batch: int = 32, seconds: float = SECONDS
) -> tuple[Unsafe, ...]:
    """The operations of the user's that break down on some numbers.

    What Keras and TensorFlow do by themselves, in layers and losses of
    their own, is left alone.

    Args:
        runner: of the model.
        done: a recorded training step.
        batch: rows of a batch of `fit`.
        seconds: that further steps on the sample may take.

    Returns:
        What was found, the most certain first.
    """
    suspects = suspected(runner, done)
    if not suspects:
        return ()
    look_further(runner, suspects, batch, seconds)
    recorder = done.recorder
    found = [told(suspect, recorder) for suspect in suspects.values()]
    order = [SEEN, REACHED, POSSIBLE]
    return tuple(
        sorted(
            (one for one in found if one is not None),
            key=lambda one: order.index(one.certainty),
        )
    )


def suspected(runner: Runner, done: WholeStep) -> dict[tuple, Suspect]:
    """The user's operations that can break down, by where they stand."""
    recorder = done.recorder
    own = [
        operation
        for operation in recorder.operations
        if operation.type in risks.NAMES and recorder.origin(operation).own
    ]
    if not own:
        return {}
    ranges = Ranges(done, runner.model, runner.sample)
    found: dict[tuple, Suspect] = {}
    for operation in own:
        parts = [ranges.of(tensor) for tensor in operation.inputs]
        risk = risks.risk(operation, parts)
        if risk is None:
            continue
        part = parts[risk.argument]
        later = recorder.operations[recorder.place(operation) :]
        argument = operation.inputs[risk.argument]
        guarded = relations.guarding(operation, argument, later, ranges)
        known = found.get(key(operation, recorder))
        if known is None or known.risk.reach < risk.reach:
            suspect = Suspect(operation, risk, part, guarded)
            found[key(operation, recorder)] = suspect
        found[key(operation, recorder)].see(operation)
    return found


def key(operation, recorder) -> tuple:
    """What an operation is known by from step to step."""
    return operation.type, operation.layer, recorder.origin(operation)


def look_further(runner, suspects, batch: int, seconds: float) -> None:
    """Runs steps on the sample, and notes what breaks."""
    end = time.monotonic() + seconds
    for count, rows in enumerate(portions(runner, batch)):
        if count and time.monotonic() > end:
            return
        done = whole_step(runner, runner.x(rows), targets(runner, rows))
        if done.failure is not None:
            return
        for operation in done.recorder.operations:
            known = suspects.get(key(operation, done.recorder))
            if known is not None:
                known.see(operation)
        blame(runner, done, suspects, rows)


def blame(runner, done: WholeStep, suspects, rows) -> None:
    """Notes which suspect made a step not finite."""
    bad = bad_values.first_bad(done, runner.model)
    if bad is None or bad.operation is None:
        return
    known = suspects.get(key(bad.operation, done.recorder))
    if known is None:
        return
    known.broken = True
    argument = as_numbers(bad.operation.inputs[known.risk.argument])
    if argument.ndim and len(argument) == len(rows):
        hit = risks.near(known.risk, argument).reshape(len(rows), -1)
        known.rows.update(dict.fromkeys(rows[hit.any(axis=1)].tolist()))


def targets(runner, rows):
    """The targets of some rows; None for none."""
    return None if runner.sample.y is None else runner.y(rows)


def portions(runner: Runner, batch: int):
    """Which rows of the sample to run together, in turn."""
    good = finite_rows(runner.sample)
    fixed = keras_internals.fixed_batch(runner.model)
    numbers = sum(
        int(np.prod(a.shape[1:], dtype=int)) for a in tensors(runner.sample.x)
    )
    most = max(runner.rows, MOST_NUMBERS // max(numbers, 1))
    batch = fixed or min(batch, most)
    wide = fixed or max(batch, min(MANY, most))
    chunks = [good[i : i + batch] for i in range(0, len(good), batch)][:FEW]
    if wide > batch:
        chunks += [good[i : i + wide] for i in range(0, len(good), wide)]
    for chunk in chunks:
        if not fixed or len(chunk) == fixed:
            yield chunk


def finite_rows(sample) -> np.ndarray:
    """Rows of the sample without NaN and infinity."""
    arrays = [np.asarray(a) for a in tensors((sample.x, sample.y))]
    good = np.ones(min(len(a) for a in arrays), bool)
    for array in arrays:
        if array.dtype.kind == "f":
            flat = array[: len(good)].reshape(len(good), -1)
            good &= np.isfinite(flat).all(axis=1)
    return np.flatnonzero(good)


def told(suspect: Suspect, recorder) -> Unsafe | None:
    """What is to be said of a suspect; None for nothing."""
    certainty = how_certain(suspect)
    if certainty is None:
        return None
    risk, operation = suspect.risk, suspect.operation
    origin = recorder.origin(operation)
    guarded = suspect.guarded and certainty != SEEN
    return Unsafe(
        operation=risk.name,
        where=where(operation, recorder),
        place=origin.place,
        path=origin.path,
        line=origin.line,
        low=suspect.interval.low,
        high=suspect.interval.high,
        seen_low=suspect.low,
        seen_high=suspect.high,
        limit=risk.limit,
        harm=risks.GRADIENT if guarded else risk.harm,
        certainty=certainty,
        guarded=suspect.guarded,
        rows=tuple(suspect.rows),
    )


def how_certain(suspect: Suspect) -> str | None:
    """How sure a suspect breaks down; None where it does not."""
    risk, part = suspect.risk, suspect.interval
    if suspect.broken:
        return SEEN
    if suspect.hit or not part.known:
        # It was there, and no harm came of it; or nothing is known.
        return None
    if suspect.guarded and not part.flows:
        return None
    if risk.harm == risks.OVERFLOW:
        return POSSIBLE if suspect.high > risk.limit / 2 else None
    rounds = risk.name in UNDERFLOWING
    needed = intervals.RARELY if rounds else intervals.READILY
    if part.free and risk.attained and risk.reach >= needed:
        return REACHED
    return POSSIBLE


def where(operation, recorder) -> str:
    """The part of the program that an operation stands in."""
    origin, phase = recorder.origin(operation), recorder.phase_of(operation)
    layer = operation.within
    if phase and phase != "penalty" and layer is None:
        return phase if phase.startswith("loss") else f"`{phase}`"
    if layer is None:
        return "the model"
    if keras_internals.is_model(layer):
        return f"operation {origin.name!r}" if origin.name else "the model"
    return f"layer {layer.name!r}"
