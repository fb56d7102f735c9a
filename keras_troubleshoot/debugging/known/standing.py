"""Where a value stands beside one published result."""

import dataclasses

from keras_troubleshoot.debugging.known.known_result import KnownResult
from keras_troubleshoot.debugging.known.known_result import written

# Of errors that are no shares, by how much two sound trainings of the same
# model may differ (heuristic; the published spread over seeds is 1% to 2%).
SPREAD = 0.05


@dataclasses.dataclass(frozen=True)
class Standing:
    """A value beside a published one.

    Attributes:
        known: the published result.
        place: `"below"` where the value is worse, `"above"` where it is
            better, by more than chance; else `"within"`.
        gap: how much better it is than the published range, in the unit of
            the metric; negative where it is worse; 0 inside.
    """

    known: KnownResult
    place: str
    gap: float

    def __str__(self) -> str:
        known = self.known
        note = f" ({known.note})" if known.note else ""
        return (
            f"{self.place:6}  {known.architecture}: {known.told}{note}"
            f"{self.distance}; {known.trust}; {known.source}, {known.url}"
        )

    @property
    def distance(self) -> str:
        """How far it is, for a sentence."""
        if self.place == "within":
            return ""
        gap = written(abs(self.gap), self.known.metric)
        gap = gap.replace("%", " points") if gap != "1%" else "1 point"
        return f", {gap} {'worse' if self.gap < 0 else 'better'}"


def standing(
    known: KnownResult, value: float, interval: tuple[float, float] | None
) -> Standing:
    """Compares a value with one published result.

    Args:
        known: the published result.
        value: of the same metric.
        interval: its uncertainty; None where that is not known, and
            `SPREAD` takes its place.

    Returns:
        Where it stands.
    """
    low, high = interval or (value * (1 - SPREAD), value * (1 + SPREAD))
    sign = 1 if known.more_is_better else -1
    if high < known.low:
        gap, side = value - known.low, -1
    elif low > known.high:
        gap, side = value - known.high, 1
    else:
        return Standing(known, "within", 0.0)
    place = "above" if side * sign > 0 else "below"
    return Standing(known, place, sign * gap)
