"""Tests of the report and of its way through JSON."""

import json
import math
import pathlib
import tempfile

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import outline
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.report.report import TroubleshootError
from tests.report import samples


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def strict(text):
    """JSON as other languages read it: without NaN and Infinity."""
    return json.loads(text, parse_constant=refuse)


class ReportTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("nothing", [], True),
        ("advice", [samples.ADVICE], True),
        ("warning", [samples.RATE], False),
        ("error", [samples.LOSS], False),
    )
    def test_ok(self, findings, expected):
        self.assertEqual(Report(findings).ok, expected)

    @parameterized.named_parameters(
        ("error", "error", 2),
        ("warning", Severity.WARNING, 3),
        ("advice", "advice", 4),
    )
    def test_at_least(self, severity, expected):
        self.assertLen(samples.full().at_least(severity), expected)

    def test_at_least_refuses_an_unknown_severity(self):
        with self.assertRaisesRegex(ValueError, "'error', 'warning'.*'fatal'"):
            samples.full().at_least("fatal")

    def test_raise_if_holds_the_report(self):
        report = samples.full()
        with self.assertRaisesRegex(
            TroubleshootError, "^error: labels-out-of-range"
        ) as caught:
            report.raise_if()
        self.assertIs(caught.exception.report, report)

    def test_raise_if_is_silent_below_the_severity(self):
        Report([samples.RATE]).raise_if("error")

    def test_a_rule_examined_twice_counts_once(self):
        self.assertEqual(Report(examined="abab").examined, ["a", "b"])


class VerdictTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("nothing_examined", [], [], "Nothing was examined."),
        ("healthy", [], ["a"], "Nothing found that needs mending."),
        (
            "advice",
            [samples.ADVICE],
            ["a"],
            "Nothing found that needs mending; 1 piece of advice.",
        ),
        ("one", [samples.RATE], ["a"], "1 finding: 1 warning"),
        (
            "several",
            [samples.LOSS, samples.ADVICE, samples.LABELS],
            ["a"],
            "3 findings: 2 errors, 1 piece of advice",
        ),
    )
    def test_verdict(self, findings, examined, expected):
        self.assertEqual(outline.verdict(Report(findings, examined)), expected)


class EntriesTest(absltest.TestCase):
    def test_a_warning_may_explain_an_error_and_stand_above_it(self):
        def explaining(rule, severity):
            return Finding(
                rule, severity, Kind.ROOT, "", "", explains=(samples.LOSS.rule,)
            )

        report = Report(
            [
                samples.LOSS,
                explaining("rate", Severity.WARNING),
                explaining("hint", Severity.ADVICE),
            ]
        )
        told = [(e.explained_by, e.explains) for e in outline.entries(report)]
        loss = samples.LOSS.rule
        self.assertEqual(told, [((), (loss,)), (("rate",), ()), ((), ())])


class PlainTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("tuple", (1, (2, 3)), [1, [2, 3]]),
        ("set", {3, 1}, [1, 3]),
        ("nan", math.nan, "nan"),
        ("infinity", [math.inf, -np.float32("inf")], ["inf", "-inf"]),
        ("scalar", np.int64(3), 3),
        ("flag", np.bool_(True), True),
        ("array", np.array([[1.5, np.nan]]), [[1.5, "nan"]]),
        ("keys", {1: np.str_("a")}, {"1": "a"}),
        ("enumeration", Kind.ROOT, "root"),
        ("path", pathlib.PurePosixPath("a/b"), "a/b"),
        ("none", None, None),
    )
    def test_plain(self, value, expected):
        held = plain(value)
        self.assertEqual(held, expected)
        self.assertIs(type(held), type(expected))


class JsonTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("full", samples.full),
        ("hostile", samples.hostile),
        ("empty", Report),
    )
    def test_round_trip(self, make):
        report = make()
        text = report.to_json()
        back = Report.from_json(text)
        self.assertEqual(strict(text), strict(back.to_json()))
        self.assertEqual(back.title, report.title)
        self.assertEqual(back.skipped, report.skipped)
        self.assertEqual(back.examined, report.examined)
        self.assertEqual(back.context, plain(report.context))
        self.assertEqual(str(back.fixes), str(report.fixes))
        for held, finding in zip(back.findings, report.findings, strict=True):
            self.assertEqual(held.evidence, plain(finding.evidence))
            self.assertEqual(held.location, finding.location)
            self.assertEqual(held.explains, finding.explains)
            # `str`, as NaN does not equal itself.
            self.assertEqual(str(held.figures), str(finding.figures))
            self.assertEqual(str(held), str(finding))

    def test_writes_what_it_returns(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "report.json")
            text = samples.full().to_json(path)
            self.assertEqual(path.read_text("utf-8"), text)

    def test_from_json_refuses_what_is_no_json(self):
        with self.assertRaisesRegex(ValueError, "must be JSON, received"):
            Report.from_json("{")

    @parameterized.named_parameters(
        ("list", lambda v: [], "`report` must be a dictionary"),
        ("schema", lambda v: v | {"schema": 2}, "`schema` must be 1"),
        ("no_title", lambda v: {"schema": 1}, "`findings` must be given"),
        ("title", lambda v: v | {"title": 3}, "`title` must be a string"),
        (
            "finding",
            lambda v: v | {"findings": [3]},
            r"`findings\[0\]` must be a dictionary",
        ),
        (
            "examined",
            lambda v: v | {"examined": ["a", 1]},
            r"`examined\[1\]` must be a string, received: 1",
        ),
    )
    def test_from_dict_refuses(self, spoil, message):
        with self.assertRaisesRegex(ValueError, f"{message}.* To mend it, "):
            Report.from_dict(spoil(samples.full().to_dict()))

    @parameterized.named_parameters(
        ("severity", "severity", "fatal", "must be one of 'error', 'warning'"),
        ("where", "where", None, "must be a string, received: None"),
        ("explains", "explains", "rule", "must be a list, received: 'rule'"),
        ("location", "location", {"line": 1}, ".path` must be given"),
    )
    def test_from_dict_says_which_finding_is_wrong(self, name, value, message):
        values = samples.full().to_dict()
        values["findings"][1][name] = value
        with self.assertRaisesRegex(
            ValueError, rf"findings\[1\]\.{name}.*{message}"
        ):
            Report.from_dict(values)

    def test_from_dict_refuses_a_figure_of_words(self):
        values = samples.full().to_dict()
        values["findings"][0]["figures"][0]["values"][0] = "many"
        with self.assertRaisesRegex(ValueError, r"\.values` must be numbers"):
            Report.from_dict(values)


if __name__ == "__main__":
    absltest.main()
