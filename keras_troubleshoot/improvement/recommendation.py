"""What to do next: ranked steps, each with the number that asks for it."""

import dataclasses
import textwrap

from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table

WIDTH = 76


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes:
        id: short name, such as `"more-data"`.
        group: "under-fitting", "over-fitting", "distribution shift",
            "re-balancing", "labels", "debugging" or "measuring".
        action: what to do, one sentence.
        why: the number that asks for it.
        gain: by how much the error can fall at most; None where that is not
            known.
        told_gain: the same in words.
        call: code of this library that does it or prepares it; may be empty.
        note: what the model has of it, and what to know before; may be
            empty.
        recommended: False for what is better left.
        clear: whether its number is beyond chance; None where no interval is
            known.
    """

    id: str
    group: str
    action: str
    why: str
    gain: float | None = None
    told_gain: str = ""
    call: str = ""
    note: str = ""
    recommended: bool = True
    clear: bool | None = None


@dataclasses.dataclass(frozen=True)
class Recommendation:
    """Ranked next steps; what `kts.recommend` returns.

    Attributes:
        summary: the errors in a sentence, and what is most to be had.
        steps: what to do, the first first.
        not_recommended: what the lecture advises against, and why.
        met: whether the target is reached, so that nothing needs to be done;
            None without a target.
    """

    summary: str
    steps: tuple[Step, ...]
    not_recommended: tuple[Step, ...] = ()
    met: bool | None = None

    @property
    def first(self) -> Step | None:
        """The step to begin with; None where there is nothing to do."""
        return self.steps[0] if self.steps else None

    def __str__(self) -> str:
        lines = textwrap.wrap(self.summary, WIDTH)
        group = None
        for number, step in enumerate(self.steps, 1):
            if step.group != group:
                lines += ["", *heading(step)]
                group = step.group
            lines += entry(f"{number}. ".rjust(6), step)
        if self.not_recommended:
            lines += ["", "Not recommended"]
            for step in self.not_recommended:
                lines += wrapped("      ", f"{step.action} {step.note}")
        return "\n".join(lines)

    def page_blocks(self) -> tuple:
        """What the report shows: a table for each group, with its number."""
        groups: dict[str, list[tuple]] = {}
        for number, step in enumerate(self.steps, 1):
            row = (number, told(step), step.call.replace("; ", "\n"))
            groups.setdefault(" ".join(heading(step)), []).append(row)
        columns = ("", "what to do", "code")
        blocks: list = [
            Table(title, columns, tuple(rows)) for title, rows in groups.items()
        ]
        if self.not_recommended:
            against = " ".join(map(told, self.not_recommended))
            blocks.append(Paragraph(f"Not recommended: {against}"))
        return tuple(blocks)


def told(step: Step) -> str:
    """The action, and what to know before."""
    return f"{step.action} {step.note}".strip()


def heading(step: Step) -> list[str]:
    """The lines above the steps of one group."""
    named = step.why.startswith(step.group)
    told = step.why if named else f"{step.group}: {step.why}"
    return wrapped("", f"{told[0].upper()}{told[1:]}.")


def entry(head: str, step: Step) -> list[str]:
    """The lines of one step."""
    indent = " " * len(head)
    lines = wrapped(head, step.action)
    if step.note:
        lines += wrapped(indent, step.note)
    for call in filter(None, step.call.split("; ")):
        lines.append(f"{indent}    {call}")
    return lines


def wrapped(head: str, text: str) -> list[str]:
    """Text in lines, all behind the width of `head`."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
    )
