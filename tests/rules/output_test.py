"""Tests of the rules about outputs."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import output as cases


class OutputTest(parameterized.TestCase):
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


if __name__ == "__main__":
    absltest.main()
