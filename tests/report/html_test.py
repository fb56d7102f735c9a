"""Tests of the report as a page."""

import collections
import html.parser
import re

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import figures
from keras_troubleshoot.report import html as page
from keras_troubleshoot.report import prose
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.report import Report
from tests.report import samples

_VOID = {"meta", "link"}


class Reader(html.parser.HTMLParser):
    """What a browser sees: elements, their attributes, and the text."""

    def __init__(self, source):
        super().__init__()
        self.elements = []
        self.texts = collections.defaultdict(str)
        self.open = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        opened = self.open.pop()
        if opened != tag:
            raise ValueError(f"</{tag}> closes <{opened}>")

    def handle_data(self, data):
        for tag in self.open[-1:]:
            self.texts[tag] += data

    def attribute(self, name):
        return [held[name] for _, held in self.elements if name in held]


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


class FigureTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.enter_context(np.errstate(all="raise"))

    @parameterized.named_parameters(
        ("empty_bars", "bars", (), ()),
        ("empty_lines", "lines", (), ()),
        ("empty_line", "lines", ("a",), ((),)),
        ("zeros", "bars", ("a", "b"), (0, 0)),
        ("negative", "bars", ("a", "b"), (-1, 2.5)),
        ("not_finite", "bars", ("a", "b", "c"), (np.nan, np.inf, 1.0)),
        ("all_nan", "lines", ("a",), ((np.nan, np.nan),)),
        ("far_apart", "bars", ("a", "b"), (1e-9, 1e9)),
        ("far_lines", "lines", ("a",), ((1e-9, 1.0, 1e9),)),
        ("other_scripts", "bars", ("日本", "$x$_^\\"), (1, 2)),
        ("arrays", "lines", ("a",), (np.arange(3.0),)),
    )
    def test_draws(self, kind, labels, values):
        drawing = figures.draw(Figure(kind, "t", labels, values), "id")
        self.assertStartsWith(drawing, "<svg ")
        self.assertIn("aria-label=", drawing)
        self.assertNotIn("#0102", drawing)
        self.assertNotIn("<style", drawing)

    def test_a_dollar_is_a_dollar(self):
        drawing = figures.draw(Figure("bars", "t", ("$a$",), (1,)), "id")
        self.assertIn(">$a$</text>", drawing)

    def test_of_many_bars_the_largest_are_drawn(self):
        values = tuple(range(100))
        figure = Figure("bars", "t", tuple(map(str, values)), values)
        self.assertEqual(figures.drawn(figure), list(range(70, 100)))
        self.assertEqual(figures.left_out(figure), "the largest 30 of 100")

    def test_a_long_line_keeps_its_peak_and_its_gap(self):
        line = np.zeros(100_000)
        line[54_321] = 7.0
        line[77_777] = np.nan
        drawing = figures.draw(Figure("lines", "t", ("a",), (line,)), "id")
        self.assertLess(len(drawing), 40_000)
        positions = figures._thinned(list(line))
        self.assertContainsSubset([54_321, 77_777], positions)
        self.assertEqual(positions, sorted(positions))

    def test_the_settings_of_the_caller_are_left_alone(self):
        import matplotlib

        with matplotlib.rc_context({"text.usetex": True, "font.size": 3}):
            before = dict(matplotlib.rcParams)
            figures.draw(Figure("bars", "t", ("a",), (1,)), "id")
            self.assertEqual(dict(matplotlib.rcParams), before)


class ProseTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("text", "plain", [("text", "plain")]),
        (
            "code",
            "use `a<b` now",
            [("text", "use "), ("code", "a<b"), ("text", " now")],
        ),
        ("unclosed", "a ` b", [("text", "a ` b")]),
    )
    def test_spans(self, text, expected):
        spans = [(span.kind, span.text) for span in prose.spans(text)]
        self.assertEqual(spans, expected)

    @parameterized.named_parameters(
        ("plain", "see https://a.b/c?d=1#e.", ["https://a.b/c?d=1#e"]),
        ("brackets", "(http://a.b/c)", ["http://a.b/c"]),
        ("script", "javascript:alert(1) data:text/html,x file:///x", []),
        ("quotes", 'https://a.b/"onload="x', ["https://a.b/"]),
    )
    def test_links(self, text, expected):
        spans = prose.links(text)
        self.assertEqual([s.text for s in spans if s.kind == "link"], expected)


if __name__ == "__main__":
    absltest.main()
