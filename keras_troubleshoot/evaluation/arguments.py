"""Checks of arguments, before any work starts."""

import numbers
from typing import Any


def require_count(value: Any, name: str, least: int = 1) -> None:
    """Raises where something is no whole number from a least one."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole:
        raise TypeError(
            f"`{name}` must be a whole number, received: {value!r}. To mend "
            "it, pass a count such as 100."
        )
    if value < least:
        raise ValueError(
            f"`{name}` must be at least {least}, received: {value!r}. To "
            f"mend it, pass {max(least, 100)}."
        )


def require_between(
    value: Any, name: str, low: float, high: float, ends: bool = False
) -> None:
    """Raises where something is no number of a range."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(
            f"`{name}` must be a number, received: {value!r}. To mend it, "
            f"pass one between {low} and {high}."
        )
    inside = low <= value <= high if ends else low < value < high
    if not inside:
        raise ValueError(
            f"`{name}` must be between {low} and {high}, received: {value!r}. "
            "To mend it, pass one of that range."
        )
