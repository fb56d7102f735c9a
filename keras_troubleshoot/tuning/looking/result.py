"""What `importance` finds: how much each hyperparameter explains."""

import dataclasses
from typing import Any

from keras_troubleshoot.report.printable import aligned
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.tuning.spaces.sensitivity import Kind
from keras_troubleshoot.tuning.spaces.sensitivity import Sensitivity

# A share from which on, or up to which, the lecture's rank surprises
# (heuristic: of ten equal hyperparameters each has a tenth).
MUCH = 0.1
LITTLE = 0.02
COLUMNS = (
    "hyperparameter",
    "share",
    "interval",
    "the lecture",
    "kind",
    "remark",
)


@dataclasses.dataclass(frozen=True)
class Entry:
    """One hyperparameter.

    Attributes:
        name: with its conditions where the name alone is not unique.
        share: of the variance of the score that it explains, alone and with
            others, from 0 to 1. What several explain together counts for
            each, so that shares may add up to more than 1.
        low: the lower end of the interval of the share.
        high: the upper end.
        kind: the row of the lecture's table, by its name.
    """

    name: str
    share: float
    low: float
    high: float
    kind: Kind

    @property
    def told_apart(self) -> bool:
        """Whether the share is told apart from chance."""
        return self.low > 0

    @property
    def remark(self) -> str:
        """Where it is not as the lecture's table has it."""
        expected = self.kind.sensitivity
        if not self.told_apart:
            narrow = expected is Sensitivity.HIGH and self.high < MUCH
            return "little: is its range narrow?" if narrow else "maybe chance"
        if expected is Sensitivity.LOW and self.share >= MUCH:
            return "more than usual"
        if expected is Sensitivity.HIGH and self.share <= LITTLE:
            return "little: is its range narrow?"
        return ""


@dataclasses.dataclass(frozen=True)
class Importance:
    """How much of the score's variation each hyperparameter explains.

    Attributes:
        entries: the largest share first.
        together: what all of them explain of trials that the forest did not
            see, its R², with `together_low` and `together_high`.
        together_low: the lower end of its interval.
        together_high: the upper end.
        objective: what the score is.
        trials: how many finished ones it is told from.
        confidence: of the intervals.
        notes: what a reader should know of these trials, in sentences.
    """

    entries: tuple[Entry, ...]
    together: float
    together_low: float
    together_high: float
    objective: str
    trials: int
    confidence: float
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Entry:
        """The entry of a hyperparameter.

        Raises:
            KeyError: there is none of this name.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def summary(self) -> str:
        """The result in two sentences."""
        sure = [entry for entry in self.entries if entry.told_apart]
        of = f"the variation of `{self.objective}` over {self.trials} trials"
        if self.together <= 0 or not sure:
            return (
                f"No hyperparameter is told apart from chance in {of}. More "
                "trials, or more executions of each, would tell."
            )
        most = listed(
            f"`{entry.name}` {percent(entry.share)}" for entry in sure[:3]
        )
        return (
            f"Most of {of} comes from: {most}. All hyperparameters together "
            f"explain {percent(self.together)} of it on trials that the "
            "forest did not see."
        )

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of the table."""
        return tuple(
            (
                entry.name,
                percent(entry.share),
                f"{percent(entry.low)} to {percent(entry.high)}",
                str(entry.kind.sensitivity),
                entry.kind.name,
                entry.remark,
            )
            for entry in self.entries
        )

    def lines(self) -> list[str]:
        """The summary, the table and the notes."""
        made = [self.summary()]
        made += [f"  {line}" for line in aligned([COLUMNS, *self.rows()])]
        return [*made, *self.notes]

    def figure(self) -> Any:
        """The shares as bars, in percent."""
        from keras_troubleshoot.report.figure import Figure

        return Figure(
            "bars",
            "What the hyperparameters explain",
            tuple(entry.name for entry in self.entries),
            tuple(100 * entry.share for entry in self.entries),
            f"share of the variation of {self.objective}, %",
        )

    def page_blocks(self) -> tuple:
        """The summary, the bars and the table for the HTML report."""
        from keras_troubleshoot.report import page

        told = page.Paragraph(" ".join([self.summary(), *self.notes]))
        title = (
            f"Shares of the variation ({percent(self.confidence)} intervals), "
            "and how the lecture ranks them"
        )
        table = page.Table(title, COLUMNS, self.rows())
        return told, self.figure(), table

    def plain(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        made = dataclasses.asdict(self)
        for entry, row in zip(self.entries, made["entries"], strict=True):
            row["kind"] = entry.kind.name
            row["sensitivity"] = str(entry.kind.sensitivity)
        made["entries"] = list(made["entries"])
        made["notes"] = list(self.notes)
        return made

    def __str__(self) -> str:
        return "\n".join(self.lines())
