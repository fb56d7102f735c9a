"""What a diagnosis says: a finding, its severity and its kind."""

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.report.figure import Figure


class Severity(enum.Enum):
    """How much a finding matters."""

    ERROR = "error"  # Training cannot do what was meant.
    WARNING = "warning"  # Training is likely to suffer.
    ADVICE = "advice"  # Worth knowing; healthy models have it too.

    @property
    def rank(self) -> int:
        """0 for the gravest; findings sort by it."""
        return list(Severity).index(self)


class Kind(enum.Enum):
    """Whether a finding can be mended, or only shows that something is."""

    ROOT = "root"
    SYMPTOM = "symptom"


@dataclasses.dataclass(frozen=True)
class Location:
    """A line of the user's source, such as that of the `fit` call."""

    path: str
    line: int


@dataclasses.dataclass(frozen=True)
class Finding:
    """One diagnosis, as it is told to the user.

    Attributes:
        rule: id of the diagnosis, such as `"labels-out-of-range"`.
        severity: how much it matters.
        kind: a cause that can be mended, or a symptom of another one.
        where: the array, layer, output or callback that it is about.
        summary: what is wrong, in one or two plain sentences with numbers.
        evidence: the numbers that were seen, by name: plain Python values
            (numbers, strings, lists, dictionaries), so that JSON can hold
            them. Every number of `summary` can be recomputed from them.
        fix: how to mend it, with the Keras code where there is one.
        reference: where to read more.
        explains: ids of the rules that this one explains, where both fire.
        figures: pictures of the evidence.
        location: the line of the user's script, where it is known.
        suspected: whether healthy models meet these facts too, so that only
            a trial of a remedy can tell; advice until one has helped.
        tried: what the trial of its remedy came to; empty without one.
    """

    rule: str
    severity: Severity
    kind: Kind
    where: str
    summary: str
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fix: str = ""
    reference: str = ""
    explains: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    location: Location | None = None
    suspected: bool = False
    tried: str = ""

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        mend = f" To mend it: {self.fix}" if self.fix else ""
        head = f"{self.severity.value}: {self.rule}{where}: {self.summary}"
        return head + mend


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A diagnosis that could not be examined, and why."""

    rule: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Fixes:
    """What came of trying fixes.

    Attributes:
        told: in a sentence or two, with the numbers.
        code: lines of Keras code that say what the fixes that are kept
            change; empty where none is.
        figures: the curves of all of them together.
    """

    told: str
    code: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
