"""The demo finds what is planted in it, and nothing where it is mended."""

import pathlib
import re

from absl.testing import absltest

from tests.cli import calling


class DemoTest(calling.CommandTestCase):
    def test_it_finds_three_bugs_and_trains_the_mended_classifier(self):
        ended = calling.call("demo", "--out=here")
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        self.assertNotIn("not found", ended.out)
        self.assertIn("The mended classifier is healthy", ended.out)
        before, after = (
            float(re.search(rf"{word} +([\d.]+)%", ended.out)[1])
            for word in ("before", "after")
        )
        self.assertLess(before, 60)
        self.assertGreater(after, 93)
        page = pathlib.Path("here/report.html").read_text()
        self.assertIn("double-softmax", page)
        self.assertIn(f"{self.folder}/here/report.html", ended.err)


if __name__ == "__main__":
    absltest.main()
