"""Tests of the rules about splits, order and augmentation."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts.ordering import Order
from keras_troubleshoot.facts.repeats import Duplicates
from keras_troubleshoot.facts.repeats import Leakage
from keras_troubleshoot.facts.shift import Shift
from tests.rules import building
from tests.rules import checking
from tests.rules.cases import pairing
from tests.rules.cases import splits as cases


class SplitsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        # Shares may differ by 0.3, and by 0.8 * sqrt(classes / rows), of
        # four classes or more, by chance.
        ("shares_below", Shift(True, 0.45, rows=100), 0),
        ("shares_above", Shift(True, 0.47, rows=100), 1),
        ("many_classes_below", Shift(True, 0.69, rows=100, count=25), 0),
        ("many_classes_above", Shift(True, 0.71, rows=100, count=25), 1),
        ("shares_of_many_rows", Shift(True, 0.32, rows=10_000), 1),
        ("unseen_below", Shift(True, 0.1, (7,), 0.049, rows=100), 0),
        ("unseen_above", Shift(True, 0.1, (7,), 0.051, rows=100), 1),
        ("numbers_below", Shift(False, 0.49, rows=100), 0),
        ("numbers_above", Shift(False, 0.51, rows=100), 1),
        ("no_targets", Shift(False, None, rows=100), 0),
    )
    def test_targets(self, shift, count):
        facts = building.facts(shift=shift)
        found = checking.found("train-validation-shift", facts)
        self.assertLen(found, count)

    @parameterized.named_parameters(
        ("wider_within", 3.9, 0.0, False, 0),
        ("wider_beyond", 4.1, 0.0, False, 1),
        ("narrower_beyond", 0.24, 0.0, False, 1),
        ("constant", 0.0, 0.0, False, 1),
        ("moved_within", 1.0, 2.9, False, 0),
        ("moved_beyond", 1.0, 3.1, False, 1),
        ("moved_in_a_series", 1.0, 3.1, True, 0),
    )
    def test_inputs(self, ratio, moved, drifts, count):
        shift = Shift(
            True, 0.0, (), 0.0, {"x": ratio}, {"x": moved}, 100, drifts
        )
        facts = building.facts(shift=shift)
        found = checking.found("train-validation-shift", facts)
        self.assertLen(found, count)

    @parameterized.named_parameters(
        ("below", 0.69, 0.01, 1),
        ("above", 0.71, 0.01, 0),
        # Less than six deviations from what shuffled rows have.
        ("by_chance", 0.5, 0.09, 0),
    )
    def test_order_within_batches(self, within, deviation, count):
        order = Order(20, 32, within, 1.0, 1.0, deviation, True)
        facts = building.facts(fit=cases.UNSHUFFLED, order=order)
        self.assertLen(checking.found("unshuffled-data", facts), count)

    @parameterized.named_parameters(
        ("copies_below", 20, 0, 0.0, 0),
        ("copies_above", 21, 0, 0.0, 1),
        ("of_rare_classes", 60, 0, 0.9, 0),
        ("contrary_below", 5, 3, 0.0, 0),
        ("contrary_above", 5, 4, 0.0, 1),
        ("contrary_of_rare_classes", 5, 4, 0.9, 1),
    )
    def test_copies(self, repeated, conflicting, rare, count):
        facts = building.facts(
            duplicates=Duplicates(100, repeated, conflicting, rare)
        )
        found = checking.found("duplicate-examples", facts)
        self.assertLen(found, count)

    @parameterized.named_parameters(
        ("below", 199, 0), ("at", 200, 1), ("too_few", 2, 0)
    )
    def test_two_percent_of_validation_rows(self, known, count):
        rows = 10_000 if known > 2 else 10
        facts = building.facts(leakage=Leakage(rows, known, 0.0))
        found = checking.found("train-validation-leakage", facts)
        self.assertLen(found, count)

    def test_copies_of_measurements_may_differ_in_their_target(self):
        x = building.normal(100, 8)
        y = building.normal(200)
        facts = pairing.with_copies(np.vstack([x, x[:20]]), y[:120])
        head = building.head(y, building.normal(31, 1), building.MSE)
        facts.add(heads=(head,))
        self.assertEmpty(checking.found("duplicate-examples", facts))


if __name__ == "__main__":
    absltest.main()
