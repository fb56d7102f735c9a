"""Tests of the rule about losses for another kind of target."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import output as cases

RULE = "wrong-loss-for-task"
LOGARITHMIC = "mean_squared_logarithmic_error"
RELATIVE = "mean_absolute_percentage_error"


class TaskTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("negative_below", LOGARITHMIC, -5.0, 2, 0),
        ("negative_above", LOGARITHMIC, -5.0, 3, 1),
        ("zero_below", RELATIVE, 0.0, 2, 0),
        ("zero_above", RELATIVE, 0.0, 3, 1),
        ("zero_of_a_logarithm", LOGARITHMIC, 0.0, 9, 0),
        ("negative_of_squares", building.MSE, -5.0, 9, 0),
    )
    def test_two_percent_beyond_the_domain(self, loss, value, rows, count):
        targets = np.linspace(2, 9, 100)
        targets[:rows] = value
        facts = cases.one(targets, np.ones((31, 1)), loss)
        self.assertLen(checking.found(RULE, facts), count)

    @parameterized.named_parameters(
        ("linear", "linear", 0), ("sigmoid", "sigmoid", 1)
    )
    def test_squared_error_of_yes_or_no(self, end, count):
        """Least squares of a linear unit are a method of their own."""
        facts = cases.one(
            cases.ZERO_ONE, np.full((31, 1), 0.5), building.MSE, end
        )
        self.assertLen(checking.found(RULE, facts), count)

    @parameterized.named_parameters(
        # More than 20 different numbers of 200 rows are an amount.
        ("few", 20, "class ids"),
        ("many", 40, "real values"),
    )
    def test_binary_cross_entropy_of_whole_numbers(self, different, kind):
        facts = cases.one(
            building.ids(200, different),
            np.full((31, 1), 0.5),
            building.BINARY,
            "sigmoid",
        )
        (found,) = checking.found(RULE, facts)
        self.assertEqual(found.evidence["target"], kind)


if __name__ == "__main__":
    absltest.main()
