"""Checks of arguments, before any work starts."""

import numbers
from typing import Any


def count(value: Any, name: str, least: int) -> None:
    """Raises where something is no whole number from a least one."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole:
        raise TypeError(
            f"`{name}` must be a whole number, received: {name}={value!r}. To "
            "mend it, leave it out."
        )
    if value < least:
        raise ValueError(
            f"`{name}` must be at least {least}, received: {name}={value!r}. "
            "To mend it, leave it out."
        )


def between(value: Any, name: str, low: float, high: float) -> None:
    """Raises where something is no number between two others."""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not low < value < high:
        raise ValueError(
            f"`{name}` must be a number between {low:g} and {high:g}, "
            f"received: {name}={value!r}. To mend it, leave it out."
        )
