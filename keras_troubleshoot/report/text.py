"""A report as text, for the terminal, a log or a message."""

import io
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.report import fitting
from keras_troubleshoot.report import outline
from keras_troubleshoot.report import sections
from keras_troubleshoot.report import text_pages
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.outline import Entry
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import lines
from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.printable import shortened
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.report.text_pages import Part
from keras_troubleshoot.report.text_pages import text

_WIDTH = 80
_WIDEST = 100  # Longer lines are hard to read, however wide the terminal.
_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.ADVICE: "bold blue",
}
_EVIDENCE = 6  # Names shown; the other formats hold them all.


def render(report: Report, width: int = _WIDTH, color: bool = False) -> str:
    """The report as text.

    Args:
        report: the report.
        width: the most columns that a line takes.
        color: whether escape sequences colour it, for a terminal.

    Returns:
        Lines without trailing spaces, without a line break at the end.
    """
    from rich.console import Console

    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        force_jupyter=False,
        legacy_windows=False,
    )
    _print(report, console, width)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def show(report: Report, console: Any = None) -> None:
    """Prints the report, in colour where the output is a terminal.

    Args:
        report: the report.
        console: a `rich.console.Console`; standard output by default.
    """
    from rich.console import Console

    console = console or Console()
    if console.is_terminal:
        _print(report, console, min(console.width, _WIDEST))
    else:
        print(render(report), file=console.file)


def _print(report: Report, console: Any, width: int) -> None:
    from rich.padding import Padding

    for part, indent in _parts(report, width):
        # Markup, emoji codes and highlighting would misread names.
        console.print(
            Padding(part, (0, 0, 0, indent)),
            width=width,
            markup=False,
            emoji=False,
            highlight=False,
        )


def _parts(report: Report, width: int) -> Iterator[Part]:
    """What is printed below each other, each with its indent."""
    yield text((one_line(report.title) or "Report", "bold")), 0
    style = _STYLES.get(outline.gravest(report), "bold green")
    yield text((outline.verdict(report), style)), 0
    yield text(("-" * width, "dim")), 0
    yield text(), 0
    pages = fitting.fit(report.pages, text_pages.ROOM)
    held = sections.sections(report, pages)
    for section in held:
        yield from text_pages.head(section)
        if section.findings:
            yield from _findings(report)
        yield from text_pages.blocks(section)
    if not held:
        yield from _findings(report)
    yield from _examined(report)


def _findings(report: Report) -> Iterator[Part]:
    """What was found, and what came of trying fixes."""
    entries = outline.entries(report)
    indent = len(str(len(entries))) + 2
    for entry in entries:
        yield _head(entry, indent), 0
        yield text(one_line(entry.finding.summary)), indent
        yield _details(entry), indent
        yield text(), 0
    yield from _fixes(report)


def _fixes(report: Report) -> Iterator[Part]:
    """What came of trying fixes, where some were tried."""
    if report.fixes is None:
        return
    yield text(("Fixes", "bold")), 0
    for line in lines(report.fixes.told):
        yield text(line), 2
    for line in report.fixes.code:
        yield text(one_line(line)), 4
    yield text(), 0


def _head(entry: Entry, indent: int) -> Any:
    from rich.table import Table

    finding = entry.finding
    where = one_line(finding.where)
    head = text(
        (finding.severity.value.upper(), _STYLES[finding.severity]),
        "  ",
        (one_line(finding.rule), "bold"),
        f"  {where}" if where else "",
    )
    table = Table.grid()
    table.add_column(width=indent)
    table.add_column(overflow="fold")
    table.add_row(f"{entry.number}.", head)
    return table


def _details(entry: Entry) -> Any:
    """What is told beside the summary: names on the left, in one column."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=len("Explained by"), no_wrap=True)
    table.add_column(overflow="fold")
    for name, value, style in _named(entry):
        table.add_row(text((name, style)), text(value))
    return table


def _named(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Names, values and the styles of the names."""
    finding = entry.finding
    if entry.explained_by:
        causes = ", ".join(map(one_line, entry.explained_by))
        yield "Explained by", causes, "bold"
    if entry.explains:
        yield "Explains", ", ".join(map(one_line, entry.explains)), "dim"
    if finding.fix:
        yield "To mend it", "\n".join(lines(finding.fix)), "bold green"
    if finding.tried:
        yield "Tried", "\n".join(lines(finding.tried)), "bold"
    if finding.evidence:
        yield "Seen", _evidence(finding.evidence), "dim"
    if finding.location:
        path = one_line(finding.location.path)
        yield "At", f"{path}:{finding.location.line}", "dim"
    if finding.reference:
        yield "Read", one_line(finding.reference), "dim"


def _evidence(evidence: Any) -> str:
    shown = [
        f"{one_line(name)} {shortened(brief(value, most=4))}"
        for name, value in list(evidence.items())[:_EVIDENCE]
    ]
    left = len(evidence) - len(shown)
    return "; ".join(shown + [f"{left} more"] * bool(left))


def _examined(report: Report) -> Iterator[Part]:
    examined = outline.diagnoses(len(report.examined))
    skipped = len(report.skipped)
    rest = f", {skipped} could not be:" if skipped else "."
    yield text((f"{examined} examined{rest}", "dim")), 0
    for reason, rules in outline.skipped_by_reason(report).items():
        names = ", ".join(map(one_line, rules))
        yield text((f"- {one_line(reason)}: {names}", "dim")), 2
