"""The callbacks of a `fit`, as plain data."""

import dataclasses
import string
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.facts import ownership
from keras_troubleshoot.facts import purity

MONITORING = ("EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint")
OPTIONS = (
    "monitor mode patience min_delta baseline start_from_epoch factor min_lr "
    "cooldown restore_best_weights save_best_only save_freq "
    "initial_value_threshold swap_on_epoch swap_on_batch"
).split()
# Names by which a callback of the user's own sets the rate, or the logs.
RATES = frozenset("learning_rate lr _learning_rate optimizer".split())
LOGS = frozenset({"logs"})


@dataclasses.dataclass(frozen=True)
class Callback:
    """One callback.

    Attributes:
        class_name: its own class, such as `EarlyStopping`.
        base: the class of Keras that it is, or derives from.
        monitor: what it watches; empty where it watches nothing.
        mode: `auto`, `min` or `max`, as given.
        options: its other arguments, by name.
        fields: metrics that the name of its file holds.
        own: whether it is of a class of the user.
        sets_rate: whether it is of the user, and speaks of the rate.
        schedule: of a `LearningRateScheduler`, its function.
    """

    class_name: str
    base: str = ""
    monitor: str = ""
    mode: str = "auto"
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    fields: tuple[str, ...] = ()
    own: bool = False
    sets_rate: bool = False
    schedule: Callable | None = dataclasses.field(default=None, repr=False)

    def option(self, name: str, default: Any = None) -> Any:
        """An argument, or a default where there is none."""
        value = self.options.get(name)
        return default if value is None else value

    @property
    def where(self) -> str:
        """How a finding names it."""
        return f"callback {self.class_name}"


def describe(given: Any) -> tuple[Callback, ...]:
    """What is known of the callbacks that were passed to `fit`.

    Args:
        given: None, a callback, a list (of lists), or a `CallbackList`.
    """
    return tuple(callback(found) for found in flat(given))


def flat(given: Any) -> list:
    """Callbacks in the order in which Keras calls them."""
    if given is None:
        return []
    inner = getattr(given, "callbacks", None)
    if isinstance(given, list | tuple):
        return [each for part in given for each in flat(part)]
    if type(given).__name__ == "CallbackList" and isinstance(inner, list):
        return flat(inner)
    return [given]


def callback(found: Any) -> Callback:
    """What is known of one callback."""
    cls = type(found)
    own = not ownership.is_foreign(cls)
    base = next(
        (c.__name__ for c in cls.__mro__ if ownership.is_foreign(c)), ""
    )
    options = {
        name: plain
        for name in OPTIONS
        if (plain := number_or_word(getattr(found, name, None))) is not None
    }
    watches = base in MONITORING
    schedule = getattr(found, "schedule", None)
    scheduler = base == "LearningRateScheduler"
    return Callback(
        class_name=cls.__name__,
        base=base,
        monitor=str(options.pop("monitor", "")) if watches else "",
        mode=str(options.pop("mode", "auto")),
        options=options,
        fields=fields(getattr(found, "filepath", None)) if watches else (),
        own=own or base == "LambdaCallback",
        sets_rate=sets_rate(found, own),
        schedule=schedule if scheduler and callable(schedule) else None,
    )


def sets_rate(found: Any, own: bool) -> bool:
    """Whether a user's callback speaks of the learning rate."""
    hooks = [
        value
        for name, value in getattr(found, "__dict__", {}).items()
        if name.startswith("on_") and purity.has_code(value)
    ]
    if any(purity.used(hook.__code__) & RATES for hook in hooks):
        return True
    return own and purity.mentions(type(found), RATES)


def number_or_word(value: Any) -> Any:
    """Plain numbers and words; None for all else."""
    if isinstance(value, bool | int | float | str):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def fields(path: Any) -> tuple[str, ...]:
    """The names that a file pattern such as `{epoch}-{val_loss}` needs."""
    if not isinstance(path, str):
        return ()
    try:
        found = [name for _, name, _, _ in string.Formatter().parse(path)]
    except ValueError:
        return ()
    known = ("epoch", "batch")
    return tuple(n for n in found if n and n not in known)
