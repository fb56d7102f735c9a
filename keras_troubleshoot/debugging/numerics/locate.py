"""Replays a training step, and names where it stops being finite."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.numerics import updates
from keras_troubleshoot.debugging.numerics.causes import cause
from keras_troubleshoot.debugging.numerics.culprits import culprits
from keras_troubleshoot.debugging.numerics.location import Location
from keras_troubleshoot.facts import bad_values
from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import non_finite
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import risks
from keras_troubleshoot.facts import unsafe
from keras_troubleshoot.facts.origins import Origin
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.passes import as_fed
from keras_troubleshoot.facts.sample import Sample
from keras_troubleshoot.facts.whole_step import WholeStep
from keras_troubleshoot.facts.whole_step import whole_step


def locate(
    model: Any, x: Any, y: Any = None, sample_weight: Any = None
) -> Location | None:
    """Names the first operation of a training step that is not finite.

    The step is run once, eagerly and outside XLA, operation by operation,
    and nothing is updated. From the loss or the gradient that is not finite
    it is walked back to where finite numbers became so; an infinite number
    that does no harm, such as a score that a softmax makes zero, is passed
    over. Rows that cause it are found by halving the batch.

    Random operations, such as Dropout, draw other numbers than the step
    that failed.

    Args:
        model: a Keras model; compiled, its loss is part of the step, and a
            `train_step` of its own is run.
        x: inputs of one batch: an array, or a nested structure of arrays,
            of shape (rows, ...).
        y: targets of the batch; None for none.
        sample_weight: weights of the rows; None for none.

    Returns:
        The location; None where the step and its update are finite.

    Raises:
        ValueError: if the arrays are not equally long.
        Exception: what the step raises.

    Example:
        ```python
        print(locate(model, x[:32], y[:32]))
        ```
    """
    batch = checked(x, y, sample_weight)
    building.build(model, batch)
    with own_state.preserved(model):
        replay = Replay(model, batch)
        done = replay.step()
        if done.failure is not None:
            raise done.failure
        if done.finite:
            return updates.broken_update(model, done, replay.count)
        return replay.location(done)


def checked(x, y, sample_weight) -> Sample:
    """One batch, as arrays."""
    parts = [
        nests.transform(np.asarray, part) for part in (x, y, sample_weight)
    ]
    lengths = {len(a) for part in parts for a in nests.arrays(part)}
    if len(lengths) != 1:
        raise ValueError(
            "`x`, `y` and `sample_weight` must be arrays of equally many "
            f"rows, received: {sorted(lengths)} rows. To mend it, give one "
            "batch, such as `x[:32], y[:32]`."
        )
    return Sample(*parts, rows=lengths.pop())


class Replay:
    """Runs the step of one batch, or of some of its rows."""

    def __init__(self, model, batch: Sample):
        self.model, self.batch = model, batch
        self.count = batch.rows
        self.runner = Runner(model, batch, rows=batch.rows)

    def step(self, rows=None) -> WholeStep:
        """The step of some rows; None for all."""
        rows = slice(None) if rows is None else np.asarray(rows)
        x, y, weight = (
            nests.transform(lambda a: as_fed(a[rows]), part)
            for part in (self.batch.x, self.batch.y, self.batch.sample_weight)
        )
        return whole_step(self.runner, x, y, weight)

    def location(self, done: WholeStep) -> Location:
        """Where a step that is not finite stops being so."""
        bad = bad_values.first_bad(done, self.model)
        if bad is None or bad.operation is None:
            bad = self.given(done, bad)
        found = non_finite.described(done, bad, self.model)
        if bad is None:
            bad = bad_values.Bad(None, Origin(""))
        where = f"weight {bad.weight!r}" if bad.weight else found.where
        known = Location(
            what=found.what,
            operation=found.operation,
            where=where,
            path=bad.origin.path,
            line=bad.origin.line,
            place=found.place,
            low=found.low,
            high=found.high,
            dtype=found.dtype,
            backward=bad.backward,
            rows=() if bad.weight else self.rows(bad),
            count=self.count,
        )
        return cause(known, done, bad, self.model)

    def given(self, done: WholeStep, bad):
        """Of data that are not finite: the operation that they reach."""
        if bad is None or bad.weight:
            return bad
        recorder = done.recorder
        for operation in recorder.operations:
            if any(t is bad.tensor for t in operation.inputs):
                origin = recorder.origin(operation)
                phase = recorder.phase_of(operation)
                return bad_values.Bad(
                    operation, origin, phase, tensor=bad.tensor
                )
        return bad

    def rows(self, bad) -> tuple[int, ...]:
        """The examples that cause it."""
        direct = self.direct_rows(bad)
        if 0 < len(direct) < self.count:
            return direct
        if keras_internals.fixed_batch(self.model) or self.count < 2:
            return ()
        if all(self.is_bad([row]) for row in (0, self.count - 1)) and (
            len(direct) == self.count
        ):
            return ()
        return culprits(self.count, self.is_bad)

    def direct_rows(self, bad) -> tuple[int, ...]:
        """The rows that can be read off the operation itself."""
        if bad.operation is None:
            return ()
        if not bad.backward:
            return bad_values.bad_rows(bad.tensor, self.count)
        risk = risks.NAMES.get(bad.operation.type)
        if risk is None:
            return ()
        return near_rows(bad.operation, self.count)

    def is_bad(self, rows) -> bool:
        """Whether the step of some rows is not finite."""
        done = self.step(rows)
        return done.failure is None and not done.finite


def near_rows(operation, count: int) -> tuple[int, ...]:
    """Rows whose argument is where the gradient breaks down."""
    argument = operation.inputs[risks.DENOMINATOR.get(operation.type, 0)]
    if not argument.shape.rank or argument.shape[0] != count:
        return ()
    numbers = unsafe.as_numbers(argument).reshape(count, -1)
    limit = risks.FROM_BELOW.get(operation.type, 0.0)
    if operation.type in ("Acos", "Asin", "Atanh"):
        hit = np.abs(numbers) >= 1
    else:
        hit = numbers == limit
    return tuple(int(row) for row in np.flatnonzero(hit.any(axis=1)))
