"""Tests of the order of pages, and of the cells of their tables."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import cells
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.report.sections import sections
from tests.report import samples


def order(stages, findings=(), examined=()):
    pages = [Page(stage, "t", "", ()) for stage in stages]
    report = Report(findings, examined, pages=pages)
    return [
        (section.number, section.stage, section.findings)
        for section in sections(report, report.pages)
    ]


class SectionsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("none", [], [samples.RATE], []),
        ("healthy", ["evaluate"], [], [(1, "Evaluate", False)]),
        (
            "page_of_debug",
            ["start_simple", "debug", "debug", "improve"],
            [samples.RATE],
            [
                (1, "Start simple", False),
                (2, "Debug", True),
                (3, "Debug", False),
                (4, "Improve", False),
            ],
        ),
        (
            "findings_alone",
            ["start simple", "evaluate"],
            [samples.RATE],
            [
                (1, "Start simple", False),
                (2, "Debug", True),
                (3, "Evaluate", False),
            ],
        ),
        (
            "start_alone",
            ["start"],
            [samples.RATE],
            [(1, "Start", False), (2, "Debug", True)],
        ),
    )
    def test_order(self, stages, findings, expected):
        self.assertEqual(order(stages, findings), expected)

    def test_silence_of_what_was_examined_has_a_section(self):
        self.assertEqual(
            order(["evaluate"], examined=["a"]),
            [(1, "Debug", True), (2, "Evaluate", False)],
        )


class CellsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("numbers", (1, 2.5, None), True),
        ("percent", ("18.8%", "-3 %", ""), True),
        ("thousands", ("1,200", "+3e-05"), True),
        ("words", ("blur", 1), False),
        ("name_with_digits", ("conv2d_1",), False),
        ("truth", (True, False), False),
        ("empty", (None, ""), False),
    )
    def test_numeric(self, column, expected):
        table = Table("t", ("a",), tuple((value,) for value in column))
        self.assertEqual(cells.numeric(table), [expected])

    def test_a_table_without_rows_has_columns_of_words(self):
        self.assertEqual(
            cells.numeric(Table("t", ("a", "b"), ())), [False, False]
        )

    @parameterized.named_parameters(
        ("nan", float("nan"), "nan"),
        ("long", "a" * 30, "a" * 17 + "..."),
        ("lines", "a\nb", "a\\nb"),
        ("list", [1, 2], "[1, 2]"),
    )
    def test_cell(self, value, expected):
        self.assertEqual(cells.cell(value, 20), expected)


if __name__ == "__main__":
    absltest.main()
