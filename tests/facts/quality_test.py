"""Tests of how good predictions are."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from sklearn import metrics

from keras_troubleshoot.facts import quality
from tests.rules import building as b

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 3, 200)
SCORES = RNG.normal(size=(200, 3)) + 1.5 * b.one_hot(CLASSES, 3)
BINARY = (RNG.uniform(size=200) < 0.3).astype("float32")
RANKS = RNG.normal(size=200) + BINARY
NUMBERS = RNG.normal(size=(200, 1))


def judged(target, made, loss=None, end="softmax"):
    return quality.quality(b.head(target, made, loss, end), made, target)


class QualityTest(parameterized.TestCase):
    def test_classes(self):
        right = (SCORES.argmax(1) == CLASSES).mean()
        trivial = np.bincount(CLASSES).max() / 200
        expected = (right - trivial) / (1 - trivial)
        self.assertAlmostEqual(judged(CLASSES, SCORES, b.SPARSE), expected)
        one_hot = b.one_hot(CLASSES, 3)
        self.assertAlmostEqual(judged(one_hot, SCORES, b.CATEGORICAL), expected)

    def test_one_unit_of_two_classes(self):
        expected = 2 * metrics.roc_auc_score(BINARY, RANKS) - 1
        found = judged(BINARY, RANKS[:, None], b.BINARY, "sigmoid")
        self.assertAlmostEqual(found, expected)
        upside_down = judged(BINARY, -RANKS[:, None], b.BINARY, "sigmoid")
        self.assertAlmostEqual(upside_down, -expected)

    def test_ties_count_half(self):
        made = np.round(RANKS)
        expected = 2 * metrics.roc_auc_score(BINARY, made) - 1
        self.assertAlmostEqual(quality.of_ranks(made, BINARY), expected)

    def test_numbers(self):
        made = NUMBERS + 0.3 * RNG.normal(size=NUMBERS.shape)
        expected = metrics.r2_score(NUMBERS, made)
        found = judged(NUMBERS, made, b.MSE, "linear")
        self.assertAlmostEqual(found, expected)

    @parameterized.named_parameters(
        ("far_off", NUMBERS + 100, -1.0),
        ("not_finite", NUMBERS * np.nan, -1.0),
        ("perfect", NUMBERS, 1.0),
        ("the_mean", np.full_like(NUMBERS, NUMBERS.mean()), 0.0),
    )
    def test_bounds(self, made, expected):
        found = judged(NUMBERS, made, b.MSE, "linear")
        self.assertAlmostEqual(found, expected)

    def test_what_cannot_be_judged(self):
        few = quality.FEWEST - 1
        self.assertIsNone(judged(CLASSES[:few], SCORES[:few], b.SPARSE))
        self.assertIsNone(judged(np.zeros(200, int), SCORES, b.SPARSE))
        self.assertIsNone(judged(NUMBERS, np.zeros((200, 4)), b.MSE, "linear"))


if __name__ == "__main__":
    absltest.main()
