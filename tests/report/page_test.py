"""Tests of the vocabulary of pages."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report.page import Example
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.report import Report
from tests.report import paged


class PageTest(parameterized.TestCase):
    def test_lists_become_tuples(self):
        table = Table("t", ["a", "b"], [[1, 2], (3, 4)])
        gallery = Gallery("g", [Example("e")])
        page = Page("debug", "t", "s", [table, gallery])
        self.assertEqual(table.columns, ("a", "b"))
        self.assertEqual(table.rows, ((1, 2), (3, 4)))
        self.assertEqual(gallery.examples, (Example("e"),))
        self.assertEqual(page.blocks, (table, gallery))

    def test_what_is_held_stays_equal(self):
        self.assertEqual(Example("e", png=paged.png()).png, paged.png())
        self.assertEmpty(Table("t", ("a",), ()).rows)

    @parameterized.named_parameters(
        ("text", lambda: Paragraph(3), "`text` must be a string.*3"),
        ("title", lambda: Page("a", 1, "", ()), "`title`.*received: 1"),
        ("summary", lambda: Page("a", "b", None, ()), "`summary`.*None"),
        ("block", lambda: Page("a", "b", "", ("c",)), r"`blocks\[0\]`.*'c'"),
        ("blocks", lambda: Page("a", "b", "", "c"), "`blocks` must be a tuple"),
        ("example", lambda: Gallery("a", (1,)), r"`examples\[0\]`.*1"),
        ("bytes", lambda: Example("a", png="a"), "`png` must be bytes"),
        ("figure", lambda: Example("a", figure=1), "`figure` must be a"),
        ("rows", lambda: Table("a", ("b",), "c"), "`rows` must be a tuple"),
        ("page", lambda: Report(pages=["a"]), r"`pages\[0\]` must be `Page`"),
    )
    def test_refuses_other_types(self, make, message):
        with self.assertRaisesRegex(TypeError, message):
            make()

    @parameterized.named_parameters(
        ("stage", lambda: Page(" ", "b", "", ()), "`stage` must not be empty"),
        ("text", lambda: Paragraph(""), "`text` must not be empty"),
        ("columns", lambda: Table("a", (), ()), "at least one name"),
        (
            "short_row",
            lambda: Table("a", ("b", "c"), ((1, 2), (3,))),
            r"`rows\[1\]` must hold 2 cells.*received: \(3,\)",
        ),
        (
            "text_row",
            lambda: Table("a", ("b", "c"), ("de",)),
            r"`rows\[0\]` must hold 2 cells.*'de'",
        ),
        (
            "jpeg",
            lambda: Example("a", png=b"\xff\xd8\xff\xe0JFIF"),
            "PNG file, received bytes that start.*To mend it",
        ),
    )
    def test_refuses_other_values(self, make, message):
        with self.assertRaisesRegex(ValueError, message):
            make()


if __name__ == "__main__":
    absltest.main()
