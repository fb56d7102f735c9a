"""Optuna, which is there only where the user installed it."""

import importlib.util
from typing import Any


def optuna(caller: str) -> Any:
    """The library.

    Args:
        caller: the function that needs it.

    Raises:
        ImportError: it is not installed.
    """
    if importlib.util.find_spec("optuna") is None:
        raise ImportError(
            f"`{caller}` needs Optuna, which is not installed. To mend it, "
            "run `pip install optuna`."
        )
    import optuna

    return optuna


def require_study(study: Any, direction: str | None = None) -> None:
    """Refuses what is no study of one objective.

    Args:
        study: to be checked.
        direction: "min" or "max", where the search has one.

    Raises:
        TypeError: it is no study.
        ValueError: it has several objectives, or the other direction.
    """
    if not hasattr(study, "trials") or not hasattr(study, "directions"):
        raise TypeError(
            "`study` must be a study of Optuna, received: "
            f"{type(study).__name__}. To mend it, pass "
            "`optuna.load_study(...)` or `optuna.create_study(...)`."
        )
    if len(study.directions) != 1:
        raise ValueError(
            "`study` must have one objective, received: "
            f"{len(study.directions)}. To mend it, make a study of one of "
            "them."
        )
    if direction not in (None, direction_of(study)):
        raise ValueError(
            f"`study` must be searched in the direction of the objective, "
            f"{direction!r}, received: {direction_of(study)!r}. To mend it, "
            "pass a study of the same objective."
        )


def direction_of(study: Any) -> str:
    """The direction of a study as keras-tuner has it: "min" or "max"."""
    return study.direction.name.lower()[:3]
