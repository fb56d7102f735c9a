"""The reference has an entry for each public name, and no other."""

import importlib.util
import pathlib
import re

from absl.testing import absltest

import keras_troubleshoot as kts

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def maker():
    """The script that writes the pages."""
    path = DOCS / "make_reference.py"
    spec = importlib.util.spec_from_file_location("make_reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ReferenceTest(absltest.TestCase):
    def test_the_pages_are_up_to_date(self):
        written = {
            path.name: path.read_text(encoding="utf-8")
            for path in (DOCS / "reference").glob("*.md")
        }
        self.assertEqual(
            maker().pages(), written, "Run `python docs/make_reference.py`."
        )

    def test_every_page_has_its_place_on_the_site(self):
        site = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
        for path in DOCS.rglob("*.md"):
            self.assertIn(f" {path.relative_to(DOCS)}", site)

    def test_names(self):
        told = re.findall(r"heading: (\S+)", "".join(maker().pages().values()))
        self.assertLen(told, len(set(told)))
        self.assertIn("kts.models.lenet", told)
        self.assertIn("kts.data.synthetic.images", told)
        for name in vars(kts)["__all__"]:
            if not name.startswith("_"):
                self.assertTrue(any(t.startswith(f"kts.{name}") for t in told))


if __name__ == "__main__":
    absltest.main()
