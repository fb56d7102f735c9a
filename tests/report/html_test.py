"""Tests of the report as a page."""

import re

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import html as page
from keras_troubleshoot.report.report import Report
from tests.report import samples
from tests.report.reading import Reader


class RenderTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("full", samples.full()),
        ("hostile", samples.hostile()),
        ("empty", Report()),
    )
    def test_every_element_is_closed(self, report):
        self.assertEqual(Reader(page.render(report)).open, [])
        self.assertEqual(Reader(page.render_fragment(report)).open, [])

    def test_tells_everything(self):
        told = page.render(samples.full())
        text = " ".join(re.sub("<[^>]*>", "", told).split())
        for part in (
            "4 findings: 2 errors, 1 warning, 1 piece of advice",
            "44 diagnoses examined, 3 could not be.",
            samples.LABELS.summary,
            "Explained by labels-out-of-range: mend that first.",
            "Explains loss-not-finite.",
            "no validation data was given",
            "examples/train.py:42",
            "3.15.0",
        ):
            self.assertIn(part, text)

    def test_the_network_is_asked_for_nothing(self):
        reader = Reader(page.render(samples.full()))
        for tag, held in reader.elements:
            self.assertNotIn("src", held)
            self.assertNotIn(tag, ("script", "img", "iframe", "object"))
            if tag != "a" and "href" in held:
                self.assertRegex(held["href"], "^(#|data:,$)")
        self.assertNotRegex(reader.texts["style"], "url|@import")
        policy = reader.attribute("content")[0]
        self.assertStartsWith(policy, "default-src 'none';")

    def test_only_references_are_links(self):
        for report in (samples.full(), samples.hostile()):
            reader = Reader(page.render(report))
            ids = {f"#{name}" for name in reader.attribute("id")}
            for tag, held in reader.elements:
                if tag == "a" and held["href"] not in ids:
                    self.assertRegex(held["href"], r"^https?://[\w./]+$")

    def test_strings_from_outside_stay_text(self):
        told = page.render(samples.hostile())
        reader = Reader(told)
        tags = {tag for tag, _ in reader.elements}
        self.assertNotIn("script", tags)
        self.assertIn(samples.SCRIPT, reader.texts["h1"])
        self.assertIn("<script>", reader.texts["text"])  # Of the SVG.
        self.assertNotRegex(told, "[\x00-\x09\x0b-\x1f\u202e]")
        self.assertNotIn("49", told.partition("<body>")[2].partition("<svg")[0])
        told.encode("utf-8")

    @parameterized.named_parameters(
        ("page", page.render), ("fragment", page.render_fragment)
    )
    def test_ids_are_unique_and_references_known(self, render):
        reader = Reader(render(samples.hostile()))
        ids = reader.attribute("id")
        self.assertLen(set(ids), len(ids))
        references = re.findall(
            r'url\(#(.+?)\)|="#(.+?)"', render(samples.full())
        )
        known = set(Reader(render(samples.full())).attribute("id"))
        self.assertNotEmpty(references)
        for url, href in references:
            self.assertIn(url or href, known)

    def test_a_fragment_is_no_page_and_styles_only_itself(self):
        told = samples.full()._repr_html_()
        self.assertNotIn("<html", told)
        style = Reader(told).texts["style"]
        style = re.sub(r"/\*.*?\*/", "", style)
        for rule in re.findall(r"([^{}]+)\{", style):
            if "@media" not in rule:
                for selector in re.split(r",(?![^(]*\))", rule):
                    self.assertIn(".kts-report", selector)

    def test_fragments_of_different_reports_share_no_id(self):
        first = Reader(page.render_fragment(samples.full()))
        second = Reader(page.render_fragment(Report([samples.RATE])))
        self.assertEmpty({*first.attribute("id")} & {*second.attribute("id")})

    def test_the_same_report_is_the_same_page(self):
        self.assertEqual(
            page.render(samples.full()), page.render(samples.full())
        )


def contrast(first, second):
    """WCAG 2.2, "contrast ratio", of two colours such as `"#a0b1c2"`."""

    def luminance(color):
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in channels
        ]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


class ColorTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        found = re.findall(
            r"--kts-([\w-]+): light-dark\((#\w+), (#\w+)\)",
            page.render(Report()),
        )
        self.colors = {name: schemes for name, *schemes in found}

    @parameterized.product(
        pair=[
            *[
                (n, g)
                for n in ("ink", "soft", "link", "ok")
                for g in ("page", "card")
            ],
            *[(n, f"{n}-tint") for n in ("error", "warning", "advice", "ok")],
            ("ink", "code"),
            ("soft", "code"),
        ],
        scheme=[0, 1],
    )
    def test_text_can_be_read(self, pair, scheme):
        first, second = (self.colors[name][scheme] for name in pair)
        # WCAG 2.2, success criterion 1.4.3: 4.5 for text.
        self.assertGreaterEqual(contrast(first, second), 4.5)

    @parameterized.product(number=[*range(1, 9)], scheme=[0, 1])
    def test_lines_and_bars_can_be_seen(self, number, scheme):
        line = self.colors[f"series-{number}"][scheme]
        # WCAG 2.2, success criterion 1.4.11: 3 for graphics.
        self.assertGreaterEqual(contrast(line, self.colors["card"][scheme]), 3)


if __name__ == "__main__":
    absltest.main()
