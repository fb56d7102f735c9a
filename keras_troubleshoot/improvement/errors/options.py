"""The numbers among the arguments of `analyze_errors`, checked first."""

import numbers
from typing import Any

# Clusters and examples at most: what a page can hold, and a reader read.
MOST_CLUSTERS = 200
MOST_EXAMPLES = 60


def require(clusters: Any, examples: Any, seed: Any) -> None:
    """Refuses what cannot be used.

    Raises:
        TypeError: something is no whole number.
        ValueError: it is out of range.
    """
    if clusters is not None:
        require_whole("clusters", clusters, 0, MOST_CLUSTERS)
        if clusters == 1:
            raise ValueError(
                "`clusters` must be at least 2, received: clusters=1. To mend "
                "it, pass 0 for none, or leave it out to have their number "
                "chosen."
            )
    require_whole("examples", examples, 0, MOST_EXAMPLES)
    require_whole("seed", seed, 0, 2**32 - 1)


def require_whole(name: str, value: Any, least: int, most: int) -> None:
    """Refuses what is no whole number in a range.

    Raises:
        TypeError: it is none.
        ValueError: it is out of the range.
    """
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(
            f"`{name}` must be a whole number, received: {name}={value!r}. To "
            "mend it, pass an int."
        )
    if not least <= value <= most:
        raise ValueError(
            f"`{name}` must be from {least} to {most}, received: "
            f"{name}={value}. To mend it, pass a number in this range."
        )
