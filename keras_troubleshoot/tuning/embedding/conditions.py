"""Which hyperparameters the values of others turn on."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.tuning.embedding.scale import HyperParameter


def is_active(hp: HyperParameter, values: Mapping[str, Any]) -> bool:
    """Whether all conditions of a hyperparameter are met by `values`."""
    return all(condition.is_active(values) for condition in hp.conditions)


def active(
    space: Sequence[HyperParameter], values: Mapping[str, Any]
) -> list[bool]:
    """Which hyperparameters are on.

    Args:
        space: `keras_tuner.HyperParameters.space`, parents before children.
        values: of the active ones, by name. A parent that is not named
            turns its children off.

    Returns:
        One truth for each hyperparameter.

    Example:
        >>> import keras_tuner
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Choice("optimizer", ["adam", "sgd"])
        >>> _ = hp.Float("momentum", 0.0, 0.99, parent_name="optimizer",
        ...              parent_values=["sgd"])
        >>> active(hp.space, {"optimizer": "adam"})
        [True, False]
    """
    return [is_active(hp, values) for hp in space]


def filled(
    space: Sequence[HyperParameter],
    value: Callable[[HyperParameter, int], Any],
) -> dict[str, Any]:
    """Values of the active hyperparameters alone, chosen one by one.

    Args:
        space: the hyperparameters, parents before children.
        value: gives the value of a hyperparameter, by it and its number in
            the space; asked of active ones alone.

    Returns:
        The values by name, as an oracle of keras-tuner hands them out.
    """
    values: dict[str, Any] = {}
    for number, hp in enumerate(space):
        if is_active(hp, values):
            values[hp.name] = value(hp, number)
    return values
