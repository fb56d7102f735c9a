"""The lecture's way by hand: change what matters most, one at a time.

Around the best trial so far one hyperparameter is changed, the most sensitive
first, until a few values of it are known; then the next.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import filled
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.spaces import sensitivity

# Values of a hyperparameter that are tried before the next one (heuristic:
# of three, one can lie between two others and be the best).
WANTED = 3
# Of distances between 0 and 1 that are told apart.
DIGITS = 6


def following(
    space: Sequence[Any],
    tried: Sequence[Mapping[str, Any]],
    best: Mapping[str, Any] | None,
) -> tuple[dict[str, Any], str] | None:
    """What to try next, and why.

    Args:
        space: `keras_tuner.HyperParameters.space`.
        tried: the values of all trials.
        best: those of the best; None where none has a finite score.

    Returns:
        Values in effect and a sentence; None where each hyperparameter has
        values enough.
    """
    defaults = filled(space, lambda hp, _: hp.default)
    if not tried:
        return defaults, "The defaults come first: the others are seen by them."
    base = defaults if best is None else dict(best)
    for hp in by_sensitivity(space, base):
        known = {
            values[hp.name]
            for values in tried
            if hp.name in values and is_active(hp, values)
        }
        if len(known) >= min(WANTED, scale.count_of(hp)):
            continue
        value = new_value(hp, base.get(hp.name, hp.default), known, best)
        if value is not None:
            kind = sensitivity.kind_of(hp.name)
            return changed(space, base, hp, value), (
                f"`{hp.name}` is of {kind.sensitivity} sensitivity and has "
                f"{counted(len(known), 'value')} so far; the others as in "
                f"{'the defaults' if best is None else 'the best trial'}."
            )
    return None


def by_sensitivity(
    space: Sequence[Any], values: Mapping[str, Any]
) -> list[Any]:
    """What can be changed, the most sensitive first."""
    free = [
        hp for hp in space if scale.count_of(hp) > 1 and is_active(hp, values)
    ]
    return sorted(
        free, key=lambda hp: sensitivity.place(sensitivity.kind_of(hp.name))
    )


def changed(
    space: Sequence[Any], base: Mapping[str, Any], changed: Any, value: Any
) -> dict[str, Any]:
    """The configuration with one value changed."""
    return filled(
        space,
        lambda hp, _: value if hp is changed else base.get(hp.name, hp.default),
    )


def new_value(
    hp: Any, now: Any, known: set, best: Mapping[str, Any] | None
) -> Any | None:
    """A value that was not tried.

    On a scale it is the middle between the best and the next one that was
    tried, or the end, where that is farther off. Where all trials diverged,
    it is below: a smaller rate, a smaller layer.
    """
    if scale.is_category(hp):
        return next((v for v in hp.values if v not in known), None)
    at = scale.to_unit(hp, now)
    places = np.array([scale.to_unit(hp, value) for value in known] or [at])
    below = max([0.0, *places[places < at - scale.ROUNDING]])
    above = min([1.0, *places[places > at + scale.ROUNDING]])
    # At a tie upwards, as a rate that is too small is the dearer mistake.
    sides = [(round(above - at, DIGITS), above)]
    sides += [(round(at - below, DIGITS), below)]
    sides.sort(key=lambda side: side[0], reverse=True)
    if best is None:
        sides.sort(key=lambda side: side[1])
    middles = [(at + end) / 2 for _, end in sides]
    others = np.linspace(0, 1, 2 * WANTED + 1)
    for place in [*middles, *others]:
        value = rounded(hp, scale.from_unit(hp, place))
        if value not in known:
            return value
    return None


def rounded(hp: Any, value: Any) -> Any:
    """A number that can be typed: three digits."""
    if not isinstance(hp, scale.Float) or hp.step is not None:
        return value
    short = float(f"{value:.3g}")
    return short if hp.min_value <= short <= hp.max_value else value
