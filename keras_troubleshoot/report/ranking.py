"""The order of findings: root causes above what they explain."""

from collections.abc import Iterable

from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity


def rank(findings: Iterable[Finding]) -> list[Finding]:
    """Sorts findings so that the first is the one to mend first.

    The graver come first; a warning that explains an error counts as grave as
    that, since it is to be mended first. Advice never stands above them,
    whatever it claims to explain. Among findings that are equally grave each
    stands below those that explain it; of the rest root causes come before
    symptoms, then the order in which the rules found them.

    Args:
        findings: in the order in which the rules found them.

    Returns:
        The same findings, sorted.
    """
    found = list(findings)
    return [
        finding
        for severity in Severity
        for finding in _roots_first(
            [f for f in found if _weight(f, found) is severity]
        )
    ]


def explanations(
    finding: Finding, findings: Iterable[Finding]
) -> list[Finding]:
    """The findings among `findings` that explain this one."""
    return [
        other
        for other in findings
        if finding.rule in other.explains and other.rule != finding.rule
    ]


def _weight(finding: Finding, findings: list[Finding]) -> Severity:
    """How grave a finding is, with what it explains."""
    if finding.severity is not Severity.WARNING:
        return finding.severity
    explained = [
        other
        for other in findings
        if other.rule in finding.explains and other.rule != finding.rule
    ]
    grave = any(other.severity is Severity.ERROR for other in explained)
    return Severity.ERROR if grave else Severity.WARNING


def _roots_first(findings: list[Finding]) -> list[Finding]:
    """Findings of one severity, each below those that explain it."""
    waiting = sorted(findings, key=lambda f: f.kind is Kind.SYMPTOM)
    ranked: list[Finding] = []
    while waiting:
        places = range(len(waiting))
        free = (i for i in places if not explanations(waiting[i], waiting))
        # Two rules that explain each other would wait for ever: the first of
        # them goes first. By its place, as evidence cannot be compared.
        ranked.append(waiting.pop(next(free, 0)))
    return ranked
