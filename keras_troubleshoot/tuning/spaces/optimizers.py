"""Optimizers like a compiled one, with other parameters."""

import inspect
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies.optimization import USUAL
from keras_troubleshoot.tuning.spaces import schedules

# Others that are tried, by the family that shares a range of rates.
FAMILIES = {"adam": "adaptive", "rmsprop": "adaptive", "sgd": "sgd"}
ALONE = ("adadelta", "adagrad", "ftrl", "lion", "adafactor", "lamb", "muon")
# Arguments of every optimizer of Keras, which another one takes over.
SHARED = (
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)
# What another one gets besides, in place of Keras's default.
USUALLY = {"sgd": {"momentum": 0.9}}
MOMENTUM = ("momentum", "beta_1")


def key(optimizer: Any) -> str:
    """The name of an optimizer as `compile` takes it."""
    return type(keras_internals.inner_optimizer(optimizer)).__name__.lower()


def family(name: str) -> str:
    """Which optimizers a range of learning rates is for.

    Example:
        >>> family("adamw"), family("sgd"), family("lion")
        ('adaptive', 'sgd', 'lion')
    """
    if name in ALONE:
        return name
    return FAMILIES.get(name, "adaptive")


def others(own: str) -> list[str]:
    """The names of the optimizers to try beside a compiled one.

    Example:
        >>> others("adamw"), others("sgd")
        (['rmsprop', 'sgd'], ['adam', 'rmsprop'])
    """
    return [
        name
        for name in FAMILIES
        if name != own and not (name == "adam" and own.startswith("adam"))
    ]


def usual(name: str) -> float:
    """The learning rate that suits an optimizer.

    Example:
        >>> usual("sgd"), usual("rmsprop")
        (0.01, 0.001)
    """
    known = {kind.lower(): rate for kind, rate in USUAL.items()}
    return known.get(name, 1e-3)


def rate_name(name: str, own: str) -> str:
    """Under which name the rate of an optimizer is tuned."""
    of = family(name)
    return "learning_rate" if of == family(own) else f"learning_rate_{of}"


def rate(optimizer: Any) -> float | None:
    """The highest rate of an optimizer; None where it cannot be known."""
    inner = keras_internals.inner_optimizer(optimizer)
    schedule = keras_internals.schedule(inner)
    if schedule is not None:
        return schedules.peak(schedule)
    return keras_internals.learning_rate(inner)[0]


def momentum(optimizer: Any) -> tuple[str, float] | None:
    """Name and value of the momentum of an optimizer; None without one."""
    config = keras_internals.inner_optimizer(optimizer).get_config()
    for name in MOMENTUM:
        if isinstance(config.get(name), int | float):
            return name, float(config[name])
    return None


def made(optimizer: Any, values: Mapping[str, Any], steps: int) -> Any:
    """A new optimizer like another one, with what was chosen.

    Args:
        optimizer: compiled; it stays as it is.
        values: of "optimizer", "learning_rate", "schedule", "weight_decay",
            "momentum"; what is missing stays.
        steps: over which a schedule falls.
    """
    import keras

    inner = keras_internals.inner_optimizer(optimizer)
    config, kind = inner.get_config(), type(inner)
    name = values.get("optimizer", key(optimizer))
    if name != key(optimizer):
        kind = type(keras.optimizers.get(name))
        config = {k: config[k] for k in SHARED if k in config}
        config |= USUALLY.get(name, {})
    # None is the same as 0, and stays None.
    decay = config.get("weight_decay") or 0.0
    if values.get("weight_decay", decay) != decay:
        config["weight_decay"] = values["weight_decay"]
    taken = inspect.signature(kind).parameters
    for held in [one for one in MOMENTUM if one in taken][:1]:
        if "momentum" in values:
            config[held] = values["momentum"]
    config["learning_rate"] = paced(optimizer, values, steps)
    new = kind.from_config(config)
    if inner is optimizer:
        return new
    whole = optimizer.get_config()
    whole["inner_optimizer"] = keras.optimizers.serialize(new)
    return type(optimizer).from_config(whole)


def paced(optimizer: Any, values: Mapping[str, Any], steps: int) -> Any:
    """The rate or the schedule that was chosen."""
    own = key(optimizer)
    name = values.get("optimizer", own)
    same = family(name) == family(own)
    first = rate(optimizer) if same else usual(name)
    chosen = values.get(rate_name(name, own))
    chosen = first if chosen is None else chosen
    schedule = keras_internals.schedule(
        keras_internals.inner_optimizer(optimizer)
    )
    default = schedules.CONSTANT if schedule is None else schedules.COMPILED
    shape = values.get("schedule", default)
    if shape != schedules.COMPILED:
        return schedules.made(shape, chosen, steps)
    # A schedule that is not of Keras can be kept, and nothing else.
    if chosen is None or chosen == rate(optimizer):
        return schedule
    return schedules.scaled(schedule, chosen / rate(optimizer))
