"""The error analysis as blocks of a report's page."""

from keras_troubleshoot.improvement.errors import telling
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table

# Bars of the figure at most.
BARS = 12
# Letters of the name of a bar.
LETTERS = 40


def blocks(result) -> tuple[Block, ...]:
    """What the page shows: the table first, then the examples."""
    made = [Paragraph(telling.overall(result))]
    if not result.types:
        made.append(Paragraph(telling.nothing(result)))
    else:
        told = "\n".join(telling.explained(result))
        made += [table(result), Paragraph(told.replace("\n", " "))]
        made.append(figure(result))
        made += [
            Paragraph(f"{place}. {told}")
            for place, told in enumerate(telling.sentences(result), 1)
        ]
    made += [Paragraph(note) for note in result.notes]
    return (*made, *result.galleries)


def table(result) -> Table:
    """The table of the lecture."""
    columns = [
        "Error type",
        *(f"Share in {name}" for name in result.errors),
        "Potential gain",
        "Possible solutions",
        "Priority",
    ]
    rows = []
    for one in result.types[: telling.LISTED]:
        cells = [one.validation, one.test_validation][: len(result.errors)]
        rows.append(
            (
                f"{one.source}: {one.name}",
                *(cell(share, result.measure) for share in cells),
                telling.amount(one.gain, result.measure),
                "; ".join(one.solutions),
                one.priority,
            )
        )
    return Table("Types of errors", tuple(columns), tuple(rows))


def cell(share, measure: str) -> str:
    """A share with its interval."""
    if share is None:
        return "-"
    low, middle, high = (
        telling.amount(v, measure) for v in (share.low, share.share, share.high)
    )
    return f"{middle} ({low} to {high})"


def figure(result) -> Figure:
    """The gains as bars."""
    shown = result.types[:BARS]
    names = [f"{one.source}: {one.name}" for one in shown]
    percents = not result.measure.startswith("mean")
    return Figure(
        "bars",
        "Potential gain",
        tuple(
            n if len(n) <= LETTERS else f"{n[: LETTERS - 3]}..." for n in names
        ),
        tuple(one.gain * (100 if percents else 1) for one in shown),
        f"{result.measure}, percentage points" if percents else result.measure,
    )
