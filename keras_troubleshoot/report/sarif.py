"""A report as SARIF 2.1.0, which code hosts and editors read.

Reference: OASIS, "Static Analysis Results Interchange Format Version 2.1.0",
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
import os
import pathlib
import urllib.parse
from typing import Any

from keras_troubleshoot.report import prose
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Location
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.finding import Skipped
from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.report.report import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.ADVICE: "note",
}


def render(report: Report) -> str:
    """The findings as a SARIF 2.1.0 log with one run.

    A finding whose line of the script is known stands at that line, by a path
    relative to the working directory; each names what it is about (`where`)
    as a logical location. The diagnoses that could not be examined are
    notifications of the run.

    Args:
        report: the report.

    Returns:
        JSON text.
    """
    first = {f.rule: f for f in reversed(report.findings)}
    rules = list(dict.fromkeys(f.rule for f in report.findings))
    run = {
        "tool": {
            "driver": {
                "name": "keras-troubleshoot",
                "rules": [_rule(first[rule]) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    _notification(skipped) for skipped in report.skipped
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, rules.index(f.rule)) for f in report.findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, allow_nan=False)


def _rule(finding: Finding) -> dict[str, Any]:
    """What is told of a rule, from the first finding of it."""
    title = finding.rule.replace("-", " ").capitalize()
    told = [text for text in (finding.fix, finding.reference) if text]
    addresses = [
        span.text
        for span in prose.links(finding.reference)
        if span.kind == "link"
    ]
    rule = {
        "id": finding.rule,
        "shortDescription": {"text": title},
        "help": {"text": "\n\n".join(told) or title},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }
    return rule | ({"helpUri": addresses[0]} if addresses else {})


def _result(finding: Finding, index: int) -> dict[str, Any]:
    mend = f" To mend it: {finding.fix}" if finding.fix else ""
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.summary + mend},
        "locations": _locations(finding),
        "properties": {
            "kind": finding.kind.value,
            "evidence": plain(finding.evidence),
        },
    }


def _locations(finding: Finding) -> list[dict[str, Any]]:
    location: dict[str, Any] = {}
    if finding.location:
        location["physicalLocation"] = _physical(finding.location)
    if finding.where:
        named = {"fullyQualifiedName": finding.where}
        location["logicalLocations"] = [named]
    return [location] if location else []


def _physical(location: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri(location.path)}}
    if location.line > 0:  # SARIF counts from 1.
        physical["region"] = {"startLine": location.line}
    return physical


def uri(path: str) -> str:
    """A path as a URI, relative where it lies in the working directory."""
    absolute = pathlib.Path(os.path.abspath(path))
    try:
        relative = absolute.relative_to(pathlib.Path.cwd())
    except ValueError:
        return absolute.as_uri()
    return urllib.parse.quote(relative.as_posix())


def _notification(skipped: Skipped) -> dict[str, Any]:
    return {
        "level": "note",
        "message": {"text": f"Not examined: {skipped.reason}."},
        "descriptor": {"id": skipped.rule},
    }
