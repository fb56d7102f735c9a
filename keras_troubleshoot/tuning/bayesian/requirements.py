"""What the arguments of a Bayesian search must be."""

from typing import Any

from keras_troubleshoot.tuning.counts import require_counts_if_given


def check(max_trials: Any, num_initial_points: Any, seed: Any) -> None:
    """Raises what is wrong with the arguments."""
    require_counts_if_given(
        max_trials=max_trials, num_initial_points=num_initial_points
    )
    require_counts_if_given(0, seed=seed)


def direction(value: Any) -> None:
    """Raises where it is not said which scores are better."""
    if value not in ("min", "max"):
        raise ValueError(
            "`objective_direction` must be 'min' or 'max', received: "
            f"objective_direction={value!r}. To mend it, say which scores "
            "are better."
        )
