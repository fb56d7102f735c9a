"""The reference has an entry for each public name, and no other."""

import re

from absl.testing import absltest

import keras_troubleshoot as kts
from tests.docs import scripts


class ReferenceTest(absltest.TestCase):
    def test_the_pages_are_up_to_date(self):
        written = {
            path.name: path.read_text(encoding="utf-8")
            for path in (scripts.DOCS / "reference").glob("*.md")
        }
        self.assertEqual(
            scripts.load("make_reference").pages(),
            written,
            "Run `python docs/make_reference.py`.",
        )

    def test_every_page_has_its_place_on_the_site(self):
        site = (scripts.DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
        for path in scripts.DOCS.rglob("*.md"):
            self.assertIn(f" {path.relative_to(scripts.DOCS)}", site)

    def test_names(self):
        told = re.findall(
            r"heading: (\S+)",
            "".join(scripts.load("make_reference").pages().values()),
        )
        self.assertLen(told, len(set(told)))
        self.assertIn("kts.models.lenet", told)
        self.assertIn("kts.data.synthetic.images", told)
        for name in vars(kts)["__all__"]:
            if not name.startswith("_"):
                self.assertTrue(any(t.startswith(f"kts.{name}") for t in told))


if __name__ == "__main__":
    absltest.main()
