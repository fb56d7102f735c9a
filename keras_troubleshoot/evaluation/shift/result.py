"""What a comparison of two data sets came to."""

import dataclasses

from keras_troubleshoot.evaluation.shift.testing import Moved
from keras_troubleshoot.report.figure import Figure

# Columns that are named in the text, and drawn.
NAMED = 10


@dataclasses.dataclass(frozen=True)
class DistributionShift:
    """Whether two data sets are of one distribution, and what moves.

    Attributes:
        shifted: whether they differ beyond chance in anything.
        auc: how well a classifier tells their inputs apart; 0.5 is chance.
        auc_interval: where it lies.
        p_value: chance of such an area without a shift.
        features: columns of the inputs, those that moved most first.
        labels: columns of the targets; none without targets.
        rows: of both data sets.
        drawn: rows of both that were looked at.
        level: chance that a shift is seen where there is none.
        confidence: of the interval.
        notes: sentences on what limits the result.
    """

    shifted: bool
    auc: float
    auc_interval: tuple[float, float]
    p_value: float
    features: tuple[Moved, ...]
    labels: tuple[Moved, ...]
    rows: tuple[int, int]
    drawn: tuple[int, int]
    level: float
    confidence: float
    notes: tuple[str, ...] = ()

    @property
    def moved(self) -> tuple[Moved, ...]:
        """Columns of inputs and targets that moved beyond chance."""
        return tuple(m for m in (*self.features, *self.labels) if m.moved)

    def summary(self) -> str:
        """The verdict with its numbers, in two sentences."""
        low, high = self.auc_interval
        verdict = (
            "The data sets are of different distributions"
            if self.shifted
            else "No shift between the data sets is seen beyond chance"
        )
        inputs = [each for each in self.features if each.moved]
        told = (
            f"{verdict}: a classifier tells their rows apart with an area "
            f"under the ROC curve of {self.auc:.3f} "
            f"({100 * self.confidence:.3g}% interval {low:.3f} to {high:.3f}; "
            f"0.5 is chance), and {len(inputs)} of {len(self.features)} "
            "features move."
        )
        if not self.labels:
            return told
        move = "move" if any(each.moved for each in self.labels) else "stay"
        return f"{told} The targets {move}."

    def __str__(self) -> str:
        named = [f"  {each}" for each in self.moved[:NAMED]]
        more = len(self.moved) - len(named)
        named += [f"  and {more} more"] * bool(more)
        return "\n".join([self.summary(), *named, *self.notes])

    def figure(self) -> Figure:
        """How far the columns move that move most."""
        most = (*self.labels, *self.features)
        most = sorted(most, key=lambda each: -each.distance)[:NAMED]
        return Figure(
            "bars",
            "How far features move",
            tuple(each.name for each in most),
            tuple(each.distance for each in most),
            "distance of the distributions, 0 to 1",
        )

    def page_blocks(self) -> tuple:
        """What the report shows of it."""
        from keras_troubleshoot.report.page import Paragraph
        from keras_troubleshoot.report.page import Table

        said = " ".join([self.summary(), *self.notes])
        names = ("feature", "first", "second", "distance", "p", "moved")
        rows = tuple(
            (
                each.name
                + ("" if each.category is None else f" = {each.category}"),
                each.before,
                each.after,
                each.distance,
                each.p_value,
                "yes" if each.moved else "no",
            )
            for each in (*self.labels, *self.features)[: 3 * NAMED]
        )
        table = Table("Means, or shares of a category", names, rows)
        return (Paragraph(said), self.figure(), table)

    def to_dict(self) -> dict:
        """Plain values, for JSON."""
        return dataclasses.asdict(self)
