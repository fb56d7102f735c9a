"""One remedy, tried against the unchanged program."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.remedies import short_run
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.finding import Finding

# What counts as a clear gain: this share of the way from the unchanged
# program to perfection, and of the scale itself. Held out are some hundred
# rows, whose accuracy varies by 0.02 from chance. Heuristic, checked against
# the trials of healthy programs.
CLOSED = 0.2
LEAST = 0.05
# Without a scale: the loss falls below this share of the other one.
LOWER = 0.7


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """What a remedy came to.

    Attributes:
        finding: the diagnosis that it mends.
        title: what it does.
        code: lines of Keras code that do it.
        before: runs of the unchanged program, one for each seed.
        after: runs of the changed one, with the same batches.
        loss_changed: whether the losses cannot be compared.
        remedy: the remedy itself.
    """

    finding: Finding
    title: str
    code: tuple[str, ...]
    before: tuple[short_run.Run, ...]
    after: tuple[short_run.Run, ...]
    loss_changed: bool = False
    remedy: Any = None

    @property
    def gains(self) -> tuple[float, ...]:
        """Of each seed: quality gained, or log ratio of the losses."""
        pairs = zip(self.before, self.after, strict=False)
        return tuple(gain(b, a, self.loss_changed) for b, a in pairs)

    @property
    def gain(self) -> float:
        """Mean gain."""
        return float(np.mean(self.gains)) if self.gains else 0.0

    @property
    def spread(self) -> float:
        """Standard deviation of the gain over the seeds."""
        return float(np.std(self.gains)) if self.gains else 0.0

    @property
    def helped(self) -> bool:
        """Whether it clearly helped."""
        return self.clear(self.before)

    @property
    def harmed(self) -> bool:
        """Whether it clearly made things worse."""
        return self.gain < -LEAST - self.spread

    def clear(self, before) -> bool:
        """Whether the runs are clearly better than some others."""
        pairs = list(zip(before, self.after, strict=False))
        return bool(pairs) and all(
            better(b, a, self.loss_changed) for b, a in pairs
        )

    @property
    def told(self) -> str:
        """What the trial came to, in one or two sentences."""
        if not self.after:
            return f"{self.title}: it could not be tried on a sample."
        made = self.before[0].steps, self.after[0].steps
        steps = f"{made[1]} steps"
        if made[0] and made[1] > made[0]:
            steps = f"{made[0]} steps without and {made[1]} with it,"
        measure, before, after = compared(self)
        verdict = "It helps." if self.helped else "It does not help."
        if not np.isfinite([before, after]).all():
            shown = f"{measure} {before:.3g} before, {after:.3g} with it"
        else:
            shown = f"{measure} {before:.3g} -> {after:.3g}"
        spread = ""
        if len(self.gains) > 1:
            spread = f", gain {self.gain:.2g} +- {self.spread:.2g}"
        return (
            f"{self.title}: {shown} after {steps} on "
            f"{len(self.gains)} seed{'s' * (len(self.gains) != 1)}{spread}. "
            f"{verdict}"
        )

    @property
    def figure(self) -> Figure | None:
        """The curves of the loss, with and without; None without a run."""
        if not self.after:
            return None
        curves = (self.before[0].losses, self.after[0].losses)
        return Figure(
            "lines",
            f"Trial: {self.title}",
            ("unchanged", "with the remedy"),
            tuple(tuple(map(float, smooth(c))) for c in curves),
            "loss of each step",
        )


def gain(before, after, loss_changed: bool) -> float:
    """How much better one run is than another."""
    if before.quality is not None and after.quality is not None:
        return after.quality - before.quality
    if loss_changed:
        return 0.0
    pair = [
        run.last if run.loss is None else run.loss for run in (before, after)
    ]
    pair = [
        min(max(abs(p), 1e-9), 1e9) if np.isfinite(p) else 1e9 for p in pair
    ]
    return float(np.log10(pair[0] / pair[1]))


def better(before, after, loss_changed: bool) -> bool:
    """Whether one run is clearly better than another."""
    found = gain(before, after, loss_changed)
    if before.quality is not None and after.quality is not None:
        left = max(1 - before.quality, 1e-9)
        return found > LEAST and found / left > CLOSED
    return found > -np.log10(LOWER)


def compared(trial: Trial) -> tuple[str, float, float]:
    """What is compared, and its mean before and after."""
    known = [r.quality for r in (*trial.before, *trial.after)]
    if known and None not in known:
        count = len(trial.before)
        return (
            "quality",
            float(np.mean(known[:count])),
            float(np.mean(known[count:])),
        )
    before = [r.last if r.loss is None else r.loss for r in trial.before]
    after = [r.last if r.loss is None else r.loss for r in trial.after]
    return "loss", float(np.mean(before)), float(np.mean(after))


def smooth(losses, points: int = 100) -> np.ndarray:
    """A curve of at most so many points, each the mean of some steps."""
    values = np.asarray(losses, "float64")
    if len(values) <= points:
        return values
    return np.array([part.mean() for part in np.array_split(values, points)])
