"""What the arguments of a Bayesian search must be."""

from typing import Any

import numpy as np


def check(max_trials: Any, num_initial_points: Any, seed: Any) -> None:
    """Raises what is wrong with the arguments."""
    for name, value, least in (
        ("max_trials", max_trials, 1),
        ("num_initial_points", num_initial_points, 1),
        ("seed", seed, 0),
    ):
        if value is None:
            continue
        whole = isinstance(value, int | np.integer) and not isinstance(
            value, bool
        )
        if not whole or value < least:
            raise (ValueError if whole else TypeError)(
                f"`{name}` must be a whole number of at least {least}, "
                f"received: {name}={value!r}. To mend it, leave it out."
            )


def direction(value: Any) -> None:
    """Raises where it is not said which scores are better."""
    if value not in ("min", "max"):
        raise ValueError(
            "`objective_direction` must be 'min' or 'max', received: "
            f"objective_direction={value!r}. To mend it, say which scores "
            "are better."
        )
