"""Sick and healthy cases of rules, and what must hold for each of them."""

import dataclasses
import itertools
import json
import re
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np
from absl.testing import parameterized

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.rules import engine
from keras_troubleshoot.rules.catalogue import RULES

ERROR, WARNING, ADVICE = Severity.ERROR, Severity.WARNING, Severity.ADVICE

# Numbers that a sentence may hold without evidence: "about 1 is expected",
# "cuts it at 0.5", "labels of 0 and 1".
PLAIN = (0.0, 1.0, 0.5)
# Marks of a sentence in which something is missing.
BROKEN = re.compile(r"  |(?<![(,=])\bNone\b|\bnan\b|layer ''|[a-z] \(\)")
# "1 rows", "1 of 9 rows hold", "1 feature of 6 never vary".
PLURAL = re.compile(
    r"(?<![\d.])1 (rows|features|classes|units|weights)\b|"
    r"(?<![\d.])1 (\w+ )?of \d+ (\w+ )?(hold|have|are|never vary)\b"
)
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?%?")


@dataclasses.dataclass(frozen=True)
class Sick:
    """A case that a rule finds.

    Attributes:
        name: what is wrong, in a few words.
        rule: id of the rule.
        severity: of the finding.
        facts: makes the facts.
        where: of the finding.
        evidence: numbers of the evidence, computed in another way.
        told: what the summary or the fix must say.
        derived: numbers that follow from the evidence by a formula.
    """

    name: str
    rule: str
    severity: Severity
    facts: Callable[[], Facts]
    where: str
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    told: tuple[str, ...] = ()
    derived: tuple[float, ...] = ()


@dataclasses.dataclass(frozen=True)
class Twin:
    """A healthy case, much like a sick one, on which a rule stays silent.

    Attributes:
        name: what is healthy about it.
        rule: id of the rule.
        facts: makes the facts.
        advised: whether the rule gives advice.
    """

    name: str
    rule: str
    facts: Callable[[], Facts]
    advised: bool = False


def found(rule: str, facts: Facts) -> list[Finding]:
    """What a rule concludes; raises where it could not be examined."""
    findings, _, skipped = engine.conclude(facts, [RULES[rule]])
    if skipped:
        raise AssertionError(f"{rule} was skipped: {skipped[0].reason}")
    return findings


def named(cases) -> list[tuple]:
    """Cases as arguments of `parameterized.named_parameters`."""
    return [
        ("_" + re.sub(r"\W+", "_", f"{case.rule} {case.name}"), case)
        for case in cases
    ]


class CaseTest(parameterized.TestCase):
    """Holds sick cases and twins to what is promised of rules."""

    def check_sick(self, case: Sick) -> None:
        findings = found(case.rule, case.facts())
        self.assertLen(findings, 1)
        finding = findings[0]
        self.assertEqual(finding.severity, case.severity)
        self.assertEqual(finding.where, case.where)
        for name, value in case.evidence.items():
            with self.subTest(name):
                self.assert_same(finding.evidence[name], value)
        for words in case.told:
            self.assertIn(words, f"{finding.summary} {finding.fix}")
        self.assert_well_told(finding, case.derived)

    def check_twin(self, case: Twin) -> None:
        findings = found(case.rule, case.facts())
        severities = [finding.severity for finding in findings]
        self.assertEqual(severities, [ADVICE] * case.advised)
        for finding in findings:
            self.assert_well_told(finding)

    def assert_same(self, value, expected) -> None:
        """Numbers up to rounding, all else exactly."""
        value, expected = plain(value), plain(expected)
        if isinstance(expected, Mapping):
            self.assertEqual(value, expected)
            return
        try:
            np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-8)
        except (TypeError, ValueError):
            self.assertEqual(value, expected)

    def assert_well_told(self, finding: Finding, derived=()) -> None:
        """What holds for every finding."""
        self.assertNotEmpty(finding.fix)
        self.assertNotEmpty(finding.reference)
        self.assertIn(finding.rule, RULES)
        json.dumps(plain(finding.evidence), allow_nan=False)
        for text in (finding.summary, finding.fix):
            self.assertNotRegex(text, BROKEN)
            self.assertNotRegex(text, PLURAL)
        missing = [
            token
            for token in NUMBER.findall(without_code(finding.summary))
            if not known(token, finding.evidence, derived)
        ]
        self.assertEmpty(missing, f"not in the evidence: {finding}")


def without_code(text: str) -> str:
    """A sentence without what stands in quotes: code and names."""
    return re.sub(r"`[^`]*`|'[^']*'", "", text)


def known(token: str, evidence: Mapping[str, Any], derived=()) -> bool:
    """Whether a number follows from the evidence.

    It is one of its numbers, the number before or after one (units and
    highest id), the length of a list, or a ratio of two; rounded as
    sentences round: to three digits, shares to two.
    """
    percent = token.endswith("%")
    value = float(token.rstrip("%")) / (100 if percent else 1)
    seen = leaves(plain(evidence))
    sums = [n + one for n in seen for one in (-1, 1)]
    ratios = [a / b for a, b in itertools.permutations(seen, 2) if b]
    digits = 2 if percent else 3
    tolerance = 0.51 * 10 ** (magnitude(value) + 1 - digits)
    return any(
        abs(value - n) <= tolerance
        for n in (*seen, *sums, *ratios, *PLAIN, *derived)
    )


def magnitude(value: float) -> int:
    """The power of ten of the first digit."""
    return int(np.floor(np.log10(abs(value) or 1e-6)))


def leaves(value) -> list[float]:
    """All numbers in nested lists, dictionaries and strings."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [float(value)]
    if isinstance(value, str):
        return [float(n.rstrip("%")) for n in NUMBER.findall(value)]
    if isinstance(value, Mapping):
        return [n for part in (*value.values(), *value) for n in leaves(part)]
    return [float(len(value)), *(n for part in value for n in leaves(part))]
