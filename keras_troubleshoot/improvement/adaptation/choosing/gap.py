"""How far apart two domains are."""

import dataclasses

from keras_troubleshoot.rules.words import percent


@dataclasses.dataclass(frozen=True)
class DomainGap:
    """How far apart two domains are; `str` of it says it in words.

    Attributes:
        distance: the proxy A-distance: 0 where a linear classifier cannot
            tell the domains apart, 2 where it always can.
        low: the lower end of its interval.
        high: the upper end.
        error: balanced error of the classifier on rows that it was not
            trained on.
        rows: of source and target that were looked at.
        where: what it looked at: the inputs, or the features of a layer.
        confidence: of the interval.
    """

    distance: float
    low: float
    high: float
    error: float
    rows: tuple[int, int]
    where: str = "the inputs"
    confidence: float = 0.95

    @property
    def apart(self) -> bool:
        """Whether the domains are told apart beyond chance."""
        return self.low > 0

    def __str__(self) -> str:
        told = (
            f"A linear classifier tells the domains apart by {self.where} in "
            f"{percent(1 - self.error)} of held-out rows (50% is chance): "
            f"proxy A-distance {self.distance:.2f} of at most 2 "
            f"({100 * self.confidence:.3g}% interval {self.low:.2f} to "
            f"{self.high:.2f}; {self.rows[0]:,} and {self.rows[1]:,} rows)."
        )
        if not self.apart:
            told += " No gap is seen beyond chance."
        return told
