"""What `tune` asks of its arguments, before any work starts."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import rows
from keras_troubleshoot.tuning.counts import require_counts

ENGINES = (None, "ray")


def check(
    train: Any,
    validation: Any,
    test: Any,
    *,
    counts: dict[str, Any],
    workers: Any,
    engine: Any,
    seeds: Any,
    resources: Any,
    strategy: Any,
) -> None:
    """Refuses arguments that would end a search in its middle.

    Raises:
        TypeError, ValueError: one of them will not do.
    """
    require_counts(**counts)
    require_counts(0, workers=workers, seeds=seeds)
    if engine not in ENGINES:
        raise ValueError(
            f"`engine` must be None or 'ray', received: {engine!r}."
        )
    if resources and engine != "ray":
        raise ValueError(
            "`resources` must go with `engine='ray'`, received: "
            f"resources={resources!r} without it."
        )
    if strategy is not None and (workers or engine):
        raise ValueError(
            "`strategy` must be made in the process that trains, received: "
            "one for other processes. To mend it, build the model in its "
            "scope in the builder, or leave `workers` and `engine` out."
        )
    require_data("train", train)
    for name, data in (("validation", validation), ("test", test)):
        if data is not None:
            require_data(name, data)
    if validation is None:
        raise ValueError(
            "`validation` must be data that the models are not trained on, "
            "received: None. To mend it, hold back a part of the training "
            "data."
        )


def require_data(name: str, data: Any) -> None:
    """Refuses what cannot be read again and again.

    Raises:
        TypeError: it can be read only once, or lacks targets.
        ValueError: its arrays differ in length, or are empty.
    """
    if isinstance(data, Iterator):
        raise TypeError(
            f"`{name}` must be data that can be read for each trial, "
            "received: a generator, which can be read once. To mend it, pass "
            "arrays or a `tf.data.Dataset`."
        )
    if not isinstance(data, tuple):
        if isinstance(data, (np.ndarray, list, dict)):
            raise TypeError(
                f"`{name}` must be `(x, y)`, `(x, y, sample_weight)` or a "
                f"dataset, received: {type(data).__name__}."
            )
        return
    if len(data) not in (2, 3):
        raise TypeError(
            f"`{name}` must be `(x, y)` or `(x, y, sample_weight)`, "
            f"received: a tuple of {len(data)}."
        )
    leaves = keras.tree.flatten(data)
    sizes = {rows.count(leaf, name) for leaf in leaves if leaf is not None}
    if len(sizes) > 1 or 0 in sizes:
        raise ValueError(
            f"`{name}` must hold arrays of the same number of rows, and at "
            f"least one, received: {', '.join(map(str, sorted(sizes)))}."
        )


def folder_parts(directory: Any, project_name: Any) -> tuple[str, str]:
    """The folder and the name of a search, as strings.

    Raises:
        TypeError: the name is none.
        ValueError: it is empty or a path.
    """
    if not isinstance(project_name, str):
        raise TypeError(
            "`project_name` must be a string, received: "
            f"{type(project_name).__name__}."
        )
    if not project_name or "/" in project_name:
        raise ValueError(
            "`project_name` must be the name of a folder in `directory`, "
            f"received: {project_name!r}."
        )
    return str(directory), project_name
