"""Tests of pages on their way through JSON."""

import base64
import json

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.report.report import Report
from tests.report import paged
from tests.report import samples


def page_of(values):
    return values["pages"][2]["blocks"]


class JsonTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("full", paged.full), ("hostile", paged.hostile)
    )
    def test_round_trip(self, make):
        report = make()
        text = report.to_json()
        back = Report.from_json(text)
        self.assertEqual(back.to_json(), text)
        for read, page in zip(back.pages, report.pages, strict=True):
            self.assertEqual(read.title, page.title)
            self.assertEqual(read.stage, page.stage)
            self.assertEqual(read.summary, page.summary)
            for held, block in zip(read.blocks, page.blocks, strict=True):
                self.assertIs(type(held), type(block))
                if isinstance(block, Gallery):
                    self.assertEqual(held, block)
                else:
                    self.assertEqual(plain(held), plain(block))
        self.assertEqual(str(back), str(report))

    def test_images_are_base64(self):
        gallery = page_of(json.loads(paged.full().to_json()))[3]
        self.assertEqual(gallery["type"], "gallery")
        coded = gallery["examples"][0]["png"]
        self.assertEqual(base64.b64decode(coded), paged.png())

    def test_a_report_written_before_there_were_pages_is_read(self):
        values = samples.full().to_dict()
        del values["pages"]
        for finding in values["findings"]:
            for figure in finding["figures"]:
                del figure["along"]
        back = Report.from_dict(values)
        self.assertEqual(back.pages, [])
        self.assertEqual(str(back), str(samples.full()))

    @parameterized.named_parameters(
        ("type", 2, {"type": "video"}, "type` must be one of 'paragraph'"),
        ("no_type", 2, {}, "type` must be given"),
        ("rows", 2, {"type": "table", "rows": 1}, "title` must be given"),
        ("figure", 0, {"type": "figure", "kind": "bars"}, "values` must be"),
    )
    def test_refuses(self, place, block, message):
        values = paged.full().to_dict()
        page_of(values)[place] = block
        with self.assertRaisesRegex(
            ValueError, rf"`pages\[2\]\.blocks\[{place}\].*{message}"
        ):
            Report.from_dict(values)

    @parameterized.named_parameters(
        (
            "short_row",
            lambda blocks: blocks[2]["rows"][0].pop(),
            r"blocks\[2\]`: `rows\[0\]` must hold 5 cells",
        ),
        (
            "no_base64",
            lambda blocks: blocks[3]["examples"][0].update(png="?"),
            r"blocks\[3\]\.examples\[0\]\.png` must be base64.*'\?'",
        ),
        (
            "no_png",
            lambda blocks: blocks[3]["examples"][0].update(png="AAAA"),
            r"examples\[0\]`: `png` must be the bytes of a PNG",
        ),
        (
            "waterfall",
            lambda blocks: blocks[0]["values"].__setitem__(1, [1, 3, 2]),
            r"blocks\[0\]`: `values\[1\]` of a waterfall",
        ),
    )
    def test_refuses_what_the_blocks_refuse(self, spoil, message):
        values = paged.full().to_dict()
        spoil(page_of(values))
        with self.assertRaisesRegex(ValueError, f"{message}.*To mend it"):
            Report.from_dict(values)


if __name__ == "__main__":
    absltest.main()
