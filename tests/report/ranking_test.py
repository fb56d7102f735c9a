"""Tests of the order of findings."""

import itertools

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import ranking
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity


def finding(name, explains="", kind=Kind.ROOT):
    """A finding of the rule `name`; its first letter is its severity."""
    severity = {
        "e": Severity.ERROR,
        "w": Severity.WARNING,
        "a": Severity.ADVICE,
    }[name[0]]
    return Finding(
        name, severity, kind, "", "", explains=tuple(explains.split())
    )


def symptom(name):
    return finding(name, kind=Kind.SYMPTOM)


class RankTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("nothing", [], ""),
        (
            "graver_first",
            [finding("a1"), finding("w1"), finding("e1")],
            "e1 w1 a1",
        ),
        ("found_first", [finding("e2"), finding("e1")], "e2 e1"),
        ("roots_first", [symptom("e1"), finding("e2")], "e2 e1"),
        (
            "chain",
            [finding("e3"), finding("e2", "e3"), finding("e1", "e2")],
            "e1 e2 e3",
        ),
        (
            "a_symptom_that_explains_a_root",
            [
                finding("w2"),
                Finding(
                    "w1",
                    Severity.WARNING,
                    Kind.SYMPTOM,
                    "",
                    "",
                    explains=("w2",),
                ),
            ],
            "w1 w2",
        ),
        ("itself", [finding("e1", "e1"), finding("e2")], "e1 e2"),
        (
            "advice_that_explains_an_error",
            [finding("a1", "e1"), finding("e1")],
            "e1 a1",
        ),
        (
            "cycle",
            [finding("e1", "e2"), finding("e2", "e1"), finding("e3")],
            "e3 e1 e2",
        ),
        (
            "advice_below_a_cycle_of_errors",
            [finding("e1", "e2"), finding("e2", "e1"), finding("a1")],
            "e1 e2 a1",
        ),
    )
    def test_order(self, found, expected):
        ranked = ranking.rank(found)
        self.assertEqual([f.rule for f in ranked], expected.split())

    def test_every_order_of_finding_gives_causes_before_effects(self):
        found = [
            finding("w1", "w2 w3"),
            finding("w2", "w4"),
            finding("w3", "w4"),
            symptom("w4"),
            finding("e1", "w1"),
        ]
        for shuffled in itertools.permutations(found):
            names = [f.rule for f in ranking.rank(shuffled)]
            self.assertEqual(names[:2], ["e1", "w1"])
            self.assertEqual(names[-1], "w4")

    def test_arrays_in_evidence_are_not_compared(self):
        twins = [
            Finding("r", Severity.ERROR, Kind.ROOT, "", "", {"x": np.ones(3)})
            for _ in range(3)
        ]
        self.assertLen(ranking.rank(twins), 3)


class ExplanationsTest(absltest.TestCase):
    def test_finds_every_cause_but_the_finding_itself(self):
        effect = finding("e1", "e1")
        causes = [finding("e2", "e1 e9"), finding("a1", "e1")]
        found = [effect, *causes, finding("e3", "e2")]
        self.assertEqual(ranking.explanations(effect, found), causes)


if __name__ == "__main__":
    absltest.main()
