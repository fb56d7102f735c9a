"""Tests of the rule about weights of classes and rows."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import weights as cases


class WeightsTest(parameterized.TestCase):
    @parameterized.named_parameters(("within", 1.19, 0), ("beyond", 1.21, 1))
    def test_weight_of_the_frequent_class(self, weight, count):
        facts = cases.by_class({0: weight, 1: 1.0})
        self.assertLen(checking.found(cases.RULE, facts), count)

    @parameterized.named_parameters(
        # Of 400 rows: the frequent class is 1.4 or 1.6 times the other.
        ("nearly_equal", 233, 0),
        ("unequal", 247, 1),
    )
    def test_classes_of_nearly_one_size_may_weigh_anything(self, rows, count):
        y = (np.arange(400) >= rows).astype("int32")
        facts = cases.by_class({0: 2.0, 1: 1.0}, y)
        self.assertLen(checking.found(cases.RULE, facts), count)

    def test_class_weight_of_one_hot_rows(self):
        y = building.one_hot(cases.LABELS, 2)
        (found,) = checking.found(
            cases.RULE, cases.by_class({0: 0.75, 1: 0.25}, y)
        )
        self.assertEqual(found.evidence["counts"], {"0": 300, "1": 100})


if __name__ == "__main__":
    absltest.main()
