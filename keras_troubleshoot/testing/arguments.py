"""Arguments of the helpers, checked up front."""

import math
from typing import Any


def require_tolerances(**given: Any) -> None:
    """Raises unless all of these are numbers of at least 0, or None.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in given.items():
        if value is not None and not (is_number(value) and value >= 0):
            raise ValueError(
                f"`{name}` must be a number of at least 0, received: "
                f"{name}={value!r}. To mend it, leave it out."
            )


def require_counts(**given: Any) -> None:
    """Raises unless all of these are whole numbers of at least 1, or None.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in given.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (whole and value >= 1):
            raise ValueError(
                f"`{name}` must be a whole number of at least 1, received: "
                f"{name}={value!r}. To mend it, leave it out."
            )


def require_share(share: Any) -> None:
    """Raises unless it is a share of rows, above 0 and up to 1.

    Raises:
        ValueError: if it is not.
    """
    if not (is_number(share) and 0 < share <= 1):
        raise ValueError(
            "`share` must be a share of the rows with 0 < share <= 1, "
            f"received: share={share!r}. To mend it, leave it out (1: all "
            "rows)."
        )


def require_function(**given: Any) -> None:
    """Raises unless all of these can be called.

    Raises:
        TypeError: naming the first that cannot.
    """
    for name, value in given.items():
        if not callable(value):
            raise TypeError(
                f"`{name}` must be a function, received: {name}={value!r}. To "
                "mend it, pass one that is defined by `def` or `lambda`."
            )


def is_number(value: Any) -> bool:
    """Whether it is a finite number, and no truth value.

    Example:
        >>> is_number(0.5), is_number(True), is_number(float("nan"))
        (True, False, False)
    """
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value)
