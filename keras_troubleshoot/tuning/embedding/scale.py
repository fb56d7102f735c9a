"""One hyperparameter of keras-tuner and the interval from 0 to 1.

The measure is its own: linear, logarithmic or reverse-logarithmic, equal
parts for steps and choices, so that what is uniform here is what keras-tuner
draws. Unlike `HyperParameter.value_to_prob`, all of it grows with the value
(reverse-logarithmic steps fall there), the last step is not lost to rounding,
and strange values are taken as the nearest.
"""

import math
from typing import Any

import keras_tuner
import numpy as np

Boolean = keras_tuner.engine.hyperparameters.Boolean
Choice = keras_tuner.engine.hyperparameters.Choice
Fixed = keras_tuner.engine.hyperparameters.Fixed
Float = keras_tuner.engine.hyperparameters.Float
HyperParameter = keras_tuner.engine.hyperparameters.HyperParameter
Int = keras_tuner.engine.hyperparameters.Int
# Of what has no place of its own.
MIDDLE = 0.5
# The last number below 1: intervals are open on the right.
BELOW_ONE = math.nextafter(1.0, 0.0)
# Of a step that may be lost to rounding, as keras-tuner for logarithmic ones.
ROUNDING = 1e-8


def to_unit(hp: HyperParameter, value: Any) -> float:
    """Where a value lies between 0 and 1.

    Args:
        hp: a `Float`, `Int`, `Choice`, `Boolean` or `Fixed`.
        value: one of its values. Numbers that are none are taken as the
            nearest; of a `Choice` other words lie in the middle.

    Returns:
        A number from 0 to 1; of steps and choices the middle of their part.

    Example:
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float("rate", 1e-4, 1.0, sampling="log")
        >>> _ = hp.Choice("activation", ["relu", "tanh"])
        >>> to_unit(hp.space[0], 1e-2), to_unit(hp.space[1], "tanh")
        (0.5, 0.75)
    """
    if isinstance(hp, Fixed):
        return MIDDLE
    count = parts(hp)
    if count:
        index = index_of(hp, value, count)
        return MIDDLE if index is None else (index + 0.5) / count
    value = min(max(value, hp.min_value), hp.max_value)
    return min(max(float(hp.value_to_prob(value)), 0.0), 1.0)


def from_unit(hp: HyperParameter, place: float) -> Any:
    """The value at a place between 0 and 1.

    Args:
        hp: a `Float`, `Int`, `Choice`, `Boolean` or `Fixed`.
        place: a number; below 0 and above 1 it is the end.

    Returns:
        A value of the type that keras-tuner gives it.

    Example:
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Int("units", 8, 512, step=2, sampling="log")
        >>> [from_unit(hp.space[0], place) for place in (0.0, 0.5, 1.0)]
        [8, 64, 512]
    """
    place = min(max(float(place), 0.0), BELOW_ONE)
    if isinstance(hp, Fixed):
        return hp.value
    count = parts(hp)
    if count:
        return part(hp, int(place * count), count)
    value = hp.prob_to_value(place)
    # Powers are not exact at the ends.
    return min(max(value, hp.min_value), hp.max_value)


def parts(hp: HyperParameter) -> int | None:
    """Into how many equal parts it falls; None of a range without steps.

    `Int` without a step on a logarithmic scale has values, but no equal
    parts.
    """
    if isinstance(hp, Fixed):
        return 1
    if isinstance(hp, Boolean):
        return 2
    if isinstance(hp, Choice):
        return len(hp.values)
    if hp.step is None:
        return None
    if hp.sampling == "linear":
        ratio = (hp.max_value - hp.min_value) / hp.step
    else:
        ratio = math.log(hp.max_value / hp.min_value, hp.step)
    return int(ratio + ROUNDING) + 1


def count_of(hp: HyperParameter) -> float:
    """How many values it has; infinitely many of a stepless `Float`."""
    count = parts(hp)
    if count is not None:
        return count
    if isinstance(hp, Int):
        return hp.max_value - hp.min_value + 1
    return 1 if hp.min_value == hp.max_value else math.inf


def part(hp: HyperParameter, index: int, count: int) -> Any:
    """The value of a part."""
    if isinstance(hp, Boolean):
        return index == 1
    if isinstance(hp, Choice):
        return hp.values[index]
    if hp.sampling == "linear":
        value = hp.min_value + index * hp.step
    elif hp.sampling == "log":
        value = hp.min_value * math.pow(hp.step, index)
    else:
        # Steps are counted from the upper end.
        power = math.pow(hp.step, count - 1 - index)
        value = hp.max_value + hp.min_value - hp.min_value * power
    value = min(max(value, hp.min_value), hp.max_value)
    return int(round(value)) if isinstance(hp, Int) else float(value)


def index_of(hp: HyperParameter, value: Any, count: int) -> int | None:
    """The part of a value, None where there is none."""
    if isinstance(hp, Boolean):
        return int(bool(value))
    if isinstance(hp, Choice):
        return chosen(hp, value)
    value = min(max(value, hp.min_value), hp.max_value)
    if hp.sampling == "linear":
        index = (value - hp.min_value) / hp.step
    elif hp.sampling == "log":
        index = math.log(value / hp.min_value, hp.step)
    else:
        ratio = (hp.max_value + hp.min_value - value) / hp.min_value
        index = count - 1 - math.log(ratio, hp.step)
    return min(max(round(index), 0), count - 1)


def chosen(hp: HyperParameter, value: Any) -> int | None:
    """The number of a choice; of numbers the nearest."""
    if value in hp.values:
        return hp.values.index(value)
    if isinstance(value, str) or isinstance(hp.values[0], str):
        return None
    return int(np.abs(np.asarray(hp.values, float) - float(value)).argmin())


def is_category(hp: HyperParameter) -> bool:
    """Whether its values have no order that could be narrowed."""
    return isinstance(hp, Boolean) or (
        isinstance(hp, Choice) and not hp.ordered
    )
