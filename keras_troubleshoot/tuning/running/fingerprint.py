"""Tells whether a folder holds the search that is asked for."""

import json
import os
from typing import Any

from keras_troubleshoot.tuning.running import files

NAME = "search.json"


def of(oracle: Any, work: Any) -> dict[str, Any]:
    """What makes two searches the same, as plain values."""
    epochs = work.options.get("epochs")
    told = {
        "method": type(oracle).__name__,
        "objective": oracle.objective.name,
        "direction": oracle.objective.direction,
        "epochs": epochs if epochs is None else int(epochs),
        "executions": int(work.executions),
        "hyperparameters": [
            {"class": type(hp).__name__, **plain(hp.get_config())}
            for hp in oracle.get_space().space
        ],
    }
    return json.loads(json.dumps(told, default=str))


def plain(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a hyperparameter without its conditions."""
    return {n: v for n, v in config.items() if n != "conditions"}


def require_same(folder: str, told: dict[str, Any]) -> None:
    """Refuses to go on with another search; notes the first.

    Raises:
        ValueError: the folder holds another.
    """
    path = os.path.join(folder, NAME)
    held = files.read(path)
    if held is None:
        files.write(path, json.dumps(told))
        return
    other = [name for name in told if held.get(name) != told[name]]
    if other:
        shown = other[0]
        raise ValueError(
            f"The folder {folder!r} must hold the same search, received: one "
            f"with other {' and '.join(other)}"
            + (
                ""
                if shown == "hyperparameters"
                else f" ({shown} was {held.get(shown)!r}, is {told[shown]!r})"
            )
            + ". To mend it, give `project_name` another name, or pass "
            "`overwrite=True` to lose the old one."
        )
