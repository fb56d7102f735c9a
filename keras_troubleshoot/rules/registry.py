"""Rules by id: what each is called, what it explains, how it is told."""

import dataclasses
import inspect
from collections.abc import Callable
from collections.abc import Iterator

from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity


@dataclasses.dataclass(frozen=True)
class Rule:
    """A diagnosis: a pure function of facts, with what is known of it.

    Attributes:
        id: its name; a contract with the user, never changed.
        family: the family of diagnoses, such as `"data"`.
        kind: root cause or symptom.
        title: what is wrong, in a few words.
        reference: where to read more.
        explains: rules that this one explains where both fire.
        conclude: `conclude(facts)` yields findings.
    """

    id: str
    family: str
    kind: Kind
    title: str
    reference: str
    explains: tuple[str, ...]
    conclude: Callable[..., Iterator[Finding]]

    @property
    def text(self) -> str:
        """The diagnosis in full, for `keras-troubleshoot explain`."""
        return inspect.getdoc(self.conclude) or ""


RULES: dict[str, Rule] = {}

LECTURE = (
    "Full Stack Deep Learning, Troubleshooting Deep Neural Networks, "
    "https://fullstackdeeplearning.com/spring2021/lecture-7/"
)


def rule(
    id: str,
    title: str,
    family: str,
    kind: Kind = Kind.ROOT,
    reference: str = LECTURE,
    explains: tuple[str, ...] | str = (),
):
    """Registers the decorated function as the rule `id`.

    The function takes facts and yields `found(...)`s: findings that lack
    what the registry knows of the rule.
    """
    names = explains.split() if isinstance(explains, str) else explains

    def register(conclude):
        if id in RULES:
            raise ValueError(f"`id` must be new, received: id={id!r}.")
        RULES[id] = Rule(
            id, family, kind, title, reference, tuple(names), conclude
        )
        return conclude

    return register


def told(rule: Rule, note: dict) -> Finding:
    """A finding from what a rule concluded and what is known of the rule."""
    known = {
        "rule": rule.id,
        "kind": rule.kind,
        "reference": rule.reference,
        "explains": rule.explains,
    }
    return Finding(**(known | note))


def error(where: str, summary: str, fix: str, **evidence) -> dict:
    """What a rule yields where training cannot do what was meant."""
    return _note(Severity.ERROR, where, summary, fix, evidence)


def warning(where: str, summary: str, fix: str, **evidence) -> dict:
    """What a rule yields where training is likely to suffer."""
    return _note(Severity.WARNING, where, summary, fix, evidence)


def advice(where: str, summary: str, fix: str, **evidence) -> dict:
    """What a rule yields where healthy models have it too."""
    return _note(Severity.ADVICE, where, summary, fix, evidence)


def suspicion(where: str, summary: str, fix: str, **evidence) -> dict:
    """What a rule yields where only a trial of its remedy can tell.

    Healthy models meet such facts too: it is advice, until a trial of the
    remedy has clearly helped; then it is a warning.
    """
    note = _note(Severity.ADVICE, where, summary, fix, evidence)
    return note | {"suspected": True}


def _note(severity, where, summary, fix, evidence):
    figures = tuple(evidence.pop("figures", ()))
    return {
        "severity": severity,
        "where": where,
        "summary": summary,
        "fix": fix,
        "evidence": evidence,
        "figures": figures,
    }
