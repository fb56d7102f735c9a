"""Tests of the rules about metrics, and of the first and last loss."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import checking
from tests.rules.cases import course
from tests.rules.cases import metrics as cases


class MetricsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("healthy", 4.9, ()),
        ("advice", 5.1, ("advice",)),
        ("high_advice", 29.9, ("advice",)),
        ("warning", 30.1, ("warning",)),
        ("not_finite", np.inf, ()),
    )
    def test_times_a_guess(self, times, expected):
        facts = course.first(times * float(np.log(10)))
        found = checking.found("initial-loss-unexpected", facts)
        said = tuple(finding.severity.value for finding in found)
        self.assertEqual(said, expected)

    @parameterized.named_parameters(
        # Always naming the most frequent class is right for 75%.
        ("at_chance", [0.76] * 3, 1),
        ("better", [0.78] * 3, 0),
        ("better_once", [0.5, 0.9, 0.5], 0),
    )
    def test_accuracy_at_chance(self, accuracy, count):
        facts = course.trained([0.9, 0.5, 0.3], accuracy)
        found = checking.found("loss-metric-disagree", facts)
        self.assertLen(found, count)

    @parameterized.named_parameters(("enough", 0.69, 1), ("too_few", 0.71, 0))
    def test_fall_of_the_loss(self, last, count):
        facts = course.trained([1.0, 0.9, last], [0.7] * 3)
        found = checking.found("loss-metric-disagree", facts)
        self.assertLen(found, count)

    @parameterized.parameters(3, 10, 50)
    def test_binary_accuracy_of_a_wrong_guess(self, units):
        """The share that the finding tells, counted."""
        target, guess = np.eye(units)[0], np.eye(units)[1]
        share = f"{100 * (target == guess).mean():.2g}%"
        facts = cases.classes(
            np.eye(units, dtype="float32"),
            "BinaryAccuracy",
            "categorical_crossentropy",
            units,
        )
        (found,) = checking.found("metric-mismatch", facts)
        self.assertIn(share, found.summary)


if __name__ == "__main__":
    absltest.main()
