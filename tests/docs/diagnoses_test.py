"""The page of diagnoses says what the rules say."""

from absl.testing import absltest

from tests.docs import scripts


class DiagnosesTest(absltest.TestCase):
    def test_the_page_is_up_to_date(self):
        written = (scripts.DOCS / "diagnoses.md").read_text(encoding="utf-8")
        self.assertEqual(
            scripts.load("make_diagnoses").page(),
            written,
            "Run `python docs/make_diagnoses.py`.",
        )


if __name__ == "__main__":
    absltest.main()
