"""Whole numbers that users pass."""

from typing import Any

import numpy as np


def require_counts(least: int = 1, **counts: Any) -> None:
    """Raises where one is no whole number of at least `least`."""
    for name, value in counts.items():
        whole = isinstance(value, (int, np.integer))
        if isinstance(value, bool) or not whole or value < least:
            raise ValueError(
                f"`{name}` must be a whole number of at least {least}, "
                f"received: {value!r}."
            )
