"""What `compare_models` returns."""

import dataclasses

from keras_troubleshoot.debugging.comparing import telling
from keras_troubleshoot.debugging.comparing.causes.case import Cause
from keras_troubleshoot.debugging.comparing.causes.weighing import (
    WeightDifference,
)
from keras_troubleshoot.debugging.comparing.differences import Difference
from keras_troubleshoot.debugging.comparing.pairing import Transfer
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table


@dataclasses.dataclass(frozen=True)
class Compared:
    """One thing that both sides have, and how far it is apart.

    Attributes:
        a: name of the layer in `a`; for weights `layer/weight`.
        b: name in `b`.
        kind: class of the layer, or of what it is.
        difference: in numbers.
        relation: how that of `b` follows from that of `a`, if simply.
    """

    a: str
    b: str
    kind: str
    difference: Difference
    relation: str = ""

    @property
    def same(self) -> bool:
        """Whether rounding explains the difference."""
        return self.difference.same


@dataclasses.dataclass(frozen=True)
class Part:
    """One part of the comparison: the loss, the gradients, and so on.

    Attributes:
        name: of the part.
        compared: in the order in which they are computed.
        causes: of the first that differs, the most likely first.
    """

    name: str
    compared: tuple[Compared, ...] = ()
    causes: tuple[Cause, ...] = ()

    @property
    def first(self) -> Compared | None:
        """The first that differs; None where all agree."""
        return next((c for c in self.compared if not c.same), None)

    @property
    def same(self) -> bool:
        """Whether all agree."""
        return self.first is None


@dataclasses.dataclass(frozen=True)
class ModelComparison:
    """Where two implementations come apart first, and why.

    Attributes:
        outputs: of the layers, in the order of `a`.
        loss: of one training step; empty without targets.
        gradients: of that step, in backward order.
        updates: of the weights, by one step of each optimizer along the
            same gradients.
        statistics: moving averages after that step.
        weights: that differ before it.
        transfers: of weights that were copied from `b`.
        alignment: how the layers were paired.
        alone: names of layers without a partner, in `a` and in `b`.
        notes: what was not compared and why, and arguments that differ but
            did not show.
        rows: that both were given.
        stopped: whether the user interrupted it.
    """

    outputs: Part
    loss: Part
    gradients: Part
    updates: Part
    statistics: Part
    weights: tuple[WeightDifference, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    alignment: str = ""
    alone: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    notes: tuple[str, ...] = ()
    rows: int = 0
    stopped: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, in the order in which a difference spreads."""
        return (
            self.outputs,
            self.loss,
            self.gradients,
            self.updates,
            self.statistics,
        )

    @property
    def same(self) -> bool:
        """Whether nothing differs by more than rounding.

        False where no layers were paired, or it was interrupted before.
        """
        known = bool(self.outputs.compared)
        return known and all(part.same for part in self.parts)

    @property
    def differing(self) -> Part | None:
        """The part in which they come apart first; None for none."""
        return next((part for part in self.parts if not part.same), None)

    @property
    def first(self) -> Compared | None:
        """The first layer or weight that differs; None for none."""
        return self.differing.first if self.differing else None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Likely causes of that first difference, the most likely first."""
        return self.differing.causes if self.differing else ()

    def __str__(self) -> str:
        return "\n".join(telling.lines(self))

    def page_blocks(self) -> tuple:
        """The comparison as text and a table, for a page of a report."""
        columns = ("a", "b", "largest difference", "relative", "same")
        rows = tuple(
            (
                one.a,
                one.b,
                one.difference.max_abs,
                one.difference.relative,
                one.same,
            )
            for one in self.outputs.compared
        )
        table = Table("Outputs of the layers", columns, rows)
        return (Paragraph(str(self)), table)
