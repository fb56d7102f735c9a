"""Exit codes and files from a report, without any model."""

import os
import pathlib
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.cli import outputs
from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.report.report import Skipped
from tests.cli import calling


def report_of(*severities):
    findings = [Finding("r", s, Kind.ROOT, "x", "Wrong.") for s in severities]
    return Report(findings, examined=["r"])


class ExitCodeTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("healthy", [], {"error": 0, "warning": 0, "advice": 0, "never": 0}),
        (
            "advice",
            [Severity.ADVICE],
            {"error": 0, "warning": 0, "advice": 1, "never": 0},
        ),
        (
            "warning",
            [Severity.ADVICE, Severity.WARNING],
            {"error": 0, "warning": 1, "advice": 1, "never": 0},
        ),
        (
            "error",
            [Severity.ERROR],
            {"error": 1, "warning": 1, "advice": 1, "never": 0},
        ),
    )
    def test_it_follows_fail_on(self, severities, expected):
        report = report_of(*severities)
        codes = {limit: outputs.exit_code(report, limit) for limit in expected}
        self.assertEqual(codes, expected)

    @parameterized.parameters("error", "never")
    def test_nothing_examined_is_not_healthy(self, fail_on):
        report = Report(skipped=[Skipped("r", "`x` is a stream")])
        with self.assertRaisesRegex(CommandError, "examined: `x` is a stream"):
            outputs.exit_code(report, fail_on)


class WriteTest(calling.CommandTestCase):
    def test_a_report_that_cannot_be_written_costs_no_other(self):
        paths = {"html": "no/r.html", "json": "r.json"}
        with self.assertRaisesRegex(CommandError, "written to 'no/r.html'"):
            outputs.write(report_of(), paths)
        self.assertTrue(pathlib.Path("r.json").exists())

    def test_a_folder_is_made(self):
        outputs.make_folder("a/b")
        outputs.make_folder("a/b")
        self.assertTrue(os.path.isdir("a/b"))

    def test_what_is_not_there_is_not_left_behind_by_the_trial(self):
        outputs.try_to_write("html", "r.html")
        self.assertFalse(os.path.exists("r.html"))

    def test_a_path_without_permission(self):
        denied = PermissionError(13, "Permission denied")
        with mock.patch("builtins.open", side_effect=denied):
            with self.assertRaisesRegex(CommandError, "Permission denied"):
                outputs.try_to_write("html", "r.html")


if __name__ == "__main__":
    absltest.main()
