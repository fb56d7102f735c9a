import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot import evaluation
from keras_troubleshoot.evaluation.decomposition import annotators


def labelled(rows, persons, error, classes=2, missing=0.0, seed=0):
    """Labels that are wrong at random, each for itself."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, classes, (rows, 1))
    other = (true + rng.integers(1, classes, (rows, persons))) % classes
    labels = np.where(rng.random((rows, persons)) < error, other, true)
    return np.where(rng.random(labels.shape) < missing, -1, labels)


class ClassesTest(parameterized.TestCase):
    @parameterized.parameters((2, 2), (9, 2), (15, 2), (9, 5))
    def test_finds_the_rate_of_wrong_labels(self, persons, classes):
        labels = labelled(1000, persons, 0.1, classes, seed=1)
        found = evaluation.irreducible_error(labels)
        self.assertAlmostEqual(found.value, 0.1, delta=0.02)
        self.assertBetween(0.1, *found.interval)

    def test_by_hand(self):
        labels = np.array([[0, 0, 1], [1, 1, 1], [2, 2, -1], [0, 1, -1]])
        # Row 0: the two zeros face a tie of 0 and 1, half right each; the one
        # faces two zeros. Row 3: both are wrong.
        expected = np.array([2 / 3, 0, 0, 1])
        got = annotators.left_out(np.where(labels < 0, np.nan, labels))
        np.testing.assert_allclose(got, expected)

    def test_missing_labels_change_little(self):
        whole = evaluation.irreducible_error(labelled(4000, 9, 0.1))
        gaps = evaluation.irreducible_error(labelled(4000, 9, 0.1, 2, 0.3))
        self.assertAlmostEqual(whole.value, gaps.value, delta=0.02)

    def test_nan_is_missing_as_well(self):
        labels = labelled(100, 4, 0.1, missing=0.2)
        floats = np.where(labels < 0, np.nan, labels)
        one, other = map(evaluation.irreducible_error, (labels, floats))
        self.assertEqual(one, other)

    def test_two_labels_bound_it(self):
        labels = labelled(5000, 2, 0.1)
        differ = (labels[:, 0] != labels[:, 1]).mean()
        found = evaluation.irreducible_error(labels)
        self.assertAlmostEqual(found.value, (1 - np.sqrt(1 - 2 * differ)) / 2)
        self.assertGreater(found.interval[1], differ)

    def test_agreement_leaves_doubt(self):
        found = evaluation.irreducible_error(np.zeros((100, 3), int))
        self.assertEqual(found.value, 0)
        self.assertGreater(found.interval[1], 0.02)


class NumbersTest(parameterized.TestCase):
    def test_variance_within_rows(self):
        rng = np.random.default_rng(0)
        truth = rng.normal(0, 10, (3000, 1))
        labels = truth + rng.normal(0, 0.5, (3000, 3))
        labels[rng.random(labels.shape) < 0.2] = np.nan
        found = evaluation.irreducible_error(labels)
        self.assertAlmostEqual(found.value, 0.25, delta=0.01)
        self.assertBetween(0.25, *found.interval)

    def test_pooled_by_hand(self):
        labels = np.array([[1.0, 3.0, np.nan], [0.5, 0.5, 2.0]])
        # Sums of squares 2 and 1.5, with 1 and 2 degrees of freedom.
        found = evaluation.irreducible_error(labels)
        self.assertAlmostEqual(found.value, 3.5 / 3)

    def test_ratings_as_numbers(self):
        labels = np.array([[1, 3], [2, 2], [5, 4], [3, 3], [1, 1]])
        found = evaluation.irreducible_error(labels, task="regression")
        self.assertAlmostEqual(found.value, (2 + 0.5) / 5)


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("one_column", np.zeros((5, 1), int)),
        ("no_second_label", np.array([[0, -1], [1, -1]])),
        ("flat", np.zeros(5, int)),
        ("empty", np.zeros((0, 3))),
        ("words", np.array([["a", "b"]])),
        ("infinite", np.array([[1.0, np.inf]])),
        ("none", None),
    )
    def test_labels(self, labels):
        with self.assertRaisesRegex(ValueError, "To mend it"):
            evaluation.irreducible_error(labels)

    def test_task(self):
        with self.assertRaisesRegex(ValueError, "`task` must be"):
            evaluation.irreducible_error(np.zeros((3, 2)), task="classify")


if __name__ == "__main__":
    absltest.main()
