"""What a report says, in the words that all renderers share."""

import dataclasses

from keras_troubleshoot.report import ranking
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.report import Report

_NAMES = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.ADVICE: ("piece of advice", "pieces of advice"),
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """A finding with its place in the report.

    Attributes:
        number: its place, from 1.
        finding: the finding.
        explained_by: ids of the rules that explain it here.
        explains: ids of the rules that it explains here.
    """

    number: int
    finding: Finding
    explained_by: tuple[str, ...]
    explains: tuple[str, ...]


def entries(report: Report) -> list[Entry]:
    """The findings of a report with their places, the first to mend first."""
    found = report.findings
    causes = [_causes(place, found) for place in range(len(found))]
    return [
        Entry(
            number=place + 1,
            finding=finding,
            explained_by=causes[place],
            explains=_rules(
                other
                for other, others_causes in zip(found, causes, strict=True)
                if finding.rule in others_causes
            ),
        )
        for place, finding in enumerate(found)
    ]


def counts(report: Report) -> dict[Severity, int]:
    """How many findings of each severity there are; none with 0."""
    severities = [finding.severity for finding in report.findings]
    return {s: severities.count(s) for s in Severity if s in severities}


def counted(severity: Severity, count: int) -> str:
    """Such as `"1 error"` or `"2 pieces of advice"`."""
    singular, plural = _NAMES[severity]
    return f"{count} {singular if count == 1 else plural}"


def verdict(report: Report) -> str:
    """The report in one line.

    Such as `"3 findings: 1 error, 2 warnings"` or `"Nothing found that needs
    mending."`. A report for which nothing was examined says so: silence of
    rules that could not look is no praise.
    """
    kinds = [counted(s, n) for s, n in counts(report).items()]
    if report.ok and kinds:
        return f"Nothing found that needs mending; {kinds[0]}."
    if report.ok and report.examined:
        return "Nothing found that needs mending."
    if report.ok and report.pages:
        return "No diagnosis was examined; what was measured follows."
    if report.ok:
        return "Nothing was examined."
    total = len(report.findings)
    return f"{total} finding{'s' * (total > 1)}: {', '.join(kinds)}"


def gravest(report: Report) -> Severity | None:
    """The severity that colours the verdict; None where all is well."""
    if not report.ok:
        return report.findings[0].severity
    return None if report.examined or report.findings else Severity.ADVICE


def skipped_by_reason(report: Report) -> dict[str, list[str]]:
    """Ids of the rules that could not be examined, by the reason why."""
    groups: dict[str, list[str]] = {}
    for skipped in report.skipped:
        groups.setdefault(skipped.reason, []).append(skipped.rule)
    return groups


def diagnoses(count: int) -> str:
    """Such as `"1 diagnosis"` or `"12 diagnoses"`."""
    return f"{count} {'diagnosis' if count == 1 else 'diagnoses'}"


def _causes(place: int, found: list[Finding]) -> tuple[str, ...]:
    """Rules that explain a finding, be they above it or below.

    Advice is met in healthy models too, so it explains nothing above it; and
    of two rules that explain each other the upper one is the cause.
    """
    finding = found[place]
    below = [
        other
        for other in found[place + 1 :]
        if other.severity is not Severity.ADVICE
        and other.rule not in finding.explains
    ]
    return _rules(ranking.explanations(finding, found[:place] + below))


def _rules(findings) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.rule for finding in findings))
