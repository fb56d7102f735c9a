"""What a stage of the decision tree shows in the report, as plain data."""

import dataclasses
from typing import Any

from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.printable import shortened

_PNG = b"\x89PNG\r\n\x1a\n"  # W3C Recommendation PNG, "PNG signature".


@dataclasses.dataclass(frozen=True)
class Paragraph:
    """Prose: `code` in backticks, lines indented by four spaces are code."""

    text: str

    def __post_init__(self):
        refuse_blank("text", self.text)


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of numbers and words under named columns.

    Attributes:
        title: what it shows.
        columns: names of the columns.
        rows: as many cells each as there are columns: numbers, strings,
            booleans, or None for a cell that is empty.

    Raises:
        ValueError: if there is no column, or a row is longer or shorter.

    Example:
        >>> len(Table("Errors", ("type", "share"), (("blur", 0.4),)).rows)
        1
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __post_init__(self):
        refuse_other("title", self.title, str, "a string")
        for name in ("columns", "rows"):
            refuse_other(name, getattr(self, name), (tuple, list), "a tuple")
        if not self.columns:
            raise ValueError(
                "`columns` must hold at least one name, received: ()."
            )
        for place, row in enumerate(self.rows):
            if not isinstance(row, (tuple, list)) or len(row) != len(
                self.columns
            ):
                raise ValueError(
                    f"`rows[{place}]` must hold {len(self.columns)} cells, one "
                    f"for each column, received: {shortened(repr(row))}."
                )
        object.__setattr__(self, "columns", tuple(map(str, self.columns)))
        object.__setattr__(self, "rows", tuple(map(tuple, self.rows)))


@dataclasses.dataclass(frozen=True)
class Example:
    """One example of a gallery: a picture, a text, a series, or several.

    Attributes:
        caption: what it is, such as `"7 taken for 1, 98% sure"`.
        text: the example itself, where it is words.
        png: the example itself, where it is an image: a PNG file's bytes,
            small (a thumbnail; galleries stand in the file of the report).
        figure: the example itself, where it is a series.

    Raises:
        ValueError: if `png` is not a PNG file.
    """

    caption: str
    text: str = ""
    png: bytes = b""
    figure: Figure | None = None

    def __post_init__(self):
        refuse_other("caption", self.caption, str, "a string")
        refuse_other("text", self.text, str, "a string")
        refuse_other("png", self.png, bytes, "bytes")
        refuse_other(
            "figure", self.figure, (Figure, type(None)), "a `Figure` or None"
        )
        if self.png and not self.png.startswith(_PNG):
            raise ValueError(
                "`png` must be the bytes of a PNG file, received bytes that "
                f"start with {self.png[:8]!r}. To mend it, save the image "
                "with `format='png'`."
            )


@dataclasses.dataclass(frozen=True)
class Gallery:
    """Examples beside each other, the most telling first.

    Attributes:
        title: what they have in common.
        examples: in the order of the reader.
    """

    title: str
    examples: tuple[Example, ...]

    def __post_init__(self):
        refuse_other("title", self.title, str, "a string")
        refuse_others("examples", self.examples, Example, "`Example`s")
        object.__setattr__(self, "examples", tuple(self.examples))


Block = Paragraph | Table | Figure | Gallery


@dataclasses.dataclass(frozen=True)
class Page:
    """What one stage shows.

    Attributes:
        stage: the stage, such as `"debug"` or `"evaluate"`; the findings of
            the report stand on the first page of the stage `"debug"`.
        title: the heading, such as `"Where the test error comes from"`.
        summary: the result in one or two sentences, with its numbers.
        blocks: what is shown below it, in order.

    Raises:
        ValueError: if the stage or the title is empty.
        TypeError: if a block is none.

    Example:
        >>> page = Page("evaluate", "Errors", "4% are wrong.", ())
        >>> page.title
        'Errors'
    """

    stage: str
    title: str
    summary: str
    blocks: tuple[Block, ...] = ()

    def __post_init__(self):
        refuse_blank("stage", self.stage)
        refuse_blank("title", self.title)
        refuse_other("summary", self.summary, str, "a string")
        refuse_others(
            "blocks",
            self.blocks,
            (Paragraph, Table, Figure, Gallery),
            "`Paragraph`, `Table`, `Figure` or `Gallery`",
        )
        object.__setattr__(self, "blocks", tuple(self.blocks))


def refuse_other(name: str, value: Any, kind: Any, known: str) -> None:
    """Refuses a value that is not of this kind.

    Raises:
        TypeError: if it is of another.
    """
    if not isinstance(value, kind):
        raise TypeError(
            f"`{name}` must be {known}, received: {shortened(repr(value))} "
            f"({type(value).__name__})."
        )


def refuse_others(name: str, values: Any, kind: Any, known: str) -> None:
    """Refuses what is no sequence of values of this kind.

    Raises:
        TypeError: if it is none, or one of them is of another kind.
    """
    refuse_other(name, values, (tuple, list), f"a tuple of {known}")
    for place, value in enumerate(values):
        refuse_other(f"{name}[{place}]", value, kind, known)


def refuse_blank(name: str, value: Any) -> None:
    """Refuses what is no string, and one that says nothing.

    Raises:
        TypeError: if it is no string.
        ValueError: if it is empty or blank.
    """
    refuse_other(name, value, str, "a string")
    if not value.strip():
        raise ValueError(f"`{name}` must not be empty, received: {value!r}.")
