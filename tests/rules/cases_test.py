"""Each rule finds its sick cases, and leaves their healthy twins alone."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.rules.catalogue import RULES
from tests.rules import checking
from tests.rules import collected


class CasesTest(checking.CaseTest):
    @parameterized.named_parameters(checking.named(collected.SICK))
    def test_finds(self, case):
        self.check_sick(case)

    @parameterized.named_parameters(checking.named(collected.TWINS))
    def test_leaves_alone(self, case):
        self.check_twin(case)


class CompletenessTest(parameterized.TestCase):
    @parameterized.parameters(*RULES)
    def test_rule_has_a_sick_case_and_a_healthy_twin(self, id):
        self.assertIn(id, {case.rule for case in collected.SICK})
        self.assertIn(id, {case.rule for case in collected.TWINS})

    @parameterized.parameters("SICK", "TWINS")
    def test_cases_have_names_of_their_own(self, table):
        cases = getattr(collected, table)
        names = [name for name, _ in checking.named(cases)]
        self.assertLen(set(names), len(names))
        self.assertContainsSubset({case.rule for case in cases}, RULES)


class CheckingTest(parameterized.TestCase):
    """The check of numbers lets none pass that the evidence lacks."""

    @parameterized.named_parameters(
        ("seen", "12", True),
        ("rounded", "0.333", True),
        ("share", "33%", True),
        ("highest_id", "11", True),
        ("length", "3", True),
        ("ratio", "24", True),
        ("in_words", "31", True),
        ("strange", "17", False),
        ("strange_share", "71%", False),
        ("rounded_too_far", "0.3", False),
    )
    def test_numbers(self, token, expected):
        evidence = {"n": 12, "half": 0.5, "third": 1 / 3, "shape": "(31, 7)"}
        evidence["list"] = ["a", "b", "c"]
        self.assertEqual(checking.known(token, evidence), expected)


if __name__ == "__main__":
    absltest.main()
