"""Whether values that a user or another library chose fit a search space."""

import difflib
import numbers
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import filled
from keras_troubleshoot.tuning.embedding.conditions import is_active


def checked(space: Sequence[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a trial, complete and of the types of the space.

    Args:
        space: `keras_tuner.HyperParameters.space`.
        values: by name. What is in effect but not named takes its default.
            Values between two steps are taken as they are.

    Returns:
        The values that are in effect, by name.

    Raises:
        TypeError: they are no mapping, or one is no number where it must be.
        ValueError: a name is not known or not in effect, or a value lies
            outside.

    Example:
        >>> import keras_tuner
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float("rate", 1e-4, 1.0, sampling="log", default=0.01)
        >>> _ = hp.Int("units", 8, 512)
        >>> checked(hp.space, {"units": 64.0})
        {'rate': 0.01, 'units': 64}
    """
    require_mapping(values)
    require_known(space, values)
    made = filled(
        space,
        lambda hp, _: (
            fitting(hp, values[hp.name]) if hp.name in values else hp.default
        ),
    )
    idle = [name for name in values if name not in made]
    if idle:
        raise ValueError(
            f"`values` must be in effect, received: {listed(idle)}, which "
            f"{when(space, idle[0])}. To mend it, leave it out."
        )
    return made


def require_mapping(values: Any) -> None:
    """Values are told by name.

    Raises:
        TypeError: they are not.
    """
    if not isinstance(values, Mapping):
        raise TypeError(
            "`values` must map the names of hyperparameters to values, "
            f"received: {values!r}. To mend it, pass such as "
            '{"learning_rate": 0.01}.'
        )


def require_known(space: Sequence[Any], values: Mapping[str, Any]) -> None:
    """The space has to have all that is named.

    Raises:
        ValueError: it has not.
    """
    names = list(dict.fromkeys(hp.name for hp in space))
    unknown = [str(name) for name in values if name not in names]
    if unknown:
        near = difflib.get_close_matches(unknown[0], names, 1)
        told = f"write {near[0]!r}" if near else f"name among {listed(names)}"
        raise ValueError(
            "`values` must name hyperparameters of the search space, "
            f"received: {listed(map(repr, unknown))}. To mend it, {told}."
        )


def when(space: Sequence[Any], name: str) -> str:
    """Where a conditional hyperparameter is in effect, in words."""
    scopes = [
        " and ".join(
            f"{c.name} is {' or '.join(map(str, c.values))}"
            for c in hp.conditions
        )
        for hp in space
        if hp.name == name and hp.conditions
    ]
    return f"is so only where {', or '.join(scopes)}"


def fitting(hp: Any, value: Any) -> Any:
    """A value as keras-tuner keeps it.

    Raises:
        TypeError: it is no number, where one is needed.
        ValueError: it is not among the values of the hyperparameter.
    """
    if isinstance(hp, scale.Fixed | scale.Boolean | scale.Choice):
        return option(hp, value)
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real:
        raise TypeError(
            f"`{hp.name}` must be a number, received: {hp.name}={value!r}. "
            "To mend it, pass one."
        )
    if not hp.min_value <= value <= hp.max_value:
        raise ValueError(
            f"`{hp.name}` must lie between {number(hp.min_value)} and "
            f"{number(hp.max_value)}, received: {hp.name}={value!r}. To mend "
            "it, widen the range in the search space."
        )
    if not isinstance(hp, scale.Int):
        return float(value)
    if value != int(value):
        raise ValueError(
            f"`{hp.name}` must be a whole number, received: "
            f"{hp.name}={value!r}. To mend it, round it."
        )
    return int(value)


def option(hp: Any, value: Any) -> Any:
    """One of a few values.

    Raises:
        ValueError: it is another.
    """
    fixed = isinstance(hp, scale.Fixed)
    options = [hp.value] if fixed else list(hp.values)
    for known in options:
        # True equals 1, but is another choice.
        alike = isinstance(known, bool) == isinstance(value, bool | np.bool_)
        if alike and known == value:
            return known
    raise ValueError(
        f"`{hp.name}` must be {' or '.join(map(repr, options))}, received: "
        f"{hp.name}={value!r}. To mend it, pass one of them, or add it to "
        "the search space."
    )


def in_effect(space: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
    """The hyperparameters that the values turn on."""
    return [hp for hp in space if is_active(hp, values)]
