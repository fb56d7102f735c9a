"""Tests of the vocabulary of findings."""

import os
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.finding import Severity
from tests.report import samples


class SeverityTest(absltest.TestCase):
    def test_graver_severities_rank_first(self):
        ranked = sorted(Severity, key=lambda severity: severity.rank)
        self.assertEqual(
            [severity.value for severity in ranked],
            ["error", "warning", "advice"],
        )


class FindingTest(absltest.TestCase):
    def test_str_tells_what_where_and_how_to_mend_it(self):
        told = str(samples.RATE)
        self.assertStartsWith(
            told, "warning: learning-rate-high (optimizer (Adam)): The"
        )
        self.assertEndsWith(
            told, "To mend it: Compile with `keras.optimizers.Adam(1e-3)`."
        )

    def test_str_without_fix_does_not_mention_one(self):
        self.assertNotIn("mend", str(samples.ADVICE))


class FigureTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("kind", "pie", ("a",), (1,), "must be 'bars', 'lines'"),
        ("labels", "bars", ("a", "b"), (1,), "2 labels, 1 values"),
    )
    def test_refuses(self, kind, labels, values, message):
        with self.assertRaisesRegex(ValueError, message):
            Figure(kind, "title", labels, values)


class ImportTest(absltest.TestCase):
    def test_importing_the_report_loads_nothing_heavy(self):
        names = ("report", "text", "html", "sarif")
        modules = ", ".join(f"keras_troubleshoot.report.{n}" for n in names)
        heavy = "{'tensorflow', 'keras', 'matplotlib', 'jinja2', 'rich'}"
        program = f"import sys, {modules}; print({heavy} & {{*sys.modules}})"
        loaded = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        self.assertEqual(loaded.strip(), "set()")


if __name__ == "__main__":
    absltest.main()
