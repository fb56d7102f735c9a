"""What `compare_curves` returns: whether a curve stays in the band."""

import dataclasses

import numpy as np

from keras_troubleshoot.report import page
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@dataclasses.dataclass(frozen=True, eq=False)
class CurveComparison:
    """A curve beside those of good trainings.

    Attributes:
        metric: its name.
        values: the curve over the epochs that all have, shape (epochs,).
        low: the band, shape (epochs,).
        high: likewise.
        centre: the middle of the references, shape (epochs,).
        references: how many.
        band: how the band was made, in words.
        note: what limits the comparison; may be empty.
    """

    metric: str
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    centre: np.ndarray
    references: int
    band: str
    note: str = ""

    @property
    def outside(self) -> np.ndarray:
        """Whether each epoch is outside of the band; NaN is."""
        return ~((self.values >= self.low) & (self.values <= self.high))

    @property
    def ok(self) -> bool:
        """Whether the whole curve stays in the band."""
        return not self.outside.any()

    @property
    def epoch(self) -> int | None:
        """The first epoch that leaves the band, from 0; None if none does."""
        return None if self.ok else int(np.argmax(self.outside))

    @property
    def summary(self) -> str:
        """The result in a sentence."""
        against = counted(self.references, "reference")
        epochs = counted(len(self.values), "epoch")
        if self.ok:
            return (
                f"`{self.metric}` stays in the band of {against} over "
                f"{epochs}: {self.band}."
            )
        at, many = self.epoch, int(self.outside.sum())
        return (
            f"`{self.metric}` leaves the band of {against} in epoch {at} "
            f"(from 0): {number(self.values[at])}, where "
            f"{number(self.low[at])} to {number(self.high[at])} is expected"
            f"{self.far(at)}; {many} of {epochs} are outside. The band: "
            f"{self.band}."
        )

    def far(self, at: int) -> str:
        """How far one epoch is from the middle, for a sentence."""
        if not np.isfinite(self.values[at]) or not self.centre[at]:
            return ""
        share = (self.values[at] - self.centre[at]) / abs(self.centre[at])
        more = "more" if share > 0 else "less"
        return f" ({percent(abs(share))} {more} than their middle)"

    def __str__(self) -> str:
        return f"{self.summary} {self.note}".strip()

    def page_blocks(self) -> tuple[page.Block, ...]:
        """What the report shows of it."""
        epochs = tuple(range(len(self.values)))
        drawn = [
            tuple(part.tolist())
            for part in (self.centre, self.low, self.high, self.values)
        ]
        figure = Figure(
            "curve",
            f"{self.metric} beside the references",
            ("references", "this run"),
            ((epochs, *drawn[:3]), (epochs, drawn[3])),
            self.metric,
            "epoch",
        )
        return page.Paragraph(str(self)), figure
