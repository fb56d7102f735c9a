"""The pages of a report as text: what was measured, without its pictures."""

from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.report import cells
from keras_troubleshoot.report import fitting
from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.printable import lines
from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.sections import Section

ROOM = fitting.Room(
    rows=20,
    columns=8,  # Of ten characters each in a line of 80.
    characters=1_000,
    examples=8,
    example=0,
    bytes=0,
)
_CELL = 30  # Characters.

Part = tuple[Any, int]  # What is printed, and its indent.


def head(section: Section) -> Iterator[Part]:
    """The stage, the title and the summary."""
    title = f"{section.stage}: {one_line(section.page.title)}"
    yield text((title, "bold")), 0
    for line in lines(section.page.summary):
        yield text(line), 2
    yield text(), 0


def blocks(section: Section) -> Iterator[Part]:
    """The blocks; figures are for those who can look at a page."""
    for block in section.page.blocks:
        parts = list(_block(block))
        yield from parts
        if parts:
            yield text(), 0


def _block(block: Block) -> Iterator[Part]:
    if isinstance(block, Paragraph):
        for line in lines(block.text):
            yield text(line), 2
    elif isinstance(block, Table):
        yield text((one_line(block.title), "bold")), 2
        yield table(block), 2
    elif isinstance(block, Gallery):
        yield text((one_line(block.title), "bold")), 2
        for example in block.examples:
            yield text(f"- {one_line(example.caption)}"), 2


def table(held: Table) -> Any:
    """Columns below their names, numbers on the right."""
    from rich.table import Table as Grid

    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column, right in zip(held.columns, cells.numeric(held), strict=True):
        name = text((one_line(column), "dim"))
        side = "right" if right else "left"
        grid.add_column(name, justify=side, overflow="fold")
    for row in held.rows:
        grid.add_row(*(text(cells.cell(value, _CELL)) for value in row))
    return grid


def text(*parts: Any) -> Any:
    """Text that no markup is read in and that breaks where it must."""
    from rich.text import Text

    return Text.assemble(*parts, overflow="fold")
