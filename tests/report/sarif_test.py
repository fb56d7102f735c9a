"""Tests of the report as SARIF."""

import json
import os
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import sarif
from keras_troubleshoot.report.report import Report
from tests.report import samples


def run_of(report):
    """The only run of the log."""
    log = json.loads(report.to_sarif())
    (run,) = log["runs"]
    return run


class SarifTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("full", samples.full),
        ("hostile", samples.hostile),
        ("empty", Report),
    )
    def test_has_what_the_standard_requires(self, make):
        log = json.loads(sarif.render(make()))
        self.assertEqual(log["version"], "2.1.0")
        driver = log["runs"][0]["tool"]["driver"]
        self.assertEqual(driver["name"], "keras-troubleshoot")
        ids = [rule["id"] for rule in driver["rules"]]
        self.assertLen(set(ids), len(ids))
        for result in log["runs"][0]["results"]:
            self.assertEqual(ids[result["ruleIndex"]], result["ruleId"])
            self.assertNotEmpty(result["message"]["text"])

    def test_levels(self):
        results = run_of(samples.full())["results"]
        self.assertEqual(
            [result["level"] for result in results],
            ["error", "error", "warning", "note"],
        )

    def test_a_known_line_is_a_physical_location(self):
        result = run_of(samples.full())["results"][0]
        (location,) = result["locations"]
        self.assertEqual(
            location["physicalLocation"],
            {
                "artifactLocation": {"uri": "examples/train.py"},
                "region": {"startLine": 42},
            },
        )

    def test_without_a_line_only_the_name_is_told(self):
        result = run_of(samples.full())["results"][1]
        self.assertEqual(
            result["locations"],
            [{"logicalLocations": [{"fullyQualifiedName": "loss"}]}],
        )

    def test_message_and_help(self):
        run = run_of(samples.full())
        message = run["results"][2]["message"]["text"]
        self.assertEqual(
            message, f"{samples.RATE.summary} To mend it: {samples.RATE.fix}"
        )
        rule = run["tool"]["driver"]["rules"][2]
        self.assertEqual(rule["shortDescription"]["text"], "Learning rate high")
        self.assertIn("Kingma and Ba 2015", rule["help"]["text"])
        self.assertEqual(rule["helpUri"], "http://arxiv.org/abs/1412.6980")

    def test_two_findings_of_a_rule_share_it(self):
        run = run_of(Report([samples.RATE, samples.RATE]))
        self.assertLen(run["tool"]["driver"]["rules"], 1)
        self.assertLen(run["results"], 2)

    def test_what_was_skipped_is_a_notification(self):
        (invocation,) = run_of(samples.full())["invocations"]
        told = invocation["toolExecutionNotifications"]
        self.assertEqual(told[2]["descriptor"]["id"], "graph-dead-end")
        self.assertIn("the model is subclassed", told[2]["message"]["text"])

    @parameterized.named_parameters(
        ("relative", "a/b.py", "a/b.py"),
        ("absolute_inside", os.path.abspath("a/b.py"), "a/b.py"),
        ("strange", "a b/c#d%.py", "a%20b/c%23d%25.py"),
        ("notebook", "<stdin>", "%3Cstdin%3E"),
        ("colon", "c:d.py", "c%3Ad.py"),
        ("outside", "/x/ü.py", pathlib.Path("/x/ü.py").as_uri()),
    )
    def test_uri(self, path, expected):
        self.assertEqual(sarif.uri(path), expected)


if __name__ == "__main__":
    absltest.main()
