"""The cells of a table as they are shown."""

import re
from numbers import Real
from typing import Any

from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import shortened

# "12", "-0.5", "1,200", "3e-05", "98.5%": it reads best with its digits below
# those of the row above.
_NUMBER = re.compile(r"[+\-\u2212]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?\s?%?")


def cell(value: Any, size: int) -> str:
    """A cell as printable text of at most `size` characters.

    Numbers have four digits, truth values are words, None is nothing.

    Example:
        >>> [cell(value, 20) for value in (0.123456, True, None, "blur")]
        ['0.1235', 'yes', '', 'blur']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shortened(brief(value), size)


def numeric(table: Table) -> list[bool]:
    """Whether each column holds numbers alone, which stand on the right.

    Empty cells do not count; a column without a number is words.
    """
    columns = zip(*table.rows, strict=True) if table.rows else ()
    found = [_numbers(column) for column in columns]
    return found or [False] * len(table.columns)


def _numbers(column: tuple[Any, ...]) -> bool:
    known = [value for value in column if value not in (None, "")]
    return bool(known) and all(map(_is_number, known))


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value.strip()))
    return isinstance(value, Real) and not isinstance(value, bool)
