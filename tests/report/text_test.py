"""Tests of the report as text."""

import io

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import text
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.report import Report
from tests.report import samples


class RenderTest(parameterized.TestCase):
    def test_tells_everything_in_order(self):
        told = str(samples.full())
        parts = [
            "mnist_mlp",
            "4 findings: 2 errors, 1 warning, 1 piece of advice",
            "1. ERROR  labels-out-of-range  y",
            "1,012 of 10,000 labels have no unit.",
            "Start the labels at 0:",
            "    y = y - 1",
            "lowest 1; highest 10; units 10",
            "examples/train.py:42",
            "https://keras.io/api/losses/probabilistic_losses/",
            "2. ERROR  loss-not-finite  loss",
            "Explained by  labels-out-of-range",
            "3. WARNING  learning-rate-high",
            "4. ADVICE  batch-size-odd",
            "44 diagnoses examined, 3 could not be:",
            "- no validation data was given: validation-leak, validation-small",
        ]
        places = [told.find(part) for part in parts]
        self.assertNotIn(-1, places)
        self.assertEqual(places, sorted(places))

    @parameterized.product(
        make=[samples.full, samples.hostile, Report], width=[40, 80]
    )
    def test_is_never_wider_than_asked(self, make, width):
        for line in text.render(make(), width).splitlines():
            self.assertLessEqual(len(line), width)

    def test_markup_stays_literal(self):
        told = str(samples.hostile())
        self.assertIn("[red]x[/red]", told)
        self.assertIn("\\x1b[31m", told)

    @parameterized.named_parameters(("plain", False), ("color", True))
    def test_names_drive_no_terminal(self, color):
        told = text.render(samples.hostile(), 80, color)
        self.assertNotIn("\x1b[31mx", told)
        self.assertNotIn("\u202e", told)
        self.assertEqual("\x1b" in told, color)
        self.assertNotIn("\nerror:", told)


class ShowTest(absltest.TestCase):
    def test_plain_where_the_output_is_no_terminal(self):
        from rich.console import Console

        file = io.StringIO()
        samples.full().show(Console(file=file, width=200))
        self.assertEqual(file.getvalue(), f"{samples.full()}\n")

    def test_coloured_on_a_terminal(self):
        from rich.console import Console

        file = io.StringIO()
        samples.full().show(
            Console(
                file=file,
                width=200,
                force_terminal=True,
                color_system="standard",
                legacy_windows=False,
            )
        )
        self.assertIn("\x1b[1;31mERROR\x1b[0m", file.getvalue())
        self.assertLessEqual(file.getvalue().count("-" * 101), 0)


class PrintableTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("plain", "naïve 日本 👩‍👩‍👧", "naïve 日本 👩‍👩‍👧"),
        ("line_break", "a\r\nb", "a\\r\\nb"),
        ("separator", "a\u2028b", "a\\u2028b"),
        ("surrogate", "a\ud800", "a\\ud800"),
        ("null", "a\0", "a\\x00"),
    )
    def test_one_line(self, name, expected):
        self.assertEqual(one_line(name), expected)

    @parameterized.named_parameters(
        ("float", 0.1 + 0.2, "0.3"),
        ("integer", 1234567, "1234567"),
        ("none", None, "None"),
        ("short", [1, "a"], "[1, a]"),
        ("long", list(range(10)), "[0, 1, 2, ... 7 more]"),
        ("names", {"a": {"b": 1}}, "a: {b: 1}"),
        ("empty", {}, ""),
    )
    def test_brief(self, value, expected):
        self.assertEqual(brief(value, most=3), expected)


if __name__ == "__main__":
    absltest.main()
