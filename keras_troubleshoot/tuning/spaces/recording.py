"""Finds out what a builder tunes, by letting it build."""

import copy
import inspect
from typing import Any

from keras_troubleshoot.facts import randomness
from keras_troubleshoot.tuning.spaces import sensitivity
from keras_troubleshoot.tuning.spaces.entry import Entry

# Models that are built, at most, to see what each value of a parent opens.
BUILDS = 30


def recorded(builder: Any) -> Any:
    """All hyperparameters that a builder registers, with their conditions.

    It builds once, and once more for each conditional scope that the values
    so far left closed. The global random state stays as it was.

    Args:
        builder: a function of `hp`, or a `keras_tuner.HyperModel`.

    Returns:
        `keras_tuner.HyperParameters`.

    Raises:
        TypeError: it does not take `hp` alone.
    """
    import keras_tuner

    require_function_of_hp(builder)
    found, opened, waiting = keras_tuner.HyperParameters(), [], [()]
    with randomness.preserved():
        if hasattr(builder, "declare_hyperparameters"):
            builder.declare_hyperparameters(found)
        for _ in range(BUILDS):
            if not waiting:
                break
            hp = with_values(found, waiting.pop(0))
            built(builder, hp)
            found.merge(hp, overwrite=False)
            opened += hp.active_scopes
            waiting += copy.deepcopy(hp.inactive_scopes)
            waiting = [scope for scope in waiting if scope not in opened]
    return found


def with_values(found: Any, conditions: Any) -> Any:
    """The defaults, but for the values that open a scope."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.merge(found)
    for condition in conditions:
        hp.values[condition.name] = condition.values[0]
        for parameter in found.space:
            if hp.is_active(parameter):
                hp.values.setdefault(parameter.name, parameter.default)
    return hp


def require_function_of_hp(builder: Any) -> None:
    """Refuses a builder that wants its data too.

    Raises:
        TypeError: `hp` is not its first argument, but another.
    """
    if hasattr(builder, "build"):
        return
    try:
        names = list(inspect.signature(builder).parameters)
    except ValueError:
        return
    if "hp" in names[1:]:
        called = getattr(builder, "__name__", "build")
        raise TypeError(
            "`model_or_task` must be a function of `hp` alone, received: "
            f"{called}({', '.join(names)}). To mend it, pass `lambda hp: "
            f"{called}(x, y, hp=hp)`, with your data."
        )


def built(builder: Any, hp: Any) -> Any:
    """Calls a builder.

    Raises:
        TypeError: it does not take `hp` alone.
    """
    build = getattr(builder, "build", builder)
    try:
        return build(hp)
    except TypeError as error:
        if error.__traceback__.tb_next is not None:
            raise
        raise TypeError(
            "`model_or_task` must be a function of `hp` alone, received: "
            f"{getattr(builder, '__name__', builder)!r} ({error}). To mend "
            "it, pass `lambda hp: kts.models.mlp(x, y, hp=hp)`, with your "
            "builder and your data."
        ) from error


def entries(found: Any) -> list[Entry]:
    """The hyperparameters with their kinds, told by their names."""
    parents = {c.name for p in found.space for c in p.conditions}
    tuned = [
        parameter
        for parameter in found.space
        if type(parameter).__name__ != "Fixed" or parameter.name in parents
    ]
    kinds = [sensitivity.kind_of(parameter.name) for parameter in tuned]
    return [
        Entry(kind, parameter, kind.why)
        for kind, parameter in zip(kinds, tuned, strict=True)
    ]
