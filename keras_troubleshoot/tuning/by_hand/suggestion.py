"""`Suggestion`: what to try next, and why."""

import dataclasses
from typing import Any

from keras_troubleshoot.report.printable import brief


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """A configuration to be tried; `str` of it says why.

    Attributes:
        values: of the hyperparameters in effect, by name.
        why: it is worth a trial.
        hyperparameters: `keras_tuner.HyperParameters` with the values, for a
            builder: `model = build(suggestion.hyperparameters)`.
    """

    values: dict[str, Any]
    why: str
    hyperparameters: Any = dataclasses.field(repr=False)

    def __str__(self) -> str:
        told = ", ".join(f"{k}={brief(v)}" for k, v in self.values.items())
        return f"{told or 'the one configuration'}\n{self.why}"
