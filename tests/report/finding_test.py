"""Tests of the vocabulary of findings."""

import math
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
        ("one_total", "waterfall", ("a",), (1,), "two totals.*1 values"),
        ("steps", "waterfall", ("a",) * 40, (1,) * 40, "at most 28 steps"),
        ("word", "waterfall", ("a", "b"), (1, "b"), r"`values\[1\]`.*'b'"),
        ("unknown", "waterfall", ("a", "b"), (math.nan, 1), r"\[0\]`.*nan"),
        ("interval", "waterfall", ("a", "b"), (1, (1, 2, 0)), "low <= high"),
        ("number", "curve", ("a",), (1,), "`.xs, ys.` or .*received: 1"),
        ("text", "curve", ("a",), ("ab",), "must be numbers.*'ab'"),
        ("three", "curve", ("a",), (((1,),) * 3,), r"lengths \[1, 1, 1\]"),
        ("uneven", "curve", ("a",), (((1,), (1, 2)),), r"lengths \[1, 2\]"),
        ("words", "curve", ("a",), (((1,), ("b",)),), "'a' must be numbers"),
        ("place", "curve", ("a",), (((math.inf,), (1,)),), "finite.*inf"),
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
