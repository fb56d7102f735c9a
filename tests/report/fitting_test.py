"""Tests of what is left out of pages."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import fitting
from keras_troubleshoot.report.page import Example
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table
from tests.report import paged

ROOM = fitting.Room(
    rows=3, columns=2, characters=10, examples=2, example=5, bytes=100_000
)


def fitted(*blocks, room=ROOM, summary="s"):
    (page,) = fitting.fit([Page("a", "b", summary, blocks)], room)
    return page


class FitTest(parameterized.TestCase):
    def test_what_fits_stays_as_it_is(self):
        blocks = (
            Paragraph("0123456789"),
            Table("t", ("a", "b"), ((1, 2),) * 3),
            paged.WATERFALL,
            Gallery("g", (Example("a", "12345", paged.png()),) * 2),
        )
        self.assertEqual(fitted(*blocks).blocks, blocks)

    @parameterized.named_parameters(
        ("one", 4, "1 more row is left out."),
        ("many", 10_003, "10,000 more rows are left out."),
    )
    def test_of_a_long_table_the_first_rows_are_shown(self, size, expected):
        rows = tuple((row, -row) for row in range(size))
        table, note = fitted(Table("t", ("a", "b"), rows)).blocks
        self.assertEqual(table.rows, ((0, 0), (1, -1), (2, -2)))
        self.assertEqual(note, Paragraph(expected))

    def test_of_a_wide_table_the_first_columns_are_shown(self):
        table, note = fitted(Table("t", tuple("abcd"), ((1, 2, 3, 4),))).blocks
        self.assertEqual((table.columns, table.rows), (("a", "b"), ((1, 2),)))
        self.assertEqual(note.text, "2 more columns are left out.")

    def test_of_long_texts_the_beginning_is_shown(self):
        page = fitted(Paragraph("0123456789abc"), summary="x" * 1_010)
        self.assertEqual(
            page.blocks[0].text,
            "0123456789 ... (3 more characters are left out)",
        )
        self.assertEndsWith(
            page.summary, "(1,000 more characters are left out)"
        )

    def test_of_a_gallery_the_first_examples_are_shown(self):
        examples = tuple(Example(str(n), "1234567") for n in range(5))
        gallery, note = fitted(Gallery("g", examples)).blocks
        self.assertEqual([e.caption for e in gallery.examples], ["0", "1"])
        self.assertStartsWith(gallery.examples[0].text, "12345 ... (2 more")
        self.assertEqual(note.text, "3 more examples are left out.")

    def test_the_room_for_images_is_that_of_all_pages(self):
        image = paged.png() + bytes(60_000)
        page = Page("a", "b", "", (Gallery("g", (Example("c", png=image),)),))
        first, second = fitting.fit([page, page], ROOM)
        self.assertEqual(first.blocks, page.blocks)
        (example,) = second.blocks[0].examples
        self.assertEqual(example.png, b"")
        self.assertIn("no room for the picture", example.text)

    def test_images_that_are_not_shown_take_no_room(self):
        image = paged.png() + bytes(30_000)
        gallery = Gallery("g", (Example("c", png=image),) * 5)
        shown = fitted(gallery, gallery).blocks
        sizes = [
            len(e.png)
            for block in shown
            if isinstance(block, Gallery)
            for e in block.examples
        ]
        self.assertEqual(sizes, [len(image)] * 3 + [0])


if __name__ == "__main__":
    absltest.main()
