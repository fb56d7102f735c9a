"""What `overfit_batch` returns: the verdict, and what was tried."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts.overfitting import Cause
from keras_troubleshoot.facts.overfitting import Overfit
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

TOLD = {
    "converged": "The model learns the batch.",
    "falls": "The loss still falls: more steps, or a higher rate, go further.",
    "rises": "The loss goes up.",
    "explodes": "The loss explodes.",
    "oscillates": "The loss swings up and down and does not come down.",
    "plateaus": "The loss stays on a plateau.",
}


@dataclasses.dataclass(frozen=True, eq=False)
class OverfitResult:
    """What training on one batch came to.

    Attributes:
        verdict: `converged`, `falls` (still), `rises`, `explodes`,
            `oscillates` or `plateaus`.
        losses: the loss of each step, shape (steps,).
        causes: what was tried, the most helpful first.
        report: a finding `cannot-overfit-batch` where it failed.
        measured: the numbers behind it.
        stopped: whether the user interrupted it.
    """

    verdict: str
    losses: np.ndarray
    causes: tuple[Cause, ...]
    report: Report
    measured: Overfit
    stopped: bool = False

    @property
    def ok(self) -> bool:
        """Whether the loss came down to what can be reached."""
        return self.verdict == "converged"

    def plot(self, axes: Any = None) -> Any:
        """Draws the loss over the steps.

        Args:
            axes: of Matplotlib, to draw in; None makes a figure of its own
                that no window shows.

        Returns:
            The axes; `axes.figure.savefig(path)` writes the picture.
        """
        from matplotlib.figure import Figure

        if axes is None:
            axes = Figure(figsize=(7, 4), layout="constrained").subplots()
        axes.plot(self.losses, label="loss")
        for name in ("guess", "floor"):
            value = getattr(self.measured, name)
            if value is not None:
                axes.axhline(value, color="0.5", ls=":", label=name)
        if len(self.losses) and self.losses.min() > 0:
            axes.set_yscale("log")
        axes.set(xlabel="step", ylabel="loss")
        axes.legend()
        return axes

    def lines(self) -> list[str]:
        """The summary, line by line."""
        seen = self.measured
        first = f"One batch of {counted(seen.rows, 'row')}"
        told = f"{first}, {counted(seen.steps, 'step')}: {self.verdict}."
        return [
            f"{told} {TOLD[self.verdict]}",
            *(["Interrupted: this is what was known by then."] * self.stopped),
            frame(seen),
            *self.told_causes(),
        ]

    def told_causes(self) -> list[str]:
        """One line for each cause that was tried."""
        tried = [cause for cause in self.causes if cause.tried]
        if not tried:
            return []
        return ["Tried on a copy, from the same weights:"] + [
            f"  {'helps' if cause.helped else 'no help':8}{cause.change}: "
            f"{outcome(cause)}"
            for cause in tried
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __rich__(self) -> Any:
        from rich.text import Text

        good = "bold green" if self.ok else "bold red"
        style = "bold yellow" if self.verdict == "falls" else good
        first, *rest = self.lines()
        parts = [(first, style)]
        for line in rest:
            helps = line.startswith("  helps")
            parts.append((f"\n{line}", "green" if helps else ""))
        return Text.assemble(*parts)


def frame(seen: Overfit) -> str:
    """The loss beside what it can come to."""
    told = f"Loss {number(seen.start)} -> {number(seen.reached)}"
    if seen.floor is None:
        told += "; how low it can get is not known"
    else:
        told += (
            f"; a guess has {number(seen.guess)}, and "
            f"{number(seen.floor)} is the least that these targets allow"
        )
    if seen.learned is not None:
        told += f" ({percent(max(seen.learned, 0.0))} of the way)"
    return told + "."


def outcome(cause: Cause) -> str:
    """What a change came to."""
    told = cause.verdict
    if cause.score is not None:
        told += f", {percent(max(cause.score, 0.0))} of the way"
    elif cause.loss is not None:
        told += f", loss {number(cause.loss)}"
    return f"{told}; {cause.note}" if cause.note else told
