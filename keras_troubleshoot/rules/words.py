"""How numbers and lists are written in findings."""

import math
from collections.abc import Iterable


def number(value: float) -> str:
    """A number with three digits that matter.

    Example:
        >>> number(1234567), number(0.01234), number(3.0), number(255)
        ('1.23e+06', '0.0123', '3', '255')
    """
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e5:
        return str(int(value))
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share in percent.

    Example:
        >>> percent(0.25), percent(0.00123), percent(0.997), percent(2.5)
        ('25%', '0.12%', '99.7%', '250%')
    """
    return f"{100 * share:.2g}%" if share < 0.99 else f"{number(100 * share)}%"


def counted(count: int, noun: str) -> str:
    """A count with its noun.

    Example:
        >>> counted(1, "row"), counted(12, "class"), counted(3, "epoch")
        ('1 row', '12 classes', '3 epochs')
    """
    if count == 1:
        return f"1 {noun}"
    hissing = noun.endswith(("s", "ch", "x")) and not noun.endswith("och")
    return f"{count} {noun}{'es' if hissing else 's'}"


def agreeing(count: int, one: str, many: str) -> str:
    """The verb that agrees with a count.

    Example:
        >>> agreeing(1, "is", "are"), agreeing(3, "is", "are")
        ('is', 'are')
    """
    return one if count == 1 else many


def listed(items: Iterable) -> str:
    """Items with commas between them.

    Example:
        >>> listed([1, 2])
        '1, 2'
    """
    return ", ".join(str(item) for item in items)
