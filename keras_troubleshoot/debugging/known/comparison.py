"""What `compare_to_known` returns: where a value stands, and what it means."""

import dataclasses

from keras_troubleshoot.debugging.known.known_result import written
from keras_troubleshoot.debugging.known.standing import Standing

MEANING = {
    "far below": "Look for a bug before anything is tuned: simple models, or "
    "the same model elsewhere, do far better. `kts.check` and "
    "`kts.overfit_batch` come first, then the data that the model is fed.",
    "below": "Worse than published, by more than chance: compare "
    "pre-processing, augmentation, schedule and length of the training with "
    "those of the source.",
    "within": "As published, or between published results.",
    "above": "Better than published, by more than chance: make sure that the "
    "test set, its size and the metric are those of the source.",
    "far above": "Too good to be believed: suspect leakage. Look for rows of "
    "the test set in the training set, for inputs that hold the target, and "
    "for a choice of the model by the test set.",
}
# Results that are told.
TOLD = 8


@dataclasses.dataclass(frozen=True)
class KnownComparison:
    """A value beside what is known.

    Attributes:
        value: that was compared; of shares, a share of 1.
        metric: which it is of.
        dataset: its name.
        verdict: `"far below"`, `"below"`, `"within"`, `"above"` or `"far
            above"`; below is always worse.
        meaning: what follows from it, in words.
        standings: beside each published result, the most trusted first.
        interval: of 95%, due to the size of the test set; None where the
            metric is no share.
        rows: rows of the test set that the interval stands for.
        caution: what weakens the comparison; may be empty.
    """

    value: float
    metric: str
    dataset: str
    verdict: str
    meaning: str
    standings: tuple[Standing, ...]
    interval: tuple[float, float] | None = None
    rows: int | None = None
    caution: str = ""

    @property
    def ok(self) -> bool:
        """Whether the value is neither far below nor far above."""
        return not self.verdict.startswith("far")

    def __str__(self) -> str:
        value = f"{self.metric} {written(self.value, self.metric)}"
        if self.interval:
            low, high = (written(v, self.metric) for v in self.interval)
            value += f" ({low} to {high} with {self.rows:,} test rows)"
        lines = [
            f"{self.dataset}: {value} is {self.verdict} what is known. "
            f"{self.meaning}",
            *([self.caution] if self.caution else []),
            *(f"  {each}" for each in self.standings[:TOLD]),
        ]
        if len(self.standings) > TOLD:
            lines.append(f"  and {len(self.standings) - TOLD} more")
        return "\n".join(lines)
