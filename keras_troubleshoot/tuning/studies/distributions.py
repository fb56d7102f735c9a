"""Hyperparameters of keras-tuner as distributions of Optuna, and back."""

import decimal
import math
from collections.abc import Sequence
from typing import Any

import keras_tuner

from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.studies import required

# Of a step, that may be lost to rounding; as Optuna has it.
ROUNDING = 1e-8


def to_distribution(hp: Any, value: Any) -> Any:
    """The distribution that a value was drawn from.

    Args:
        hp: a hyperparameter of keras-tuner.
        value: of it in a trial. One that was tried beside the steps or the
            range gets a distribution without steps, or a wider one: Optuna
            takes no other trial.
    """
    kinds = required.optuna("to_optuna").distributions
    if isinstance(hp, scale.Fixed):
        return kinds.CategoricalDistribution([plain(hp.value)])
    if isinstance(hp, scale.Choice | scale.Boolean):
        return kinds.CategoricalDistribution(plain(list(hp.values)))
    log = hp.sampling == "log"
    low, high = min(hp.min_value, value), max(hp.max_value, value)
    step = hp.step if hp.sampling == "linear" else None
    if step is not None:
        low, high, step = stepped(hp, value)
    if isinstance(hp, scale.Int):
        return kinds.IntDistribution(low, high, log=log, step=step or 1)
    return kinds.FloatDistribution(low, high, log=log, step=step)


def stepped(hp: Any, value: Any) -> tuple[Any, Any, Any]:
    """Both ends and the step; None where the value lies beside the steps."""
    # The last step may not reach the end. In decimals, as Optuna divides:
    # three times 0.3 is not quite 0.9.
    low, step = (
        decimal.Decimal(str(hp.min_value)),
        decimal.Decimal(str(hp.step)),
    )
    high = type(hp.max_value)(low + (scale.parts(hp) - 1) * step)
    places = (value - hp.min_value) / hp.step
    inside = hp.min_value <= value <= high
    if inside and abs(places - round(places)) < ROUNDING:
        return hp.min_value, high, hp.step
    return min(hp.min_value, value), max(hp.max_value, value), None


def notes(space: Sequence[Any]) -> list[str]:
    """What Optuna has no distribution for, in words."""
    told = []
    for hp in space:
        sampling = getattr(hp, "sampling", None)
        if sampling == "reverse_log":
            told.append(
                f"{hp.name} was searched on a reversed logarithmic scale, "
                "which Optuna lacks: it is linear here."
            )
        if sampling not in (None, "linear") and hp.step is not None:
            told.append(
                f"{hp.name} was searched by factors of {hp.step}, which "
                "Optuna lacks: it has no steps here."
            )
    return told


def to_space(trials: Sequence[Any]) -> Any:
    """`keras_tuner.HyperParameters` of what the trials of a study drew from.

    The ranges of all trials together. Optuna does not tell what turned a
    parameter on: all are without conditions.

    Args:
        trials: frozen trials of Optuna.
    """
    held: dict[str, list] = {}
    for trial in trials:
        for name, distribution in trial.distributions.items():
            held.setdefault(name, []).append(distribution)
    made = keras_tuner.HyperParameters()
    for name, kinds in held.items():
        register(made, name, kinds)
    return made


def register(made: Any, name: str, kinds: Sequence[Any]) -> None:
    """Registers one parameter, with the ranges of all trials."""
    if hasattr(kinds[0], "choices"):
        options = [option for kind in kinds for option in kind.choices]
        register_options(made, name, list(dict.fromkeys(options)))
        return
    low, high = min(k.low for k in kinds), max(k.high for k in kinds)
    log = any(kind.log for kind in kinds)
    steps = {kind.step for kind in kinds}
    step = steps.pop() if len(steps) == 1 and not log else None
    if low == high:
        made.Fixed(name, low)
    elif isinstance(low, int) and isinstance(high, int):
        sampling = {"sampling": "log"} if log else {"step": step or 1}
        made.Int(name, low, high, **sampling)
    else:
        sampling = "log" if log else "linear"
        made.Float(name, low, high, step=step, sampling=sampling)


def register_options(made: Any, name: str, options: list[Any]) -> None:
    """Registers a choice; of values of several types as words."""
    if set(map(type, options)) == {bool} and len(options) == 2:
        made.Boolean(name)
        return
    kinds = {type(option) for option in options}
    same = len(kinds) == 1 and kinds <= {int, float, str, bool}
    finite = same and all(map(is_finite, options))
    options = options if finite else list(dict.fromkeys(map(str, options)))
    if len(options) == 1:
        made.Fixed(name, options[0])
    else:
        made.Choice(name, options, ordered=False)


def is_finite(value: Any) -> bool:
    """Whether it is no number that JSON lacks."""
    return not isinstance(value, float) or math.isfinite(value)
