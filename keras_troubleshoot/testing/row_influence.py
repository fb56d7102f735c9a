"""Whether outputs of a row in inference heed the rows beside it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing import cross_gradients
from keras_troubleshoot.testing import determinism
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import Outputs

# Rows that are run alone.
ALONE = 4

MEND = (
    "look for what works across the first axis: a `reshape`, `transpose`, "
    "sum, mean or softmax over the batch, or BatchNormalization that is "
    "called with `training=True`"
)


class RowInfluence:
    """Looks for influence from row to row.

    Args:
        look: at the model.
        allowed: how far outputs of the same row may be apart in batches of
            the same size.
        loose: the same for other sizes and places.
    """

    def __init__(
        self,
        look: Look,
        allowed: comparing.Tolerance,
        loose: comparing.Tolerance,
    ):
        self.look, self.allowed, self.loose = look, allowed, loose
        self.runner, self.count = look.runner, look.rows
        self.base = look.by_row(look.outputs(self.runner.x()))

    def problem(self) -> str:
        """What is wrong, in a paragraph; empty for nothing."""
        found = self.replaced()
        if found:
            return found
        exact = comparing.Tolerance()
        # Numbers drawn in inference are those of a place, not of a row.
        if not determinism.randomness(self.look, exact):
            found = self.reversed() or self.alone()
        return found or self.on_the_way_back()

    def replaced(self) -> str:
        """Other rows beside some of them."""
        for kept in splits(self.count):
            order = self.with_others(np.flatnonzero(~kept))
            change = self.changed(order, kept)
            if change is not None:
                place = np.flatnonzero(kept)[change.place[0]]
                return self.told(int(place), order, change)
        return ""

    def with_others(self, places: np.ndarray) -> np.ndarray:
        """Which rows to run, with others in these places."""
        order = np.arange(self.count)
        spare = self.look.all_rows[self.count :]
        if len(spare) >= len(places):
            order[places] = spare[: len(places)]
        else:
            order[places] = (places + self.count // 2) % self.count
        return order

    def changed(self, order, kept) -> comparing.Change | None:
        """How outputs of some rows change in another batch."""
        after = self.look.outputs(self.runner.x(order))
        return comparing.compare(
            chosen(self.base, kept), chosen(after, kept), self.allowed
        )

    def told(self, row: int, order, change: comparing.Change) -> str:
        """What to say of a row that heeds others."""
        others = self.sources(row)
        source = "only when several others are replaced together"
        if others:
            names = ", ".join(str(self.look.number(o)) for o in others[:3])
            some = "each of " if len(others) > 1 else ""
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            source = f"already when {some}row {names}{more} is replaced"

        def differs(a, b):
            numeric = a.dtype.is_floating or a.dtype.is_integer
            if a.shape[:1] != (self.count,) or not numeric:
                return False
            one = {"": np.asarray(a)[[row]]}
            other = {"": np.asarray(b)[[row]]}
            return comparing.compare(one, other, self.allowed) is not None

        before = self.runner.record(self.runner.x())
        after = self.runner.record(self.runner.x(order))
        return (
            f"{self.intro()}, but output {change.output!r} of row "
            f"{self.look.number(row)} changes {change} when other rows "
            f"stand beside it, {source}"
            f"{comparing.origin(before, after, differs)}. To mend it, {MEND}."
        )

    def sources(self, row: int) -> list[int]:
        """The rows of which each one alone changes the outputs of a row."""
        kept = np.arange(self.count) == row
        found = []
        for other in range(self.count):
            order = self.with_others(np.array([other]))
            if other != row and self.changed(order, kept) is not None:
                found.append(other)
        return found

    def reversed(self) -> str:
        """The same rows in reverse order."""
        order = np.arange(self.count)[::-1]
        after = self.look.outputs(self.runner.x(order))
        change = comparing.compare(self.base, chosen(after, order), self.loose)
        if change is None:
            return ""
        row = self.look.number(change.place[0])
        return (
            f"{self.intro()}, but output {change.output!r} of row {row} "
            f"changes {change} when the rows come in reverse order: it "
            f"heeds the place in the batch. To mend it, {MEND}."
        )

    def alone(self) -> str:
        """Some rows, each in a batch of its own."""
        if self.look.fixed:
            return ""
        rows = np.unique(np.linspace(0, self.count - 1, ALONE).astype(int))
        for row in rows:
            told = f"row {self.look.number(int(row))}"
            one = np.array([row])
            try:
                after = self.named(self.runner.x(one))
            except Exception as error:
                return (
                    f"{self.intro()}, but {told} alone raises "
                    f"{type(error).__name__}: {first_lines(error)} To mend "
                    "it, let no `squeeze` drop the first axis of a batch of "
                    "one."
                )
            change = comparing.compare(
                chosen(self.base, one), after, self.loose
            )
            if change is not None:
                return (
                    f"{self.intro()}, but output {change.output!r} of {told} "
                    f"changes {change} when it is run alone: it heeds the "
                    f"size of the batch. To mend it, {MEND}."
                )
        return ""

    def named(self, x: Any) -> Outputs:
        """Outputs by name; raises what the model raises."""
        return self.look.named(self.runner.run(x))

    def on_the_way_back(self) -> str:
        """Gradients of the outputs of some rows by the inputs of others."""
        for kept in splits(self.count):
            found = cross_gradients.crossing(
                self.runner, kept, self.allowed.relative
            )
            if found is not None:
                return (
                    f"{self.intro()}, but the gradient of outputs of other "
                    f"rows by `{found.input}` of row "
                    f"{self.look.number(found.row)} is {number(found.size)} "
                    f"(that by their own {number(found.own)}). To mend it, "
                    f"{MEND}, or a gradient of your own."
                )
        return ""

    def intro(self) -> str:
        """What was expected."""
        return (
            f"Inference of {self.look.model.name!r} on a row must not depend "
            f"on the other {counted(self.count - 1, 'row')} of its batch "
            f"({self.allowed})"
        )


def splits(count: int) -> Iterator[np.ndarray]:
    """Ways to keep some rows, such that each pair is parted both ways.

    Example:
        >>> [kept.astype(int).tolist() for kept in splits(3)]
        [[0, 1, 0], [1, 0, 1], [0, 0, 1], [1, 1, 0]]
    """
    rows = np.arange(count)
    for bit in range(max(1, (count - 1).bit_length())):
        kept = (rows >> bit) & 1 == 1
        yield kept
        yield ~kept


def chosen(outputs: Outputs, rows) -> Outputs:
    """Some rows of all outputs."""
    return {name: values[rows] for name, values in outputs.items()}
