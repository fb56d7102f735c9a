"""What is asked of all searches for copies."""

from typing import Any

import numpy as np


def near(value: Any) -> str | float | None:
    """What counts as near.

    Raises:
        ValueError: if it is neither "auto", None, nor a share.
    """
    if value is None or (isinstance(value, str) and value == "auto"):
        return value
    number = isinstance(value, int | float | np.number)
    if not number or isinstance(value, bool) or not 0 < value < 1:
        raise ValueError(
            "`near` must be 'auto', None (equal rows alone), or a number "
            f"between 0 and 1, received: near={value!r}. To mend it, leave it "
            "out."
        )
    return float(value)


def seed(value: Any) -> int:
    """A seed.

    Raises:
        ValueError: if it is no whole number of at least 0.
    """
    whole = isinstance(value, int | np.integer)
    if not whole or isinstance(value, bool) or value < 0:
        raise ValueError(
            "`seed` must be a whole number of at least 0, received: "
            f"seed={value!r}. To mend it, leave it out."
        )
    return int(value)
