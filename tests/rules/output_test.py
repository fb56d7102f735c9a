"""Tests of the rules about outputs."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts.output_activation import Activation
from keras_troubleshoot.rules import output
from tests.rules import building
from tests.rules import checking
from tests.rules.cases import output as cases
from tests.rules.cases import output_twins


class OutputTest(checking.CaseTest):
    @parameterized.named_parameters(checking.named(cases.SICK))
    def test_finds(self, case):
        self.check_sick(case)

    @parameterized.named_parameters(checking.named(output_twins.TWINS))
    def test_leaves_alone(self, case):
        self.check_twin(case)

    @parameterized.named_parameters(("below", 1, 0), ("above", 2, 1))
    def test_two_percent_of_targets_out_of_reach(self, rows, count):
        targets = np.linspace(0, 9, 100)
        targets[:rows] = -9
        facts = cases.one(targets, np.ones((31, 1)), building.MSE, "relu")
        found = checking.found("output-activation-mismatch", facts)
        self.assertLen(found, count)

    def test_targets_just_beyond_the_reach_are_rounding(self):
        targets = np.linspace(-0.009, 1.0, 100)
        facts = cases.one(targets, np.ones((31, 1)), building.MSE, "sigmoid")
        self.assertEmpty(checking.found("output-activation-mismatch", facts))

    @parameterized.named_parameters(("within", 7, 0), ("beyond", 8, 1))
    def test_units_beyond_the_classes_seen(self, units, count):
        found = checking.found("output-units-mismatch", cases.ids(units=units))
        self.assertLen(found, count)

    def test_bound_of_a_double_softmax_cannot_be_exceeded(self):
        """Tried with inputs that are as sure as a softmax can be."""
        sure = np.eye(10)[0]
        again = np.exp(sure) / np.exp(sure).sum()
        (found,) = checking.found("double-softmax", cases.twice())
        self.assertAlmostEqual(found.evidence["most"], again.max())

    def test_only_the_sick_one_of_two_outputs_is_named(self):
        good = building.head(
            cases.ZERO_ONE,
            np.full((31, 1), 0.5),
            building.BINARY,
            "sigmoid",
            name="good",
        )
        bad = building.head(
            cases.ZERO_ONE,
            np.ones((31, 1)),
            building.BINARY,
            "softmax",
            name="bad",
        )
        facts = building.facts(good, bad)
        (found,) = checking.found("softmax-on-single-unit", facts)
        self.assertEqual(found.where, "output 'bad'")


class ActivationTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("named", building.normal(9, 3), "tanh", "tanh"),
        ("rows_of_one", building.distribution(9, 3), "unknown", "softmax"),
        ("other_rows", building.normal(9, 3), "unknown", "unknown"),
        ("too_few_rows", building.distribution(4, 3), "unknown", "unknown"),
        ("constant", np.full((9, 2), 0.5), "unknown", "unknown"),
        ("one_unit", np.ones((9, 1)), "unknown", "unknown"),
    )
    def test_activation(self, made, name, expected):
        head = building.head(None, made, end=Activation(name))
        self.assertEqual(output.activation(head), expected)

    @parameterized.named_parameters(
        ("binary", [[0.2], [0.9]], building.BINARY, True),
        ("binary_beyond", [[0.2], [1.1]], building.BINARY, False),
        ("rows_of_one", [[0.2, 0.8], [0.5, 0.5]], building.SPARSE, True),
        ("rows_of_more", [[0.2, 0.9], [0.5, 0.5]], building.SPARSE, False),
        ("nothing_finite", [[np.nan, np.nan]], building.SPARSE, False),
    )
    def test_probabilities(self, made, loss, expected):
        head = building.head(None, made, loss)
        self.assertEqual(output.probabilities(head), expected)


if __name__ == "__main__":
    absltest.main()
