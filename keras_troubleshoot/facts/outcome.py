"""What a training came to, in numbers that any model shares."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.neighbours import Signal
from keras_troubleshoot.facts.quality import quality


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The trained model, and the way there.

    Attributes:
        quality: of its predictions in inference for rows of the training,
            from 0 (a guess without knowledge) to 1, see `quality.quality`;
            None where it cannot be judged.
        validated: the same for validation rows; None without them.
        rows: how many rows were judged.
        varied: standard deviation of the predictions over the rows, relative
            to their size; 0 where all rows get the same.
        losses: training loss of each epoch.
        start: loss of the untrained model on one batch; None if unknown.
        steps: updates that were made; None if unknown.
        rates: learning rate at the end of each epoch.
        seconds: that `fit` took.
        finite: whether all weights are finite.
    """

    quality: float | None = None
    validated: float | None = None
    rows: int = 0
    varied: float | None = None
    losses: tuple[float, ...] = ()
    start: float | None = None
    steps: int | None = None
    rates: tuple[float, ...] = ()
    seconds: float = 0.0
    finite: bool = True

    @property
    def diverged(self) -> bool:
        """Whether the loss became NaN, or ended far above its beginning."""
        if not self.finite or not np.isfinite(self.losses).all():
            return True
        if not self.losses or self.start is None:
            return False
        best = min(self.start, *self.losses)
        scale = max(abs(self.start), abs(best), 1e-9)
        return self.losses[-1] - min(self.start, self.losses[0]) > 2 * scale

    @property
    def fall(self) -> float | None:
        """Share of the fall of the loss that the last epoch brought.

        Of the fall from the untrained model on; None before two epochs. Of a
        training that has settled it is a few percent at most.
        """
        if len(self.losses) < 2 or self.start is None:
            return None
        whole = self.start - self.losses[-1]
        if not np.isfinite(whole) or whole <= 0:
            return 0.0
        return float((self.losses[-2] - self.losses[-1]) / whole)

    @property
    def swing(self) -> float:
        """Mean rise from epoch to epoch, as a share of the whole range."""
        values = np.asarray(self.losses, "float64")
        if len(values) < 3 or not np.isfinite(values).all():
            return 0.0
        span = float(np.ptp([*values, self.start or values[0]]))
        rises = np.diff(values)
        return float(rises[rises > 0].sum() / max(span, 1e-12))


def reachable(signal: Signal | None) -> float | None:
    """The quality that neighbours or a linear model reach at least.

    Example:
        >>> reachable(None) is None
        True
    """
    if signal is None or not signal.found:
        return None
    best = max(
        (signal.score, signal.chance), (signal.linear, signal.linear_chance)
    )
    score, chance = best
    if not signal.classes:
        return float(max(score, 0) ** 2)
    return float(max(0.0, (score - chance) / max(1 - chance, 1e-9)))


def judged(head, predictions, true) -> tuple[float | None, float | None]:
    """Quality of predictions, and how much they vary from row to row."""
    made = np.asarray(predictions, "float64")
    rows = min(len(made), len(true))
    flat = made[:rows].reshape(rows, -1)
    varied = None
    if rows > 1 and np.isfinite(flat).all():
        size = float(np.abs(flat).mean()) or 1.0
        varied = float(flat.std(axis=0).max() / size)
    return quality(head, made[:rows], true[:rows]), varied
