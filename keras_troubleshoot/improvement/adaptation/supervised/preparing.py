"""Arguments of `fine_tune` as the training takes them."""

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.improvement.adaptation.supervised.tuned import FineTuned

# Rows of a batch of `fit` by default.
BATCH_SIZE = 32


def plain(y: Any) -> Any:
    """Labels as an array where they are a list of numbers."""
    listed = isinstance(y, list) and not any(
        rows_lib.is_array(leaf) for leaf in nests.arrays(y)
    )
    return np.asarray(y) if listed else y


def names(head: Any) -> tuple[str, ...]:
    """The names of the layers that are the head; none to find them."""
    if isinstance(head, str):
        return (head,)
    return tuple(head) if isinstance(head, list | tuple) else ()


def rate(model: Any, given: Any) -> Any:
    """The learning rate of the topmost group.

    Raises:
        ValueError: the compiled optimizer does not tell one.
    """
    if given is not None:
        return float(given) if not callable(given) else given
    inner = keras_internals.inner_optimizer(model.optimizer)
    known, _ = keras_internals.learning_rate(inner)
    if known is None or not 0 < known < math.inf:
        raise ValueError(
            "`learning_rate` must be given where the compiled optimizer has "
            f"none above 0, received: {type(inner).__name__} with {known}. "
            "To mend it, pass learning_rate=1e-3."
        )
    return known


def maker(model: Any) -> Callable[[Any], Any]:
    """Makes new optimizers with the arguments of the compiled one."""
    inner = keras_internals.inner_optimizer(model.optimizer)
    kind, config = type(inner), inner.get_config()

    def fresh(learning_rate: Any) -> Any:
        own = {} if learning_rate is None else {"learning_rate": learning_rate}
        return kind.from_config(config | own)

    return fresh


def epochs(given: Any, count: int) -> Sequence[int] | None:
    """One number of epochs for each stage; None for the default.

    Raises:
        ValueError: there are more or fewer of them than stages.
    """
    if given is None:
        return None
    if not isinstance(given, list | tuple):
        return [int(given)] * count
    if len(given) != count:
        raise ValueError(
            f"`epochs` must hold one number for each of {count} stages, "
            f"received: epochs={given!r}. To mend it, pass {count} numbers, "
            "or one for all."
        )
    return [int(number) for number in given]


def steps(x: Any, read: Any, fit: dict) -> int | None:
    """Steps of an epoch; None where that is not known."""
    if fit.get("steps_per_epoch"):
        return int(fit["steps_per_epoch"])
    if reading.stream_reader(x) is None:
        size = fit.get("batch_size") or BATCH_SIZE
        return math.ceil(read.rows / size)
    cardinality = getattr(x, "cardinality", None)
    if cardinality is not None:
        count = int(cardinality())
        return count if count > 0 else None
    try:
        return len(x)
    except TypeError:
        return None


def loss(model: Any, recipe: Any) -> float:
    """The validation loss of a model, as `fit` computes it."""
    taken = {
        name: recipe.fit[f"validation_{name}"]
        for name in ("batch_size", "steps")
        if recipe.fit.get(f"validation_{name}")
    }
    parts = recipe.validation
    arrays = isinstance(parts, list | tuple)
    given = {"x": parts}
    if arrays:
        given = dict(zip(("x", "y", "sample_weight"), parts, strict=False))
    logs = model.evaluate(**given, verbose=0, return_dict=True, **taken)
    return float(logs["loss"])


def with_model(made: FineTuned, model: Any) -> FineTuned:
    """The result with another model of the same weights."""
    return dataclasses.replace(made, model=model)
