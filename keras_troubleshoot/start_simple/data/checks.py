"""Numbers among the arguments, checked before anything is done."""

import math
import numbers
from typing import Any


def is_whole(value: Any) -> bool:
    """Whether it is an integer of Python or NumPy, and no truth value."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def require_whole(name: str, value: Any, least: int) -> None:
    """Refuses what is not a whole number, or too small.

    Raises:
        ValueError: it is too small.
        TypeError: it is no whole number.
    """
    if not is_whole(value):
        raise TypeError(
            f"`{name}` must be a whole number, received: {name}={value!r}. "
            f"To mend it, pass an int of at least {least}."
        )
    if value < least:
        raise ValueError(
            f"`{name}` must be at least {least}, received: {name}={value}. "
            "To mend it, pass a larger number."
        )


def require_number(name: str, value: Any, least: float) -> None:
    """Refuses what is not a number, or too small.

    Raises:
        ValueError: it is too small, or not finite.
        TypeError: it is no number.
    """
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(
            f"`{name}` must be a number, received: {name}={value!r}. To mend "
            f"it, pass a float of at least {least}."
        )
    if not least <= value < math.inf:
        raise ValueError(
            f"`{name}` must be at least {least}, and finite, received: "
            f"{name}={value}. To mend it, correct the number."
        )
