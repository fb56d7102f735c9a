"""Tests of the rules about shapes."""

import itertools

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.rules import shapes
from tests.rules import building
from tests.rules import checking
from tests.rules.cases import dependence
from tests.rules.cases import shapes as cases


class ShapesTest(parameterized.TestCase):
    @parameterized.parameters(*itertools.permutations((1, 2, 3)))
    def test_transpose_that_is_told_brings_the_wanted_shape(self, *axes):
        for have in ((4, 5, 6), (5, 5, 1)):
            x = np.zeros((2, *have))
            wanted = x.transpose(0, *axes).shape[1:]
            order = shapes.moved(have, wanted)
            self.assertEqual(x.transpose(order).shape, (2, *wanted))

    def test_square_pictures_with_channels_at_the_end(self):
        facts = cases.refused(
            building.normal(9, 28, 28, 1), {"x": (None, 1, 28, 28)}
        )
        (found,) = checking.found("shape-mismatch", facts)
        self.assertIn("x.transpose([0, 3, 1, 2])", found.fix)

    def test_the_input_that_does_not_fit_is_named(self):
        facts = cases.refused(
            building.normal(9, 4), {"a": (None, 4), "b": (None, 5)}
        )
        x = {"a": building.normal(9, 4), "b": building.normal(9, 6)}
        facts.add(data=building.data(x, np.zeros(9)))
        (found,) = checking.found("shape-mismatch", facts)
        self.assertIn("x['b']", found.fix)

    def test_a_failure_outside_of_all_layers(self):
        facts = cases.refused(building.normal(9, 4), {})
        facts.add(forward=building.failed("incompatible shapes"))
        (found,) = checking.found("shape-mismatch", facts)
        self.assertNotIn("()", found.summary)

    @parameterized.named_parameters(("below", 0.0099, 0), ("above", 0.0101, 1))
    def test_mixing(self, change, count):
        facts = dependence.mixed(change)
        self.assertLen(checking.found("batch-mixing", facts), count)

    @parameterized.named_parameters(
        ("inner_sizes_agree", (9, 6, 4), (9, 6, 5), True),
        ("inner_sizes_differ", (9, 6, 4), (9, 7, 4), False),
        ("other_rank", (9, 4), (9, 6, 4), False),
    )
    def test_units_differ(self, target, made, expected):
        head = building.head(np.zeros(target), np.zeros(made))
        self.assertEqual(shapes.units_differ(head), expected)


if __name__ == "__main__":
    absltest.main()
