"""What every trial would fail of, seen before the first."""

import difflib
import inspect
from collections.abc import Iterable
from typing import Any

import keras
import keras_tuner
import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_logs
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import rows
from keras_troubleshoot.tuning.running import results

# What `tune` gives to `fit` itself.
GIVEN = ("x", "y", "sample_weight", "validation_data")
FIRST = np.arange(1)


def check(
    built: Any, objective: Any, train: Any, fit: dict[str, Any], caller: Any
) -> None:
    """Refuses what no trial can do.

    Args:
        built: what `builders.read` returns.
        objective: a `keras_tuner.Objective`.
        train: the data.
        fit: arguments for `fit`.
        caller: the function whose other arguments might have been meant.

    Raises:
        TypeError: `fit` does not take an argument.
        ValueError: the training will not log the objective.
    """
    if type(built.hypermodel).fit is not keras_tuner.HyperModel.fit:
        return  # Who trains by a function of their own may do anything.
    require_options(fit, built.model, inspect.signature(caller).parameters)
    with randomness.preserved():
        require_objective(objective, built.model, train, fit.get("callbacks"))


def require_options(
    names: Iterable[str], model: keras.Model, others: Iterable[str]
) -> None:
    """Refuses names that `fit` does not take.

    Args:
        names: of the arguments for `fit`.
        model: that is fitted.
        others: names that might have been meant as well.

    Raises:
        TypeError: one of them is not known.
    """
    known = inspect.signature(model.fit).parameters
    if any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return
    for name in names:
        if name in GIVEN:
            raise TypeError(
                f"`{name}` must be part of `train` or `validation`, received: "
                "an argument of its own."
            )
        if name in known:
            continue
        meant = difflib.get_close_matches(name, [*others, *known], 1)
        near = f" Did you mean `{meant[0]}`?" if meant else ""
        raise TypeError(
            "Other arguments than those of `tune` must be those of "
            f"`model.fit`, received: `{name}`.{near}"
        )


def require_objective(
    objective: Any, model: keras.Model, train: Any, callbacks: Any
) -> None:
    """Refuses an objective that the training will not log.

    Where the names are not known before (data that are read as they come, a
    training step of the user's own, callbacks that may add some), the first
    trial tells.

    Args:
        objective: a `keras_tuner.Objective`.
        model: compiled; what it was before does not matter.
        train: `(x, y)` or `(x, y, sample_weight)`.
        callbacks: of `fit`.

    Raises:
        ValueError: it is not among the names.
    """
    if callbacks or keras_internals.own_step(model):
        return
    if not isinstance(train, tuple):
        return
    try:
        names = logged(model, *train[:2])
    except Exception:  # It tells more where it is trained.
        return
    results.required(dict.fromkeys(names, 0.0), objective)


def logged(model: keras.Model, x: Any, y: Any) -> list[str]:
    """The names that `fit` will log for arrays."""
    x, y = (
        nests.transform(
            lambda one: keras.ops.convert_to_tensor(rows.take(one, FIRST)),
            part,
        )
        for part in (x, y)
    )
    names = [one.name for one in keras_logs.logged(model, y, model(x))]
    return [*names, *(f"val_{name}" for name in names)]
