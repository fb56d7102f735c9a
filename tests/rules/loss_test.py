"""Tests of the rules about losses."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import loss as cases


class LossTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("below", {"rate": 0.009}, "advice"),
        ("above", {"rate": 0.0094}, "warning"),
        # Momentum of 0.9 makes ten steps of one.
        ("momentum_below", {"rate": 0.0009, "momentum": 0.9}, "advice"),
        ("momentum_above", {"rate": 0.00095, "momentum": 0.9}, "warning"),
        ("unknown_rate", {"rate": None}, "advice"),
        ("unknown_batch", {"rate": 0.0094, "batch_size": None}, "warning"),
    )
    def test_steps_of_a_summed_loss(self, case, said):
        (found,) = checking.found("loss-not-averaged", cases.summed(**case))
        self.assertEqual(found.severity.value, said)

    def test_summed_loss_without_optimizer_is_advice(self):
        facts = cases.summed()
        facts.add(model=building.Model("m", "Functional", "Functional"))
        (found,) = checking.found("loss-not-averaged", facts)
        self.assertEqual(found.severity, checking.ADVICE)

    @parameterized.named_parameters(("below", 99, 0), ("above", 101, 1))
    def test_ratio_of_losses(self, times, count):
        facts = cases.outputs(1.0, float(times))
        found = checking.found("loss-weights-misconfigured", facts)
        self.assertLen(found, count)

    @parameterized.named_parameters(
        ("less", 1.89, 0), ("twice", 2.0, 1), ("more", 2.11, 0)
    )
    def test_loss_of_the_batch_taken_twice(self, times, count):
        facts = cases.custom(start=3.0, twice=3.0 * times)
        self.assertLen(checking.found("loss-not-averaged", facts), count)

    def test_ladder_that_is_not_finite_is_left_alone(self):
        facts = cases.custom(ladder=(0.0, -1.0, -np.inf))
        self.assertEmpty(checking.found("loss-sign-flipped", facts))

    def test_ladder_is_shown(self):
        facts = cases.custom(ladder=cases.squares(-1))
        (found,) = checking.found("loss-sign-flipped", facts)
        (figure,) = found.figures
        self.assertEqual(figure.values, ((0.0, -1.0, -9.0, -100.0),))


if __name__ == "__main__":
    absltest.main()
