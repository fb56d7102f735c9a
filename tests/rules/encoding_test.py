"""Tests of the rule about labels in a form that the loss does not take."""

import re

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import labels

RULE = "labels-wrong-encoding"


class EncodingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("minus_one", -1, 1), ("from_one", 1, 2), ("bytes", 0, 255)
    )
    def test_the_mend_makes_labels_of_zero_and_one(self, low, high):
        y = np.array([low, high] * 30)
        (found,) = checking.found(RULE, labels.yes_no(y))
        mended = {"y": y}
        exec(re.search("`(.*)`", found.fix).group(1), mended)
        self.assertEqual(mended["y"].tolist(), [0, 1] * 30)
        self.assertEmpty(checking.found(RULE, labels.yes_no(mended["y"])))

    def test_the_mend_makes_ids_of_one_hot_rows(self):
        y = building.one_hot(building.ids(60, 3), 3)
        (found,) = checking.found(RULE, labels.classes(y))
        ids = eval(re.findall("`([^`]*)`", found.fix)[-1], {"y": y})
        self.assertEqual(ids.tolist(), building.ids(60, 3).tolist())

    @parameterized.named_parameters(
        ("other_width", 4, 0), ("width_of_the_output", 3, 1)
    )
    def test_one_hot_rows_of_the_width_of_the_output(self, units, count):
        y = building.one_hot(building.ids(60, 3), 3)
        found = checking.found(RULE, labels.classes(y, units))
        self.assertLen(found, count)

    def test_three_values_are_no_encoding_of_two_classes(self):
        facts = labels.yes_no(np.array([-1, 0, 1] * 30))
        self.assertEmpty(checking.found(RULE, facts))


if __name__ == "__main__":
    absltest.main()
