"""The order of findings: root causes above what they explain."""

from collections.abc import Iterable

from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind


def rank(findings: Iterable[Finding]) -> list[Finding]:
    """Sorts findings so that the first is the one to mend first.

    A finding stands below every finding that explains it; of the rest the
    graver come first, then root causes before symptoms, then the order in
    which the rules found them.

    Args:
        findings: in the order in which the rules found them.

    Returns:
        The same findings, sorted.
    """
    waiting = sorted(findings, key=_weight)
    ranked: list[Finding] = []
    while waiting:
        free = [f for f in waiting if not _explained(f, waiting)]
        # Two rules that explain each other would wait for ever.
        chosen = (free or waiting)[0]
        ranked.append(chosen)
        waiting.remove(chosen)
    return ranked


def explanations(
    finding: Finding, findings: Iterable[Finding]
) -> list[Finding]:
    """The findings among `findings` that explain this one."""
    return [
        other
        for other in findings
        if finding.rule in other.explains and other.rule != finding.rule
    ]


def _weight(finding: Finding) -> tuple:
    return finding.severity.rank, finding.kind is Kind.SYMPTOM


def _explained(finding: Finding, waiting: list[Finding]) -> bool:
    """Whether a finding of at least its own severity explains it.

    Advice never stands above an error, whatever it claims to explain.
    """
    return any(
        other.severity.rank <= finding.severity.rank
        for other in explanations(finding, waiting)
    )
