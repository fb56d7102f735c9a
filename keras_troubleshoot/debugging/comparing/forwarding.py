"""Compares the outputs of all layers of two runs."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import differences
from keras_troubleshoot.debugging.comparing import layouts
from keras_troubleshoot.debugging.comparing import likeness
from keras_troubleshoot.debugging.comparing import tolerance
from keras_troubleshoot.debugging.comparing.aligning import Alignment
from keras_troubleshoot.debugging.comparing.causes import finding
from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.differences import Difference
from keras_troubleshoot.debugging.comparing.records import Run
from keras_troubleshoot.debugging.comparing.result import Compared
from keras_troubleshoot.debugging.comparing.result import Part


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """One pair of records with their difference.

    Attributes:
        places: of the records, in `a` and in `b`.
        target: the output of `b` in the layout of `a`.
        allowed: how much each feature may differ.
        difference: in numbers.
    """

    places: tuple[int, int]
    target: np.ndarray
    allowed: Any
    difference: Difference


class Forward:
    """The outputs of both sides, paired and compared.

    Args:
        a: the run of `a`.
        b: the run of `b`.
        alignment: of their records.
        moved: the run of `a` with rounding; None where the user gives the
            tolerance.
        tolerances: rtol and atol of the user; None for the default.
    """

    def __init__(
        self,
        a: Run,
        b: Run,
        alignment: Alignment,
        moved: Run | None,
        tolerances: tuple,
    ):
        self.a, self.b, self.alignment = a, b, alignment
        self.moved, self.tolerances = moved, tolerances
        self.ours_first = bool(a.channels_first)
        self.theirs_first = which_first(a, b, alignment)
        self.flats = self.followed()
        measured = [self.measure(i, j) for i, j in alignment.pairs]
        self.measured = self.settled(measured) if alignment.free else measured

    def followed(self) -> list[tuple]:
        """For each record of `a`, the shape of the picture it flattens."""
        layout = layouts.Layout(self.ours_first, self.theirs_first)
        flats = []
        for record in self.a.records:
            layout.follow(record)
            flats.append(layout.flat)
        return flats

    def measure(self, i: int, j: int) -> Measured:
        """The difference of one pair."""
        ours, theirs = self.a.records[i].output, self.b.records[j].output
        layout = layouts.Layout(
            self.ours_first, self.theirs_first, self.flats[i]
        )
        target = layout.turned(theirs, ours.shape)
        if likeness.bare(target.shape) == likeness.bare(ours.shape):
            target = target.reshape(ours.shape)
        allowed = self.allowed(i, target)
        return Measured(
            (i, j), target, allowed, differences.measure(ours, target, allowed)
        )

    def allowed(self, place: int, target: np.ndarray) -> Any:
        """How much each feature may differ."""
        if self.moved is None:
            rtol, atol = self.tolerances
            return differences.by_user(target, rtol or 0.0, atol or 0.0)
        return tolerance.allowed(
            self.a.records[place].output, self.moved.records[place].output
        )

    def settled(self, measured: list[Measured]) -> list[Measured]:
        """Pairs that differ, with a neighbour without partner that does not.

        One side may have an activation, or a padding, as a layer of its own.
        """
        found = list(measured)
        for place, one in enumerate(measured):
            if one.difference.same:
                continue
            other = self.better(found, place)
            if other is not None:
                found[place] = other
        return found

    def better(self, found: list[Measured], place: int) -> Measured | None:
        """A neighbouring record of the same output; None for none."""
        i, j = found[place].places
        taken = [{m.places[side] for m in found} for side in (0, 1)]
        sides = (self.a.records, self.b.records)
        for side, (start, records) in enumerate(
            zip((i, j), sides, strict=True)
        ):
            for step in (1, -1):
                at = start + step
                while 0 <= at < len(records) and at not in taken[side]:
                    pair = (at, j) if side == 0 else (i, at)
                    tried = self.measure(*pair)
                    if tried.difference.same:
                        return tried
                    at += step
        return None

    @property
    def first(self) -> Measured | None:
        """The first pair that differs."""
        return next((m for m in self.measured if not m.difference.same), None)

    def partners(self) -> dict[str, str]:
        """Layers of `b` by those of `a`, without calls and outputs."""
        found: dict[str, str] = {}
        for one in self.measured:
            ours = self.a.records[one.places[0]]
            theirs = self.b.records[one.places[1]]
            other = theirs.layer.name if theirs.layer else theirs.name
            found.setdefault(ours.layer.name, other)
        return found

    def case(self, weights: dict, training: bool) -> Case | None:
        """The first difference, with all that is known of it."""
        if self.first is None:
            return None
        i, j = self.first.places
        ours = self.a.records[i]
        return Case(
            ours,
            self.b.records[j],
            self.first.target,
            self.first.allowed,
            self.first.difference,
            training,
            weights.get(ours.layer.name),
        )

    def part(self, weights: dict, training: bool) -> Part:
        """The comparison of the outputs, with the causes of the first."""
        case = self.case(weights, training)
        relation = finding.relation_of(case) if case else ""
        causes = finding.causes(case, relation) if case else ()
        compared = tuple(
            self.told(one, relation if one is self.first else "")
            for one in self.measured
        )
        return Part("outputs", compared, causes)

    def told(self, one: Measured, relation: str) -> Compared:
        """One pair as plain values."""
        ours = self.a.records[one.places[0]]
        theirs = self.b.records[one.places[1]]
        kind = "model" if ours.whole else ours.kind
        return Compared(ours.name, theirs.name, kind, one.difference, relation)

    def alone(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of records without a partner, on both sides."""
        sides = []
        for side, run in enumerate((self.a, self.b)):
            taken = {one.places[side] for one in self.measured}
            sides.append(
                tuple(
                    record.name
                    for place, record in enumerate(run.records)
                    if place not in taken and not record.whole
                )
            )
        return sides[0], sides[1]


def which_first(a: Run, b: Run, alignment: Alignment) -> bool:
    """Whether the pictures of `b` have their channels first."""
    if b.channels_first is not None or b.records[0].layer is not None:
        return bool(b.channels_first)
    pairs = [
        (a.records[i].output, b.records[j].output) for i, j in alignment.pairs
    ]
    return layouts.theirs_first(bool(a.channels_first), pairs)
