"""Remedies by the diagnosis that they mend."""

import dataclasses
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.report.finding import Finding


class NotApplicable(ValueError):
    """A remedy that cannot be carried out here; the message says why."""


@dataclasses.dataclass(frozen=True)
class Remedy:
    """An executable fix of one diagnosis.

    Attributes:
        rule: id of the diagnosis.
        title: what it does, in a few words.
        apply: `apply(program, finding, facts)` changes a `Program`, and
            notes Keras code in `program.code`; raises `NotApplicable`.
        slow: whether it measures first, for which a suspicion has no time.
        light: whether it changes no more than the rate and the length of the
            training, so that a trial needs no copy of its own; `apply` then
            touches `program.optimizer`, `program.fit` and `program.code`.
    """

    rule: str
    title: str
    apply: Callable[[Any, Finding, Any], None]
    slow: bool = False
    light: bool = False


REMEDIES: dict[str, list[Remedy]] = {}


def remedy(title: str, *rules: str, slow: bool = False, light: bool = False):
    """Registers the decorated function as a remedy of some diagnoses.

    A diagnosis may have several, which are tried in their order.
    """

    def register(apply):
        for rule in rules:
            made = Remedy(rule, title, apply, slow, light)
            REMEDIES.setdefault(rule, []).append(made)
        return apply

    return register
