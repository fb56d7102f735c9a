"""One quantity of a run that leaves the range of the references."""

import dataclasses

from keras_troubleshoot.rules.words import number

TOLD = {
    "loss": "loss of the batches",
    "gradient": "norm of the gradient of",
    "update": "size of the updates, relative to the weights, of",
    "weight": "norm of the weights of",
    "dead": "share of dead units of",
    "saturated": "share of saturated values of",
    "seconds": "seconds of a step",
    "layer": "layer",
}


@dataclasses.dataclass(frozen=True)
class Difference:
    """A quantity that differs.

    Attributes:
        quantity: such as `gradient/dense`, `history/val_loss`, `seconds`, or
            `layer/dense` for one that is recorded in one of them only.
        unit: `"step"` or `"epoch"`; what `first` and `last` count.
        first: number of the first, from 0, of the phase in which it leaves
            the range.
        last: of that phase.
        value: mean of the run in that phase; None for a layer.
        low: the range of the references there, on the scale of `value`.
        high: likewise.
        excess: how many times as far from their centre as the range is wide,
            at most over all phases; above 1.
        position: where in the run it is, from 0 to 1.
        told: what more there is to say.
    """

    quantity: str
    unit: str
    first: int
    last: int
    value: float | None
    low: float | None
    high: float | None
    excess: float
    position: float = 0.0
    told: str = ""

    @property
    def kind(self) -> str:
        """What it is of: the first part of its name."""
        return self.quantity.split("/")[0]

    @property
    def above(self) -> bool:
        """Whether the run is above the range; NaN counts as above."""
        return self.value is not None and not self.value < (self.low or 0.0)

    @property
    def when(self) -> str:
        """The phase in words."""
        if self.first == self.last:
            return f"{self.unit} {self.first}"
        return f"{self.unit}s {self.first} to {self.last}"

    def __str__(self) -> str:
        name = self.quantity.partition("/")[2]
        what = f"{TOLD.get(self.kind, '')} {name}".strip()
        if self.value is None:
            return f"{what}: {self.told}"
        return (
            f"{self.when}: {what} {number(self.value)}, the reference has "
            f"{number(self.low)} to {number(self.high)}{self.told}"
        )
