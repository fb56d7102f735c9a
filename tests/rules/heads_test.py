"""Tests of what rules ask of the outputs of a model."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts.output_activation import Activation
from keras_troubleshoot.rules import heads
from tests.rules import building


class HeadsTest(parameterized.TestCase):
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
        self.assertEqual(heads.activation(head), expected)

    @parameterized.named_parameters(
        ("binary", [[0.2], [0.9]], building.BINARY, True),
        ("binary_beyond", [[0.2], [1.1]], building.BINARY, False),
        ("rows_of_one", [[0.2, 0.8], [0.5, 0.5]], building.SPARSE, True),
        ("rows_of_more", [[0.2, 0.9], [0.5, 0.5]], building.SPARSE, False),
        ("nothing_finite", [[np.nan, np.nan]], building.SPARSE, False),
    )
    def test_probabilities(self, made, loss, expected):
        head = building.head(None, made, loss)
        self.assertEqual(heads.probabilities(head), expected)

    def test_an_output_without_loss_is_not_supervised(self):
        made = building.distribution(31, 3)
        one = building.head(building.ids(60, 3), made, building.SPARSE)
        facts = building.facts(
            one,
            building.head(building.ids(60, 3), made),
            building.head(None, made, building.SPARSE),
        )
        self.assertEqual(heads.supervised(facts), [one])

    def test_finite_values_are_those_of_the_whole(self):
        whole = np.array([1.0, np.nan, 3.0, 5.0])
        head = building.head(whole[:2], whole[:2], building.MSE)
        target = building.Array("y", whole[:2], 4, whole, np.arange(2))
        object.__setattr__(head, "target", target)
        self.assertEqual(heads.finite_values(head).tolist(), [1, 3, 5])


if __name__ == "__main__":
    absltest.main()
