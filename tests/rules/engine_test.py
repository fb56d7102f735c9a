"""Tests of the application of rules to facts."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.rules import engine
from keras_troubleshoot.rules import registry
from keras_troubleshoot.rules.catalogue import RULES


def rule(conclude, id="made-up", explains=()):
    return registry.Rule(
        id, "data", Kind.ROOT, "title", "reference", explains, conclude
    )


def needs_number(facts):
    if facts.number > 3:
        yield registry.error("x", f"It is {facts.number}.", "Less.", seen=1)


def crashes_late(facts):
    yield registry.error("x", "Half a finding.", "Nothing.")
    raise KeyError("weight\nand a second line")


def crashes_without_words(facts):
    raise AssertionError
    yield


class EngineTest(parameterized.TestCase):
    def test_finding(self):
        found, examined, skipped = engine.conclude(
            Facts(number=4), [rule(needs_number, explains=("other",))]
        )
        (finding,) = found
        self.assertEqual(finding.rule, "made-up")
        self.assertEqual(finding.explains, ("other",))
        self.assertEqual(finding.evidence, {"seen": 1})
        self.assertEqual((examined, skipped), (["made-up"], []))

    def test_rule_that_finds_nothing_was_examined(self):
        found, examined, skipped = engine.conclude(
            Facts(number=1), [rule(needs_number)]
        )
        self.assertEqual((found, examined, skipped), ([], ["made-up"], []))

    @parameterized.named_parameters(
        ("unknown", Facts(), "no number"),
        ("told", Facts(number=Unavailable("too dark")), "too dark"),
    )
    def test_rule_without_its_facts_is_skipped(self, facts, reason):
        found, examined, (skipped,) = engine.conclude(
            facts, [rule(needs_number)]
        )
        self.assertEqual((found, examined), ([], []))
        self.assertEqual((skipped.rule, skipped.reason), ("made-up", reason))

    def test_measuring_that_says_why_not_is_asked_once(self):
        asked = []

        def measure():
            asked.append(1)
            raise Unavailable("too dark")

        facts = Facts(number=measure)
        _, _, skipped = engine.conclude(facts, [rule(needs_number)] * 3)
        self.assertEqual([s.reason for s in skipped], ["too dark"] * 3)
        self.assertLen(asked, 1)

    @parameterized.named_parameters(
        ("in_a_rule", crashes_late, "KeyError: 'weight"),
        ("without_words", crashes_without_words, "AssertionError)"),
    )
    def test_rule_that_crashes_is_skipped_with_its_reason(self, conclude, says):
        found, examined, (skipped,) = engine.conclude(Facts(), [rule(conclude)])
        self.assertEqual((found, examined), ([], []))
        self.assertIn(says, skipped.reason)
        self.assertNotIn("\n", skipped.reason)

    def test_measuring_that_crashes_is_skipped_with_its_reason(self):
        def measure():
            raise ZeroDivisionError("division by zero")

        _, _, (skipped,) = engine.conclude(
            Facts(number=measure), [rule(needs_number)]
        )
        self.assertIn("ZeroDivisionError: division by zero", skipped.reason)

    def test_other_rules_go_on(self):
        rules = [rule(crashes_late, "a"), rule(needs_number, "b")]
        found, examined, skipped = engine.conclude(Facts(number=9), rules)
        self.assertEqual([finding.rule for finding in found], ["b"])
        self.assertEqual(examined, ["b"])
        self.assertEqual([s.rule for s in skipped], ["a"])

    def test_ctrl_c_is_not_caught(self):
        def interrupted(facts):
            raise KeyboardInterrupt
            yield

        with self.assertRaises(KeyboardInterrupt):
            engine.conclude(Facts(), [rule(interrupted)])

    def test_without_any_facts_all_rules_are_skipped_with_a_reason(self):
        found, examined, skipped = engine.conclude(Facts(), RULES.values())
        self.assertEqual((found, examined), ([], []))
        self.assertEqual([s.rule for s in skipped], list(RULES))
        for each in skipped:
            self.assertRegex(each.reason, "^no |was not called$")

    def test_without_validation_data_the_reason_says_so(self):
        rules = [RULES["train-validation-leakage"]]
        _, _, (skipped,) = engine.conclude(Facts(), rules)
        self.assertEqual(skipped.reason, "no validation data")


if __name__ == "__main__":
    absltest.main()
