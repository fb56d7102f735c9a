"""Tests of the rules about softmax, sigmoid and logits."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import output as cases


class LogitsTest(parameterized.TestCase):
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

    @parameterized.named_parameters(
        ("two", 2), ("three", 3), ("a_thousand", 1000)
    )
    def test_bound_falls_with_the_classes(self, units):
        (found,) = checking.found("double-softmax", cases.twice(units))
        odds = found.evidence["most"] / (1 - found.evidence["most"])
        self.assertAlmostEqual(odds * (units - 1), np.e)


if __name__ == "__main__":
    absltest.main()
