"""Pages and their blocks as plain Python values, and back."""

import base64
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.report.fields import MEND
from keras_troubleshoot.report.fields import Fields
from keras_troubleshoot.report.fields import wrong
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Example
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.plain import plain


def page_to_dict(page: Page) -> dict[str, Any]:
    """A page in values that strict JSON can hold.

    Args:
        page: the page.

    Returns:
        A dictionary with the fields of the page; each block says with `type`
        what it is, and images are text in base64.
    """
    return {
        "stage": page.stage,
        "title": page.title,
        "summary": page.summary,
        "blocks": [block_to_dict(block) for block in page.blocks],
    }


def block_to_dict(block: Block) -> dict[str, Any]:
    """A block by the names of its fields, with its `type`."""
    kind = {"type": type(block).__name__.lower()}
    if not isinstance(block, Gallery):
        return kind | plain(block)
    examples = [example_to_dict(example) for example in block.examples]
    return kind | {"title": block.title, "examples": examples}


def example_to_dict(example: Example) -> dict[str, Any]:
    """An example of a gallery, its image as text."""
    return {
        "caption": example.caption,
        "text": example.text,
        "png": base64.b64encode(example.png).decode("ascii"),
        "figure": plain(example.figure),
    }


def read_page(fields: Fields) -> Page:
    """The page that `page_to_dict` wrote.

    Raises:
        ValueError: if a value is missing, or is not what it must be.
    """
    return made(
        fields,
        Page,
        stage=fields.get("stage", str),
        title=fields.get("title", str),
        summary=fields.get("summary", str),
        blocks=tuple(map(read_block, fields.each("blocks"))),
    )


def read_block(fields: Fields) -> Block:
    """The block that `block_to_dict` wrote."""
    kind = fields.get("type", str)
    if kind not in _READERS:
        known = "one of " + ", ".join(map(repr, _READERS))
        raise wrong(fields.path("type"), known, kind)
    return _READERS[kind](fields)


def read_figure(fields: Fields) -> Figure:
    """A figure; its values are numbers again."""
    values = fields.get("values", list)
    try:
        held = tuple(map(numbers, values))
    except (TypeError, ValueError):
        raise wrong(fields.path("values"), "numbers", values) from None
    return made(
        fields,
        Figure,
        kind=fields.get("kind", str),
        title=fields.get("title", str),
        labels=fields.strings("labels"),
        values=held,
        unit=fields.get("unit", str),
        along=fields.default("along", ""),
    )


def read_paragraph(fields: Fields) -> Paragraph:
    """A paragraph."""
    return made(fields, Paragraph, text=fields.get("text", str))


def read_table(fields: Fields) -> Table:
    """A table; numbers in it that are not finite stay words."""
    return made(
        fields,
        Table,
        title=fields.get("title", str),
        columns=fields.strings("columns"),
        rows=tuple(fields.get("rows", list)),
    )


def read_gallery(fields: Fields) -> Gallery:
    """A gallery with its images."""
    return made(
        fields,
        Gallery,
        title=fields.get("title", str),
        examples=tuple(map(read_example, fields.each("examples"))),
    )


def read_example(fields: Fields) -> Example:
    """An example of a gallery."""
    coded = fields.get("png", str)
    try:
        png = base64.b64decode(coded, validate=True)
    except ValueError:
        raise wrong(fields.path("png"), "base64", coded) from None
    figure = fields.optional("figure")
    return made(
        fields,
        Example,
        caption=fields.get("caption", str),
        text=fields.get("text", str),
        png=png,
        figure=None if figure is None else read_figure(figure),
    )


def numbers(value: Any) -> Any:
    """A number, or the numbers of a line; `"nan"` is one again."""
    if isinstance(value, list):
        return tuple(map(numbers, value))
    return float(value) if isinstance(value, str) else value + 0


def made(fields: Fields, make: Callable, /, **values: Any) -> Any:
    """What was read; what refuses its values is told where it stands."""
    try:
        return make(**values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"`{fields.place}`: {error} {MEND}") from None


_READERS = {
    "paragraph": read_paragraph,
    "table": read_table,
    "figure": read_figure,
    "gallery": read_gallery,
}
