"""Whole numbers that users pass."""

from typing import Any

import numpy as np


def require_counts(least: int = 1, **counts: Any) -> None:
    """Raises where one is no whole number of at least `least`.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is too small.
    """
    for name, value in counts.items():
        require(name, value, least, "")


def require_counts_if_given(least: int = 1, **counts: Any) -> None:
    """The same of arguments that may be left out, or None.

    Raises:
        TypeError: one is neither None nor a whole number.
        ValueError: it is too small.
    """
    for name, value in counts.items():
        if value is not None:
            require(name, value, least, " To mend it, leave it out.")


def require(name: str, value: Any, least: int, mend: str) -> None:
    """Raises where one value will not do."""
    whole = isinstance(value, (int, np.integer))
    whole = whole and not isinstance(value, (bool, np.bool_))
    if not whole or value < least:
        raise (ValueError if whole else TypeError)(
            f"`{name}` must be a whole number of at least {least}, "
            f"received: {name}={value!r}.{mend}"
        )
