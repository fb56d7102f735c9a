"""Why a step is recommended, and what it can gain at most."""

import dataclasses
from typing import Any

from keras_troubleshoot.facts import error_table
from keras_troubleshoot.facts.error_terms import ErrorDecomposition
from keras_troubleshoot.improvement.advice import Advice
from keras_troubleshoot.improvement.groups import Group
from keras_troubleshoot.improvement.traits import Traits

CHANCE = ", which may be chance: its interval reaches 0"


@dataclasses.dataclass(frozen=True)
class Reasons:
    """The numbers that speak for a step.

    Attributes:
        found: the decomposition.
        traits: what the model has already; None where that is not known.
        curve: error against the number of examples; None if not measured.
        analysis: of errors; None if not made.
    """

    found: ErrorDecomposition
    traits: Traits | None = None
    curve: Any = None
    analysis: Any = None

    def detail(self, line: Advice) -> str | None:
        """What the model has of it already; None to leave the step out."""
        has = self.traits
        if has is None:
            return ""
        if line.id == "less-regularization":
            return told(has.regularization, "") or None
        if line.id == "normalization":
            return None if has.normalization else ""
        if line.id == "bigger-model":
            return f"It has {has.weights:,} weights."
        if line.id == "augmentation":
            return told(has.augmentation, ", perhaps weak")
        if line.id == "regularization":
            return told(has.regularization, ", perhaps too little")
        return ""

    def asking(self, group: Group) -> str:
        """The term of a group with its number."""
        value = self.shown(group.value)
        if group.noise is not None:
            asks = f"about {100 * group.noise.share:.2g}% of the labels "
            if not group.noise.estimated:
                return asks + "are wrong"
            return asks + f"look wrong, {value} more than cannot be avoided"
        term = group.term
        asks = f"{term.label} is {value}"
        interval = error_table.between(self.found, term.interval)
        asks += f" ({interval})" if interval else ""
        return asks + (CHANCE if group.clear is False else "")

    def gain(self, line: Advice, group: Group) -> tuple[float | None, str]:
        """What a step can gain at most, as a number and in words."""
        if group.name in ("measuring", "re-balancing") or line.id.startswith(
            "measure-"
        ):
            return None, ""
        if line.id == "more-data" and self.curve is not None:
            return self.of_twice()
        *_, last = self.found.errors
        whole = self.shown(self.found.errors[last])
        of = f"of the {error_table.WORDS[last]} of {whole}"
        return group.value, f"at most {self.shown(group.value)} {of}"

    def of_twice(self) -> tuple[float, str]:
        """What twice the data would bring, from the learning curve."""
        twice = self.curve.doubled
        low, high = map(self.shown, twice.gain_interval)
        doubt = "" if self.curve.trusted else ", which is not to be trusted"
        return twice.gain, (
            f"twice the data would bring {self.shown(twice.gain)} ({low} to "
            f"{high}){doubt}"
        )

    def action(self, line: Advice) -> str:
        """What to do; with the type of error to look at, where it is known."""
        looking = line.id in ("error-analysis", "collect")
        if self.analysis is None or not looking or not self.analysis.types:
            return line.action
        first = self.analysis.types[0]
        worth = f"worth {self.shown(first.gain)} at most"
        return f"{line.action} Begin with {first.name!r}, {worth}."

    def shown(self, value: float) -> str:
        """An error as it is written."""
        return error_table.shown(self.found, value)


def told(names: tuple[str, ...], more: str) -> str:
    """What a model has of something, the first of several by name.

    Example:
        >>> told(("a", "b", "c", "d"), ", perhaps weak")
        'It has a, b and 2 more, perhaps weak.'
    """
    if not names:
        return ""
    listed = ", ".join(names)
    if len(names) > 3:
        listed = f"{', '.join(names[:2])} and {len(names) - 2} more"
    return f"It has {listed}{more}."
