"""Tests of the diagnosis of a `fit` that raised."""

from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import checking
from tests.rules.cases import errors as cases


class ErrorsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("compile", "You must call `compile()` before using the model.", "("),
        ("loss", "No loss to compute. Provide a `loss`.", "no loss"),
        ("text", "could not convert string to float: 'red'", "not numbers"),
        ("memory", "OOM when allocating tensor of 4 GB", "out of memory"),
        ("other", "the Room is full", "`fit` raised ValueError"),
        ("layer", "RandomZoom takes factors", "`fit` raised ValueError"),
    )
    def test_says_in_words_what_is_known(self, message, words):
        (found,) = checking.found("call-failed", cases.raised(message))
        self.assertIn(words, found.summary)
        self.assertIn(message, found.summary)

    def test_the_innermost_layer_is_named(self):
        block = ("block", "Functional", ((32, 4),))
        facts = cases.raised("no such thing", block, cases.DENSE)
        (found,) = checking.found("call-failed", facts)
        self.assertEqual(found.where, "layer 'dense'")


if __name__ == "__main__":
    absltest.main()
