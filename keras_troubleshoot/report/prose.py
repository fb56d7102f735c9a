"""The prose of a finding, split into text, code and links."""

import dataclasses
import re

from keras_troubleshoot.report.printable import lines

_CODE = re.compile(r"`([^`]+)`")
# Only what a browser opens as a page. What ends a sentence ends the address.
_LINK = re.compile(r"(https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]])")
_INDENT = "    "


@dataclasses.dataclass(frozen=True)
class Span:
    """A stretch of prose: `kind` is `"text"`, `"code"` or `"link"`."""

    kind: str
    text: str


@dataclasses.dataclass(frozen=True)
class Block:
    """A paragraph of spans, or lines of code (one span of kind `"code"`)."""

    kind: str
    spans: tuple[Span, ...]


def blocks(text: str) -> list[Block]:
    r"""Paragraphs and code: lines indented by four spaces are code.

    Args:
        text: prose with `code` in backticks.

    Returns:
        Blocks of kind `"paragraph"` or `"code"`, in order.

    Example:
        >>> [block.kind for block in blocks("Do:\n    x = 1")]
        ['paragraph', 'code']
    """
    found: list[Block] = []
    code: list[str] = []
    for line in lines(text):
        if line.startswith(_INDENT):
            code.append(line.removeprefix(_INDENT))
            continue
        found += _code_block(code)
        code = []
        if line.strip():
            found.append(Block("paragraph", spans(line)))
    return found + _code_block(code)


def spans(text: str) -> tuple[Span, ...]:
    """One line of prose, its `code` apart."""
    return _split(_CODE, text, "code")


def links(text: str) -> tuple[Span, ...]:
    """A reference, its addresses (http and https only) apart."""
    return _split(_LINK, text, "link")


def _split(pattern: re.Pattern, text: str, kind: str) -> tuple[Span, ...]:
    # A pattern with one group splits into text, group, text, group, text.
    pieces = pattern.split(" ".join(lines(text)))
    kinds = ("text", kind)
    return tuple(
        Span(kinds[place % 2], piece)
        for place, piece in enumerate(pieces)
        if piece
    )


def _code_block(code: list[str]) -> list[Block]:
    return [Block("code", (Span("code", "\n".join(code)),))] * bool(code)
