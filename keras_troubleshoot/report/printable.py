"""Strings and values from outside, made fit to be shown.

A layer, a feature or a file may have any name: with line breaks that forge a
line of the report, with escape sequences that drive a terminal, with marks
that turn the reading direction round. They are shown, not obeyed.
"""

import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.report.plain import plain

# Control characters, lone surrogates (UTF-8 cannot write them), and the
# separators of lines and paragraphs.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Marks that turn the reading direction: Unicode Standard Annex 9, "Explicit
# Directional Embeddings, Overrides and Isolates".
_DIRECTIONS = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_SIZE = 60  # Characters; values up to here are read at a glance.


def one_line(text: Any) -> str:
    r"""The text with every control character written out, as in `\n`.

    Example:
        >>> print(one_line("dense\nerror: \x1b[31m"))
        dense\nerror: \x1b[31m
    """
    return "".join(map(_character, str(text)))


def lines(text: Any) -> list[str]:
    """The lines of a text, in each of which control characters are written."""
    return [one_line(line.expandtabs(4)) for line in str(text).split("\n")]


def shortened(text: str, size: int = _SIZE) -> str:
    """The text, its end left out where it has more than `size` characters.

    Example:
        >>> shortened("a_rather_long_name", 10)
        'a_rathe...'
    """
    return text if len(text) <= size else text[: size - 3] + "..."


def brief(value: Any, most: int = 8) -> str:
    """A value of the evidence in one line.

    Args:
        value: a number, string, list or dictionary of these.
        most: how many elements of a list or dictionary are shown.

    Returns:
        Printable text: numbers with four digits, strings bare, and how many
        elements were left out.

    Example:
        >>> brief({"rates": [0.123456, 2], "units": 7}, most=1)
        'rates: [0.1235, ... 1 more], ... 1 more'
    """
    return _brief(plain(value), most)


def _brief(value: Any, most: int) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        pairs = [
            f"{one_line(key)}: {_nested(held, most)}"
            for key, held in list(value.items())[:most]
        ]
        return _joined(pairs, len(value))
    if isinstance(value, list):
        shown = [_nested(held, most) for held in value[:most]]
        return f"[{_joined(shown, len(value))}]"
    return one_line(value)


def _nested(value: Any, most: int) -> str:
    text = _brief(value, most)
    return f"{{{text}}}" if isinstance(value, Mapping) else text


def _joined(shown: list[str], total: int) -> str:
    left = total - len(shown)
    return ", ".join(shown + [f"... {left} more"] * bool(left))


def _character(character: str) -> str:
    strange = (
        unicodedata.category(character) in _UNPRINTABLE
        or character in _DIRECTIONS
    )
    if not strange:
        return character
    return character.encode("unicode_escape").decode("ascii")


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows of as many cells each as lines of text, column below column.

    Example:
        >>> aligned([("part", "error"), ("test", "4%")])
        ['part  error', 'test  4%']
    """
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
