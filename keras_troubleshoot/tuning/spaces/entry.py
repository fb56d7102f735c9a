"""One hyperparameter of a search space, with what is said of it."""

import contextlib
import dataclasses
from typing import Any

from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.tuning.spaces.sensitivity import BY_NAME
from keras_troubleshoot.tuning.spaces.sensitivity import Kind


@dataclasses.dataclass(frozen=True)
class Entry:
    """A hyperparameter, how sensitive it is, and why.

    Attributes:
        kind: the row of the lecture's table.
        parameter: `Float`, `Int`, `Choice`, ... of keras-tuner, with its
            range, default and conditions.
        why: what is tuned, and where the range comes from.
    """

    kind: Kind
    parameter: Any
    why: str

    @property
    def name(self) -> str:
        """The name under which it is registered."""
        return self.parameter.name

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of those on whose values it depends that it is tuned."""
        return tuple(c.name for c in self.parameter.conditions)

    @property
    def scale(self) -> str:
        """Its measure: "linear", "log", "reverse log" or "choice"."""
        sampling = getattr(self.parameter, "sampling", "choice")
        return sampling.replace("_", " ")

    @property
    def range(self) -> str:
        """Its values in words."""
        held = self.parameter
        if hasattr(held, "min_value"):
            told = f"{number(held.min_value)} to {number(held.max_value)}"
            step = held.step if held.step != 1 else None
            times = " times" if self.scale != "linear" else ""
            return told + (f" by{times} {number(step)}" if step else "")
        if type(held).__name__ == "Fixed":
            return plain(held.value)
        return listed(plain(v) for v in getattr(held, "values", (True, False)))

    @property
    def default(self) -> str:
        """The value without tuning."""
        return plain(self.parameter.default)


def entry(kind: str, parameter: Any, why: str) -> Entry:
    """An entry of a row of the lecture's table, by its name."""
    return Entry(BY_NAME[kind], parameter, why)


def plain(value: Any) -> str:
    """A value as it is told."""
    if isinstance(value, bool | str):
        return str(value)
    return number(value)


def register(hp: Any, parameter: Any) -> Any:
    """Registers a parameter with others.

    Args:
        hp: `keras_tuner.HyperParameters`.
        parameter: of others, with its conditions.

    Returns:
        Its value; None where it is not active.
    """
    options = parameter.get_config()
    conditions = options.pop("conditions")
    if type(parameter).__name__ == "Fixed":
        options.pop("default", None)
    with contextlib.ExitStack() as scopes:
        for parent in parameter.conditions if conditions else ():
            scopes.enter_context(
                hp.conditional_scope(parent.name, parent.values)
            )
        return getattr(hp, type(parameter).__name__)(**options)
