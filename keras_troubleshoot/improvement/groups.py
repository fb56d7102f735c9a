"""The terms of the error in the order in which they ask for something."""

import dataclasses
import numbers
import statistics
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.facts.error_terms import ErrorDecomposition
from keras_troubleshoot.facts.error_terms import Term
from keras_troubleshoot.improvement import advice
from keras_troubleshoot.improvement.advice import Advice
from keras_troubleshoot.improvement.recommendation import Step
from keras_troubleshoot.report.finding import Severity

HELD_OUT = ("validation", "test_validation", "test")
# Rows from which on an estimate of wrong labels counts fully (heuristic).
FEWEST = 500
# Findings that are named in the step that mends them.
NAMED = 5

UNTOLD = (advice.MEASURE_TRAINING, *advice.UNDER_FITTING[2:3])
# What each term asks for: name of the group, and its lines.
ASKED = {
    "avoidable_bias": ("under-fitting", advice.UNDER_FITTING),
    "bias": (
        "under-fitting",
        (advice.MEASURE_IRREDUCIBLE, *advice.UNDER_FITTING),
    ),
    "avoidable_bias_and_variance": ("measuring", UNTOLD),
    "bias_and_variance": ("measuring", UNTOLD),
    "avoidable_error": ("measuring", UNTOLD),
    "error": ("measuring", UNTOLD),
    "variance": ("over-fitting", advice.OVER_FITTING),
    "variance_and_distribution_shift": (
        "over-fitting",
        (advice.MEASURE_VALIDATION, *advice.OVER_FITTING),
    ),
    "distribution_shift": ("distribution shift", advice.SHIFT),
    "validation_overfitting": ("re-balancing", advice.RE_BALANCING),
}


@dataclasses.dataclass(frozen=True)
class Noise:
    """The share of wrong labels.

    Attributes:
        share: of all labels.
        estimated: whether a model estimated it, and nobody counted.
        rows: from how many rows it was estimated.
    """

    share: float
    estimated: bool
    rows: int = 0

    def excess(self, decomposition: ErrorDecomposition) -> float:
        """The share beyond what the irreducible error explains.

        A model takes rows of classes that overlap for wrong labels too, and
        these are what the irreducible error is made of: of 10% of the labels
        of clean census data confident learning says that they are wrong. Of
        an estimate it is taken off; where it is not known, the least of the
        errors stands for it, which it is not above.
        """
        if not self.estimated:
            return self.share
        errors = decomposition.errors
        least = decomposition.irreducible
        if least is None:
            least = min(errors.values())
        # A model cannot be right more often than the labels are.
        held = [e for part, e in errors.items() if part in HELD_OUT]
        return min([self.share, *held]) - least

    def clear(self, decomposition: ErrorDecomposition) -> bool | None:
        """Whether most of an estimate is beyond the irreducible error.

        None where nobody estimated it; never from few rows, of which a model
        learns too little to tell wrong labels from hard rows.
        """
        if not self.estimated:
            return None
        many = self.rows >= FEWEST
        return many and self.excess(decomposition) > self.share / 2


@dataclasses.dataclass(frozen=True)
class Group:
    """A term of the error, and the list of what to do about it.

    Attributes:
        name: see `recommendation.Step.group`.
        lines: of the lecture's list.
        value: how much the term adds to the error.
        term: the term; None for wrong labels.
        clear: whether it is beyond chance (of an estimated share of wrong
            labels, whether most of it is above the irreducible error); None
            where that is not known.
        noise: the share of wrong labels, where the group is about these.
    """

    name: str
    lines: tuple[Advice, ...]
    value: float
    term: Term | None = None
    clear: bool | None = None
    noise: Noise | None = None


def ranked(
    decomposition: ErrorDecomposition, noise: Noise | None
) -> list[Group]:
    """The groups that ask for something, the most to be had first.

    Of equal ones the order of the lecture decides.

    Args:
        decomposition: of the error.
        noise: share of wrong labels; None where it is not known.
    """
    found = [
        Group(*ASKED[term.name], term.value, term, term.clear)
        for term in decomposition.details
        if term.value > 0
    ]
    wrong = 0.0 if noise is None else noise.excess(decomposition)
    if wrong > 0:
        clear = noise.clear(decomposition)
        group = Group("labels", advice.LABELS, wrong, None, clear, noise)
        found.insert(0, group)
    level = decomposition.confidence
    return sorted(found, key=lambda group: -weight(group, wrong, level))


def weight(group: Group, wrong: float, confidence: float) -> float:
    """What a group promises: its value, times the chance that it is there.

    The chance of a term is that of a normal distribution with its interval;
    an estimate of wrong labels that the irreducible error mostly explains has
    an even chance. A training error counts wrong labels as well, so that these
    are no bias.

    Args:
        group: the group.
        wrong: share of wrong labels beyond the irreducible error.
        confidence: of the intervals.
    """
    if group.noise is not None:
        return group.value * (0.5 if group.clear is False else 1.0)
    value = group.value
    if wrong > 0 and group.term.end == "train":
        value = max(value - wrong, 0.0)
    if group.term.interval is None:
        return value
    low, high = group.term.interval
    normal = statistics.NormalDist()
    spread = (high - low) / (2 * normal.inv_cdf((1 + confidence) / 2))
    if spread <= 0:
        return value
    return value * normal.cdf(group.value / spread)


def noise_of(label_noise: Any) -> Noise | None:
    """A share of wrong labels, given as such or by what estimated it.

    Raises:
        ValueError: if it is no share.
    """
    share = getattr(label_noise, "noise", label_noise)
    if share is None:
        return None
    if not isinstance(share, numbers.Real) or not 0 <= share <= 1:
        raise ValueError(
            "`label_noise` must be a share from 0 to 1, or what "
            f"`kts.label_errors` returned, received: {label_noise!r:.80}. To "
            "mend it, pass 0.1 for 10%."
        )
    rows = getattr(label_noise, "judged", 0)
    return Noise(float(share), share is not label_noise, rows)


def debugging(report: Any) -> Iterator[Step]:
    """The step that comes before all else, where something is to be mended.

    Raises:
        TypeError: if it is no report.
    """
    if report is None:
        return
    if not hasattr(report, "at_least"):
        raise TypeError(
            "`report` must be what `kts.check` returned, received: "
            f"{report!r:.80}. To mend it, pass `kts.check(model, x, y)`."
        )
    found = report.at_least(Severity.WARNING)
    if not found:
        return
    names = list(dict.fromkeys(finding.rule for finding in found))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    yield Step(
        "mend-findings",
        "debugging",
        "Mend what was found to be wrong first; all other numbers are those "
        "of a model with bugs.",
        f"{', '.join(names[:NAMED])}{more}",
        call="print(report)",
    )
