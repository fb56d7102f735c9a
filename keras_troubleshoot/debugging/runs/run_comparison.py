"""What `compare_runs` returns: whether a run differs, where, and how far."""

import dataclasses
from typing import Any

from keras_troubleshoot.debugging.runs.difference import Difference
from keras_troubleshoot.report import page
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed

# What a run that differs is called in a report.
RULE = "run-differs"
# Differences, and names, that are told.
TOLD = 10
NAMED = 5


@dataclasses.dataclass(frozen=True)
class RunComparison:
    """A run beside runs that are known to be good.

    Attributes:
        differences: the quantities that leave the range of the references,
            the first one first.
        cause: what they point to, in words; empty where they point nowhere.
        compared: names of the quantities that were compared.
        left_out: names of those that only one side has recorded.
        references: names of the references.
        run: name of the run.
        steps: how many steps both sides have.
        notes: what limits the comparison, in words.
    """

    differences: tuple[Difference, ...]
    cause: str
    compared: tuple[str, ...]
    left_out: tuple[str, ...]
    references: tuple[str, ...]
    run: str
    steps: int
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing leaves the range of the references."""
        return not self.differences

    @property
    def first(self) -> Difference | None:
        """The first quantity that leaves the range; None where none does."""
        return self.differences[0] if self.differences else None

    @property
    def summary(self) -> str:
        """The result in a sentence."""
        against = counted(len(self.references), "reference")
        both = counted(len(self.compared), "recorded curve")
        if self.ok:
            return (
                f"{self.run} behaves as {against}: {both} over "
                f"{counted(self.steps, 'step')} stay in the range."
            )
        many = counted(len(self.differences), "difference")
        return f"{self.run} differs from {against}: {many}.{self.pointing}"

    @property
    def pointing(self) -> str:
        """The cause as a further sentence."""
        return f" {self.cause}" if self.cause else ""

    def lines(self) -> list[str]:
        """The text, line by line."""
        told = [f"  {each}" for each in self.differences[:TOLD]]
        more = len(self.differences) - len(told)
        return [
            self.summary,
            *told,
            *([f"  and {more} more"] if more else []),
            *self.notes,
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def page_blocks(self) -> tuple[page.Block, ...]:
        """What the report shows of it."""
        rows = tuple(
            (d.quantity, d.when, d.value, d.low, d.high)
            for d in self.differences
        )
        columns = ("quantity", "from", "run", "reference from", "to")
        blocks = [page.Paragraph(self.summary)]
        if rows:
            blocks.append(page.Table("What differs", columns, rows))
        return (*blocks, *map(page.Paragraph, self.notes))

    @property
    def report(self) -> Report:
        """The same as a report: one error where the run differs."""
        findings = [] if self.ok else [self.finding()]
        shown = page.Page(
            "debug",
            "Beside runs known to be good",
            self.summary,
            self.page_blocks()[1:],
        )
        return Report(
            findings,
            [RULE],
            title=f"{self.run} beside {listed(self.references)}",
            context={"steps": self.steps, "compared": len(self.compared)},
            pages=[shown],
        )

    def finding(self) -> Finding:
        """What differs, as a finding."""
        told = [str(each) for each in self.differences[:NAMED]]
        return Finding(
            RULE,
            Severity.ERROR,
            Kind.ROOT,
            self.run,
            f"{self.summary.removesuffix(self.pointing)} {'; '.join(told)}.",
            plain({"differences": self.differences}),
            self.cause,
        )


def notes(references: list, run: Any, left_out: list[str]) -> tuple[str, ...]:
    """What limits a comparison."""
    found = []
    ends = {int(r.steps[-1]) + 1 for r in references}
    own = int(run.steps[-1]) + 1
    if ends != {own}:
        theirs = " and ".join(str(end) for end in sorted(ends))
        found.append(
            f"The run was recorded to step {own}, the reference to {theirs}: "
            "what only one of them has is not compared."
        )
    if len(references) == 1:
        found.append(
            "With one reference the range is what seeds usually do; three "
            "seeds of the good run make it sharper."
        )
    if left_out:
        more = len(left_out) - NAMED
        found.append(
            f"Not compared, as not recorded on both sides: "
            f"{listed(left_out[:NAMED])}"
            + (f" and {more} more." if more > 0 else ".")
        )
    return tuple(found)
