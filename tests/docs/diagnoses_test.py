"""The page of diagnoses says what the rules say."""

import importlib.util
import pathlib

from absl.testing import absltest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def maker():
    """The script that writes the page."""
    path = DOCS / "make_diagnoses.py"
    spec = importlib.util.spec_from_file_location("make_diagnoses", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class DiagnosesTest(absltest.TestCase):
    def test_the_page_is_up_to_date(self):
        written = (DOCS / "diagnoses.md").read_text(encoding="utf-8")
        self.assertEqual(
            maker().page(), written, "Run `python docs/make_diagnoses.py`."
        )


if __name__ == "__main__":
    absltest.main()
