"""Cuts pages to what a reader takes in, and says what was left out."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator

from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Example
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table

# Of a series in a gallery, drawn with some hundred points.
_DRAWING = 30_000


@dataclasses.dataclass(frozen=True)
class Room:
    """How much of what is long is shown.

    Attributes:
        rows: of a table.
        columns: of a table.
        characters: of a summary or a paragraph.
        examples: of a gallery.
        example: characters of the text of an example.
        bytes: of the images and drawings of all galleries of a report.
    """

    rows: int
    columns: int
    characters: int
    examples: int
    example: int
    bytes: int


def fit(pages: Iterable[Page], room: Room) -> list[Page]:
    """The pages with what there is room for.

    Args:
        pages: the pages of a report.
        room: how much of what is long is shown.

    Returns:
        As many pages. A table or a gallery that was cut is followed by a
        paragraph, and a text that was cut ends in words, that say how much
        was left out.
    """
    left = room.bytes
    made = []
    for page in pages:
        blocks: list[Block] = []
        for block in page.blocks:
            for part in _fitted(block, room):
                if isinstance(part, Gallery):
                    part, left = _affordable(part, left)
                blocks.append(part)
        summary = shortened(page.summary, room.characters)
        made.append(
            dataclasses.replace(page, summary=summary, blocks=tuple(blocks))
        )
    return made


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and how much is left out.

    Example:
        >>> shortened("0123456789", 4)
        '0123 ... (6 more characters are left out)'
    """
    if len(text) <= most:
        return text
    left = f"{len(text) - most:,}"
    return f"{text[:most].rstrip()} ... ({left} more characters are left out)"


def _fitted(block: Block, room: Room) -> Iterator[Block]:
    """A block with what there is room for, and what is left out."""
    if isinstance(block, Paragraph):
        yield Paragraph(shortened(block.text, room.characters))
    elif isinstance(block, Table):
        yield from _table(block, room)
    elif isinstance(block, Gallery):
        yield from _gallery(block, room)
    else:
        yield block


def _table(table: Table, room: Room) -> Iterator[Block]:
    rows = tuple(row[: room.columns] for row in table.rows[: room.rows])
    yield Table(table.title, table.columns[: room.columns], rows)
    yield from _left_out(len(table.rows) - len(rows), "row")
    yield from _left_out(len(table.columns) - room.columns, "column")


def _gallery(gallery: Gallery, room: Room) -> Iterator[Block]:
    shown = gallery.examples[: room.examples]
    yield Gallery(
        gallery.title,
        tuple(
            dataclasses.replace(e, text=shortened(e.text, room.example))
            for e in shown
        ),
    )
    yield from _left_out(len(gallery.examples) - len(shown), "example")


def _affordable(gallery: Gallery, left: int) -> tuple[Gallery, int]:
    """Leaves images and drawings out for which no bytes are left."""
    examples = []
    for example in gallery.examples:
        size = len(example.png) + _DRAWING * (example.figure is not None)
        if size > left:
            words = f"{example.text}\n(no room for the picture)".strip()
            example = Example(example.caption, words)
            size = 0
        left -= size
        examples.append(example)
    return Gallery(gallery.title, tuple(examples)), left


def _left_out(count: int, name: str) -> Iterator[Block]:
    if count > 0:
        verb = f"{name} is" if count == 1 else f"{name}s are"
        yield Paragraph(f"{count:,} more {verb} left out.")
