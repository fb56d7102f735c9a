"""Where a value stands beside published ones, and what is said of it."""

import math

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.known.compare_to_known import compare_to_known


def interval_by_hand(share, rows, z=1.959963985):
    """The formula of Wilson (1927)."""
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * math.sqrt(share * (1 - share) / rows + (z / (2 * rows)) ** 2)
    half /= 1 + z * z / rows
    return centre - half, centre + half


class VerdictTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("as_published", 0.9905, "MNIST", "LeNet-5", "within"),
        ("chance", 0.9893, "MNIST", "LeNet-5", "within"),
        ("worse", 0.986, "MNIST", "LeNet-5", "below"),
        ("thrice_the_errors", 0.97, "MNIST", "LeNet-5", "far below"),
        ("as_all_zeros", 0.1135, "MNIST", None, "far below"),
        ("worse_than_neighbours", 0.93, "MNIST", None, "far below"),
        ("between", 0.985, "MNIST", None, "within"),
        ("leak", 0.9999, "MNIST", None, "far above"),
        ("better", 0.94, "CIFAR-10", "ResNet-20", "above"),
        ("far_better", 0.99, "CIFAR-10", "ResNet-20", "far above"),
        ("a_baseline_itself", 0.83, "IMDB", "naive Bayes, words", "below"),
        ("number", 0.48, "California housing", "ResNet", "within"),
        ("large_number", 0.6, "California housing", "ResNet", "below"),
        ("double", 1.1, "California housing", "ResNet", "far below"),
        ("tiny", 0.1, "California housing", "ResNet", "far above"),
        ("persistence", 1.5, "ETTh1, 96 hours ahead", None, "far below"),
    )
    def test_verdict(self, value, dataset, architecture, expected):
        found = compare_to_known(value, dataset, architecture=architecture)
        self.assertEqual(found.verdict, expected, str(found))
        self.assertEqual(found.ok, not expected.startswith("far"))
        self.assertIn(f"is {expected} what is known", str(found))

    def test_error_rates_are_accuracies_upside_down(self):
        wrong = compare_to_known(0.0095, "MNIST", "error rate", "LeNet-5")
        right = compare_to_known(0.9905, "MNIST", "accuracy", "LeNet-5")
        self.assertAlmostEqual(wrong.value, right.value)
        self.assertEqual(wrong.verdict, "within")

    def test_the_interval_is_wilsons(self):
        found = compare_to_known(0.95, "USPS", rows=400)
        np.testing.assert_allclose(
            found.interval, interval_by_hand(0.95, 400), rtol=1e-6
        )
        self.assertIn("400 test rows", str(found))

    def test_a_small_test_set_proves_less(self):
        few = compare_to_known(0.98, "MNIST", architecture="LeNet-5", rows=100)
        self.assertEqual(few.verdict, "within")

    def test_fewer_rows_of_training_excuse(self):
        all_rows = compare_to_known(0.96, "MNIST", architecture="LeNet-5")
        few = compare_to_known(
            0.96, "MNIST", architecture="LeNet-5", train_rows=2000
        )
        self.assertEqual(
            (all_rows.verdict, few.verdict), ("far below", "below")
        )
        self.assertIn("Trained on 2,000 rows where 60,000", str(few))
        good = compare_to_known(
            0.9905, "MNIST", architecture="LeNet-5", train_rows=2000
        )
        self.assertEqual(good.caution, "")

    def test_gaps(self):
        first = compare_to_known(0.9, "CIFAR-10").standings[0]
        self.assertEqual(first.place, "below")
        self.assertAlmostEqual(first.gap, 0.9 - 0.9125)
        self.assertIn("1.25 points worse", str(first))


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("percent", 91.0, "MNIST", {}, ValueError, "divide percents by 100"),
        ("nan", math.nan, "MNIST", {}, ValueError, "must be finite"),
        ("text", "0.9", "MNIST", {}, TypeError, "`value` must be a number"),
        ("flag", True, "MNIST", {}, TypeError, "`value` must be a number"),
        ("metric", 0.9, "MNIST", {"metric": "F1"}, ValueError, "`metric` must"),
        ("rows", 0.9, "MNIST", {"rows": 0}, ValueError, "`rows` must be"),
        ("train", 0.9, "MNIST", {"train_rows": 1.5}, ValueError, "train_rows"),
    )
    def test_one_sentence(self, value, dataset, more, error, sentence):
        with self.assertRaisesRegex(error, sentence):
            compare_to_known(value, dataset, **more)


if __name__ == "__main__":
    absltest.main()
