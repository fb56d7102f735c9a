"""Tests of pages as text."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import text
from tests.report import paged
from tests.report import samples


class TextTest(parameterized.TestCase):
    def test_tells_the_stages_in_order(self):
        told = str(paged.full())
        parts = [
            "Start simple: A simple start",
            "LeNet with `Adam(3e-4)`.",
            "2,000 of 60,000 examples.",
            "Debug: Does it train?",
            "1. ERROR  labels-out-of-range  y",
            "What is kept, all together",
            "Evaluate: Where the error comes from",
            "The largest part is variance: 3 points.",
            "Errors by type",
            "The worst",
            "- 7 taken for 1",
            "- negative for positive",
            "44 diagnoses examined",
        ]
        places = [told.find(part) for part in parts]
        self.assertNotIn(-1, places)
        self.assertEqual(places, sorted(places))
        self.assertNotIn("never rings", told)

    def test_numbers_of_a_table_stand_below_each_other(self):
        told = str(paged.full()).splitlines()
        (head,) = [line for line in told if line.startswith("  type ")]
        (blur,) = [line for line in told if line.startswith("  blur ")]
        (two,) = [line for line in told if line.startswith("  two digits ")]
        end = head.index("share") + len("share")
        self.assertEqual(
            [line[:end].split()[-1] for line in (blur, two)],
            ["18.8%", "1.3%"],
        )
        self.assertEqual(blur.split()[-1], "yes")

    @parameterized.product(
        make=[paged.full, paged.hostile, paged.long], width=[40, 80]
    )
    def test_is_never_wider_than_asked(self, make, width):
        for line in text.render(make(), width).splitlines():
            self.assertLessEqual(len(line), width)

    def test_what_is_long_is_cut_and_said(self):
        told = str(paged.long())
        self.assertLess(len(told.splitlines()), 100)
        joined = " ".join(told.split())
        for part in (
            "9,980 more rows are left out.",
            "292 more columns are left out.",
            "92 more examples are left out.",
            "499,000 more characters are left out",
        ):
            self.assertIn(part, joined)

    @parameterized.named_parameters(("plain", False), ("color", True))
    def test_names_drive_no_terminal(self, color):
        told = text.render(paged.hostile(), 80, color)
        self.assertNotIn("\x1b[31mx", told)
        self.assertNotIn("\u202e", told)
        self.assertIn("[red]x[/red]", "".join(told.split()))

    def test_a_report_without_pages_is_told_as_before(self):
        told = str(samples.full())
        self.assertNotIn("Debug", told)


if __name__ == "__main__":
    absltest.main()
