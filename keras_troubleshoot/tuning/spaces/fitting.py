"""The arguments of the `fit` of a trial."""

import inspect
import math
from typing import Any

BATCH = 32


def bound(model: Any, args: tuple, kwargs: dict) -> inspect.BoundArguments:
    """The arguments of `model.fit` by their names."""
    return inspect.signature(model.fit).bind_partial(*args, **kwargs)


def total_steps(arguments: dict[str, Any]) -> int | None:
    """How many batches a `fit` sees in all; None where nobody can know.

    Example:
        >>> import numpy as np
        >>> rows = {"x": np.zeros((100, 2)), "validation_split": 0.2}
        >>> total_steps({**rows, "epochs": 3, "batch_size": 30})
        9
    """
    epochs = int(arguments.get("epochs") or 1)
    epochs -= int(arguments.get("initial_epoch") or 0)
    each = arguments.get("steps_per_epoch") or batches(arguments)
    return None if each is None else max(1, epochs * int(each))


def batches(arguments: dict[str, Any]) -> int | None:
    """How many batches an epoch has; None where nobody can know."""
    x = arguments.get("x")
    rows = row_count(x)
    if rows is not None:
        share = 1 - float(arguments.get("validation_split") or 0.0)
        # As Keras cuts it off.
        rows = math.floor(rows * share)
        return math.ceil(rows / int(arguments.get("batch_size") or BATCH))
    for name in ("cardinality", "num_batches", "__len__"):
        held = getattr(x, name, None)
        held = held() if callable(held) else held
        if held is not None and int(held) >= 0:
            return int(held)
    return None


def row_count(x: Any) -> int | None:
    """How many rows arrays have; None for data that come in batches."""
    import keras

    leaves = keras.tree.flatten(x)
    if not leaves or not all(getattr(leaf, "shape", None) for leaf in leaves):
        return None
    return int(leaves[0].shape[0])


def require_fitting(arguments: dict[str, Any], tuned: set[str]) -> None:
    """Refuses arguments that would undo what is tuned.

    Raises:
        keras_tuner.errors.FatalValueError: it ends the search, as every
            trial would fail.
    """
    import keras
    from keras_tuner import errors

    if "batch_size" in tuned and row_count(arguments.get("x")) is None:
        raise errors.FatalValueError(
            "`x` must be arrays where the batch size is tuned, received: "
            f"{type(arguments.get('x')).__name__}, which comes in batches of "
            "its own. To mend it, pass arrays, or leave out `batch_size=` of "
            "`hypermodel`."
        )
    if "batch_size" in tuned and arguments.get("batch_size") is not None:
        raise errors.FatalValueError(
            "`batch_size` must not be given to `search` where it is tuned, "
            f"received: batch_size={arguments['batch_size']}. To mend it, "
            "leave it out here, or in `hypermodel`."
        )
    setting = (
        keras.callbacks.LearningRateScheduler,
        keras.callbacks.ReduceLROnPlateau,
    )
    for callback in arguments.get("callbacks") or ():
        if "schedule" in tuned and isinstance(callback, setting):
            raise errors.FatalValueError(
                "`callbacks` must not set the learning rate where its "
                f"schedule is tuned, received: {type(callback).__name__}. To "
                "mend it, leave it out, or name in `tune=` of `hypermodel` "
                "all but 'schedule'."
            )
