"""Tests of pages in HTML."""

import base64
import re

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import html as page
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.report import Report
from tests.report import paged
from tests.report import samples
from tests.report.reading import Reader


def words(told):
    return " ".join(re.sub("<[^>]*>", " ", told).split())


class PagesTest(parameterized.TestCase):
    @parameterized.product(
        make=[paged.full, paged.hostile, paged.long],
        render=[page.render, page.render_fragment],
    )
    def test_is_well_formed(self, make, render):
        told = render(make())
        reader = Reader(told)
        self.assertEqual(reader.open, [])
        ids = reader.attribute("id")
        self.assertLen(set(ids), len(ids))
        references = [
            href for href in reader.attribute("href") if href[0] == "#"
        ] + [f"#{name}" for name in reader.attribute("aria-labelledby")]
        self.assertContainsSubset(references, [f"#{name}" for name in ids])

    def test_the_stages_are_at_the_top_and_lead_to_their_pages(self):
        told = page.render(paged.full())
        navigation, _, rest = told.partition("<main>")
        self.assertEqual(
            re.findall(
                r'href="#(kts-page-\d)">\s*<span[^>]*>([^<]*)</span>\s*'
                "<span>([^<]*)</span>",
                navigation,
            ),
            [
                ("kts-page-1", "Start simple", "A simple start"),
                ("kts-page-2", "Debug", "Does it train?"),
                ("kts-page-3", "Evaluate", "Where the error comes from"),
            ],
        )
        self.assertEqual(
            re.findall(r'<section class="kts-page" id="([^"]*)"', rest),
            ["kts-page-1", "kts-page-2", "kts-page-3"],
        )

    def test_the_findings_are_the_content_of_the_stage_debug(self):
        parts = page.render(paged.full()).split('<section class="kts-page"')
        found = [words(part).count(samples.LABELS.summary) for part in parts]
        self.assertEqual(found, [0, 0, 1, 0])
        self.assertIn("What is kept, all together", words(parts[2]))

    def test_tells_everything(self):
        told = words(page.render(paged.full()))
        for part in (
            "LeNet with Adam(3e-4)",
            "2,000 of 60,000 examples.",
            "The largest part is variance: 3 points.",
            "type share gain worth it seen",
            "blur 18.8% 0.25 yes",
            "two digits in one image 1.3% 1e-05 no twice",
            "7 taken for 1",
            "never rings true .",
            "-0.005",
        ):
            self.assertIn(part, told)

    def test_figures_are_told_to_who_cannot_see_them(self):
        labels = Reader(page.render_fragment(paged.full())).attribute(
            "aria-label"
        )
        self.assertIn(
            "From irreducible to test error: irreducible 0.01, variance +0.03 "
            "(between 0.02 and 0.04), validation overfitting -0.005, test "
            "error 0.035 (between 0.03 and 0.04)",
            labels,
        )

    def test_numbers_stand_on_the_right(self):
        told = page.render(paged.full())
        heads = re.findall(r'<th scope="col"([^>]*)>([^<]*)', told)
        right = {name for style, name in heads if "kts-right" in style}
        self.assertEqual(right, {"share", "gain"})

    def test_images_are_part_of_the_page(self):
        told = page.render(paged.full())
        sources = re.findall(r'<img src="([^"]*)" alt="([^"]*)"([^>]*)>', told)
        coded = [source.partition(",")[2] for source, *_ in sources]
        self.assertEqual(
            [base64.b64decode(code) for code in coded],
            [paged.png(), paged.png(200, 20)],
        )
        for source, *_ in sources:
            self.assertStartsWith(source, "data:image/png;base64,")
        # Eight pixels are drawn as squares, two hundred are not.
        self.assertEqual(
            ["kts-pixels" in style for *_, style in sources], [True, False]
        )
        captions = [caption for _, caption, _ in sources]
        self.assertEqual(captions, ["7 taken for 1", "9 taken for 4"])

    def test_words_and_drawings_have_more_room_than_thumbnails(self):
        told = page.render(paged.full())
        self.assertEqual(
            re.findall('<ul class="(kts-gallery[^"]*)"', told),
            ["kts-gallery", "kts-gallery kts-drawn"],
        )

    def test_strings_from_outside_stay_text(self):
        told = page.render(paged.hostile())
        reader = Reader(told)
        self.assertNotIn("script", {tag for tag, _ in reader.elements})
        self.assertNotRegex(told, "[\x00-\x09\x0b-\x1f\u202e]")
        shown = re.sub("(?s)<svg.*?</svg>", "", told.partition("<body>")[2])
        self.assertNotIn("49", words(shown))
        for tag, held in reader.elements:
            self.assertNotIn("onerror", held)
            if "src" in held:
                self.assertEqual(tag, "img")
                self.assertRegex(
                    held["src"], r"^data:image/png;base64,[\w+/=]*$"
                )

    def test_what_is_long_is_cut_and_said(self):
        report = paged.long()
        told = page.render(report)
        self.assertLess(len(told), 3_000_000)
        text = words(told)
        for part in (
            "9,800 more rows are left out.",
            "250 more columns are left out.",
            "40 more examples are left out.",
            "480,000 more characters are left out",
            "no room for the picture",
        ):
            self.assertIn(part, text)
        self.assertIn("row 199", text)
        self.assertNotIn("row 200", text)

    def test_a_page_alone_needs_no_navigation(self):
        told = page.render(Report(pages=[Page("evaluate", "t", "s", ())]))
        self.assertNotIn("<nav", told)
        self.assertIn(
            "No diagnosis was examined; what was measured follows.", told
        )

    def test_a_healthy_report_says_so_on_the_page_of_debug(self):
        report = Report(examined=["a"], pages=[paged.EVALUATE])
        parts = page.render(report).split('<section class="kts-page"')
        self.assertLen(parts, 3)
        self.assertIn("Nothing found that needs mending.", parts[1])

    def test_a_report_without_pages_knows_nothing_of_them(self):
        told = page.render(samples.full())
        self.assertNotIn("kts-page", re.sub("--kts-page", "", told))
        self.assertNotIn("kts-gallery", told)

    def test_the_style_of_a_fragment_touches_only_itself(self):
        style = Reader(page.render_fragment(paged.full())).texts["style"]
        style = re.sub(r"/\*.*?\*/", "", style)
        for rule in re.findall(r"([^{}]+)\{", style):
            if "@media" not in rule:
                for selector in re.split(r",(?![^(]*\))", rule):
                    self.assertIn(".kts-report", selector)


if __name__ == "__main__":
    absltest.main()
