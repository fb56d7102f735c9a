"""Inputs and outputs with an axis of steps, changed and cut at a step."""

import functools
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as profiles
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing import input_units
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import Outputs

# Each cut is tried so many times, in other rows and with other values.
TURNS = 3
# Rows of a batch in which each has a cut of its own.
WIDEST = 32


def matching(
    look: Look, axis: int, names: Sequence[str] | None
) -> list[tuple[int, list[Array]]]:
    """Numbers of steps, each with the inputs that have as many.

    Args:
        look: at a model.
        axis: of the steps.
        names: of the inputs to take; None for all.

    Raises:
        ValueError: if there is no such input, or no output with as many
            steps as one.
    """
    arrays = profiles.profile(look.sample).inputs
    arrays = [a for a in arrays if names is None or is_named(a, names)]
    if not arrays:
        every = [a.name for a in profiles.profile(look.sample).inputs]
        raise ValueError(
            f"`inputs` must name inputs of the model, received: {names!r}, "
            f"while there are {every}. To mend it, take some of these."
        )
    outputs = look.by_row(look.outputs(look.runner.x()))
    made = {n for n in (steps_of(v, axis) for v in outputs.values()) if n}
    given = {n for n in (steps_of(a.values, axis) for a in arrays) if n}
    found = sorted(n for n in made & given if n > 1)
    if not found:
        shapes = {a.name: a.values.shape for a in arrays}
        shapes |= {name: v.shape for name, v in outputs.items()}
        told = ", ".join(f"{name}: {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"`model` must give an output for each step of an input (axis "
            f"{axis}, two steps at least), received: {told}. To mend it, "
            "return sequences, as with `return_sequences=True`, or pass "
            "another `axis`."
        )
    return [
        (n, [a for a in arrays if steps_of(a.values, axis) == n]) for n in found
    ]


def is_named(array: Array, names: Sequence[str]) -> bool:
    """Whether an input is meant by one of some names."""
    names = [names] if isinstance(names, str) else names
    return any(array.name in (name, f"x[{name!r}]") for name in names)


def steps_of(values: np.ndarray, axis: int) -> int:
    """How many steps an array has; 0 without that axis."""
    return values.shape[axis] if values.ndim > axis else 0


class Steps:
    """The steps of some inputs and outputs of equal length.

    Args:
        look: at a model.
        axis: of the steps.
        length: how many steps.
        arrays: the inputs that have as many.
    """

    def __init__(self, look: Look, axis: int, length: int, arrays: list[Array]):
        self.look, self.axis, self.length = look, axis, length
        self.arrays = {id(array.values): array for array in arrays}
        self.others = {
            id(array.values): input_units.others(array, look.rows)
            for array in arrays
        }
        self.require_other_values()

    def require_other_values(self) -> None:
        """Raises unless there are other values for some input.

        Raises:
            ValueError: if there are none.
        """
        rows = slice(self.look.rows)
        if not any(
            (other != array.values[rows]).any()
            for key, array in self.arrays.items()
            for other in self.others[key]
        ):
            raise ValueError(
                f"`x` must hold different values, received: the same number "
                f"everywhere in {self.names}. To mend it, pass rows that "
                "differ."
            )

    @property
    def names(self) -> str:
        """The inputs as the user would write them."""
        return ", ".join(f"`{array.name}`" for array in self.arrays.values())

    @functools.cached_property
    def order(self) -> np.ndarray:
        """Rows of the sample for a batch; each may stand in it repeatedly."""
        rows = self.look.rows
        if self.look.fixed:
            return np.arange(rows)
        numbers = sum(a.features for a in self.arrays.values())
        most = int(np.clip(passes.MOST_NUMBERS // numbers, 1, WIDEST))
        return np.arange(max(rows, min(most, self.length - 1))) % rows

    @functools.cached_property
    def base(self) -> Outputs:
        """The outputs of this batch, nothing changed."""
        return self.outputs(self.x(self.order))

    @functools.cached_property
    def hidden(self) -> np.ndarray:
        """Which steps of each row of the sample are padding for a layer.

        What is predicted for these counts for nothing: attention that may
        look nowhere looks everywhere.
        """
        rows = np.arange(self.look.rows)
        shape = len(rows), self.length
        found = np.zeros(shape, bool)
        for call in self.look.runner.record(self.x(rows)).recorder.calls:
            for tensor in call.outputs:
                mask = getattr(tensor, "_keras_mask", None)
                if mask is not None and tuple(mask.shape) == shape:
                    found |= ~np.asarray(mask, bool)
        return found

    def chunks(self, steps: range) -> Iterator[range]:
        """Steps, as many at a time as a batch has rows."""
        for start in range(0, len(steps), len(self.order)):
            yield steps[start : start + len(self.order)]

    def alone(self, row: int) -> np.ndarray:
        """A batch that begins with a row, and ends there if it may."""
        count = self.look.rows if self.look.fixed else 1
        return (row + np.arange(count)) % self.look.rows

    def x(
        self, order, later: Mapping[int, range] | None = None, turn: int = 0
    ) -> Any:
        """Inputs for a batch, with other values at some steps.

        Args:
            order: rows of the sample.
            later: steps to change, by the place of a row in the batch.
            turn: which other values to take.
        """

        def made(values):
            rows = values[order].copy()
            if id(values) in self.others:
                other = self.others[id(values)][turn % 2][order]
                for place, steps in (later or {}).items():
                    part = self.part(slice(steps.start, steps.stop))
                    rows[place][part] = other[place][part]
            return passes.as_fed(rows)

        return nests.transform(made, self.look.sample.x)

    def part(self, steps: slice) -> tuple[slice, ...]:
        """The index of some steps in one row."""
        return (slice(None),) * (self.axis - 1) + (steps,)

    def outputs(self, x: Any) -> Outputs:
        """The outputs that have these steps."""
        return {
            name: values
            for name, values in self.look.outputs(x).items()
            if steps_of(values, self.axis) == self.length
        }

    def until(self, outputs: Outputs, place: int, step: int) -> Outputs:
        """The outputs of one row of a batch up to a step."""
        part = self.part(slice(0, step + 1))
        return {
            name: values[place][part]
            for name, values in outputs.items()
            if steps_of(values, self.axis) == self.length
        }

    def visible(self, outputs: Outputs, place, row, step) -> Outputs:
        """The same without the steps that are padding."""
        kept = ~self.hidden[row, : step + 1]
        cut = self.until(outputs, place, step)
        return {
            name: np.compress(kept, values, self.axis - 1)
            for name, values in cut.items()
        }

    def heeded(self, row: int, step: int, turn: int, allowed) -> int | None:
        """The first later step that alone changes an output at a step."""
        order = np.full(len(self.order), row)
        before = self.outputs(self.x(order))
        for some in self.chunks(range(step + 1, self.length)):
            alone = {i: range(later, later + 1) for i, later in enumerate(some)}
            after = self.outputs(self.x(order, alone, turn))
            for place, later in enumerate(some):
                one = self.until(before, place, step)
                other = self.until(after, place, step)
                if comparing.compare(one, other, allowed):
                    return later
        return None

    def parts_before(self, step: int, allowed) -> Callable[[Any, Any], bool]:
        """Whether two tensors with these steps differ up to one of them."""

        def differs(one, other):
            numeric = one.dtype.is_floating or one.dtype.is_integer
            if not numeric or steps_of(np.asarray(one), self.axis) != (
                self.length
            ):
                return False
            before, after = (
                self.until({"": np.asarray(t)}, 0, step) for t in (one, other)
            )
            return comparing.compare(before, after, allowed) is not None

        return differs
