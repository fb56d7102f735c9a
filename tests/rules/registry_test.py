"""Tests of the registration of rules."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.rules import registry


class RegistryTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        known = dict(registry.RULES)
        self.addCleanup(registry.RULES.update, known)
        self.addCleanup(registry.RULES.clear)

    def test_registers_under_its_id(self):
        @registry.rule("made-up", "a title", "data", explains="one two")
        def made_up(facts):
            """What it is about.

            And more.
            """
            yield registry.advice("x", "A summary.", "A fix.", seen=3)

        rule = registry.RULES["made-up"]
        self.assertEqual(rule.kind, Kind.ROOT)
        self.assertEqual(rule.explains, ("one", "two"))
        self.assertEqual(rule.text, "What it is about.\n\nAnd more.")
        self.assertIs(rule.conclude, made_up)

    def test_an_id_is_taken_once(self):
        registry.rule("made-up", "a title", "data")(lambda facts: ())
        with self.assertRaisesRegex(ValueError, "id='made-up'"):
            registry.rule("made-up", "another", "data")(lambda facts: ())

    @parameterized.named_parameters(
        ("error", registry.error, Severity.ERROR),
        ("warning", registry.warning, Severity.WARNING),
        ("advice", registry.advice, Severity.ADVICE),
    )
    def test_told(self, say, severity):
        registry.rule("made-up", "a title", "data", Kind.SYMPTOM, "a book")(
            lambda facts: ()
        )
        figure = Figure("bars", "title", ("a",), (1,))
        note = say("x", "A summary.", "A fix.", seen=3, figures=[figure])
        finding = registry.told(registry.RULES["made-up"], note)
        self.assertEqual(finding.rule, "made-up")
        self.assertEqual(finding.severity, severity)
        self.assertEqual(finding.kind, Kind.SYMPTOM)
        self.assertEqual(finding.where, "x")
        self.assertEqual(finding.reference, "a book")
        self.assertEqual(finding.evidence, {"seen": 3})
        self.assertEqual(finding.figures, (figure,))


if __name__ == "__main__":
    absltest.main()
