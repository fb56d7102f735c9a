"""Tests of the splitting of prose."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import prose


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
