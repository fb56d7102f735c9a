import numpy as np
from absl.testing import absltest

from keras_troubleshoot.facts import predictions
from keras_troubleshoot.improvement.errors import confusions
from keras_troubleshoot.improvement.errors.given import ClassNames
from keras_troubleshoot.improvement.errors.sides import Side

CLASSES = 8


def side(y, decided, classes=CLASSES):
    made = predictions.of(y, np.eye(classes)[decided], task="multiclass")
    return Side("validation", None, made)


def random_errors(rng, rows=20_000, rate=0.1):
    """Errors of which the wrong class depends on nothing but itself."""
    y = rng.integers(0, CLASSES, rows)
    popular = np.arange(1, CLASSES + 1) / np.arange(1, CLASSES + 1).sum()
    decided = y.copy()
    for row in np.flatnonzero(rng.random(rows) < rate):
        while decided[row] == y[row]:
            decided[row] = rng.choice(CLASSES, p=popular)
    return y, decided


class ConfusionsTest(absltest.TestCase):
    def test_planted_pair_exceeds_what_independent_errors_give(self):
        rng = np.random.default_rng(0)
        y, decided = random_errors(rng)
        fours = np.flatnonzero(y == 4)[:100]
        decided[fours] = 1
        types, _ = confusions.find((side(y, decided),), ClassNames())
        flagged = [t for t in types if t.detail]
        self.assertEqual([t.name for t in flagged], ["4 taken for 1"])
        count = int(((y == 4) & (decided == 1)).sum())
        self.assertEqual(flagged[0].parts[0].sum(), count)
        self.assertIn(f"{count} times in validation", flagged[0].detail)

    def test_random_errors_flag_no_pair(self):
        flagged = 0
        for seed in range(20):
            rng = np.random.default_rng(seed)
            y, decided = random_errors(rng, rows=4000)
            types, _ = confusions.find((side(y, decided),), ClassNames())
            flagged += any(t.detail for t in types)
        self.assertLessEqual(flagged, 2)

    def test_expected_counts_keep_both_sums(self):
        rng = np.random.default_rng(0)
        table = rng.poisson(20, (CLASSES, CLASSES))
        np.fill_diagonal(table, 0)
        pairs = np.argwhere(table > 0)
        counts = table[tuple(pairs.T)]
        expected = np.zeros(table.shape)
        expected[tuple(pairs.T)] = confusions.independent(
            pairs, counts, CLASSES
        )
        # Iterative proportional fitting of the whole table.
        fitted = 1.0 - np.eye(CLASSES)
        for _ in range(500):
            fitted *= (table.sum(1) / fitted.sum(1))[:, None]
            fitted *= table.sum(0) / fitted.sum(0)
        np.testing.assert_allclose(expected, fitted, rtol=1e-6)

    def test_two_classes_have_both_kinds_of_errors(self):
        y = np.repeat([0, 1], 50)
        decided = y.copy()
        decided[:10], decided[95:] = 1, 0
        made = predictions.of(y, decided.astype(float), task="binary")
        types, _ = confusions.find(
            (Side("validation", None, made),), ClassNames(["no", "yes"])
        )
        self.assertEqual(
            [(t.name, t.parts[0].mean()) for t in types],
            [("no taken for yes", 0.1), ("yes taken for no", 0.05)],
        )
        self.assertIsNone(types[0].p)

    def test_labels_are_missed_or_claimed(self):
        y = np.zeros((100, 4), int)
        y[:50, 2] = 1
        outputs = y.astype(float)
        outputs[:30, 2], outputs[60:70, 0] = 0, 1
        made = predictions.of(y, outputs, task="multilabel")
        one = Side("validation", None, made)
        types, _ = confusions.find((one,), ClassNames(list("abcd")))
        self.assertEqual(
            [t.name for t in types], ["c missed", "a claimed where it is not"]
        )
        shares = [t.parts[0].mean() for t in types]
        np.testing.assert_allclose(shares, [0.3 / 4, 0.1 / 4])
        self.assertAlmostEqual(sum(shares), one.error)

    def test_steps_count_each_for_itself(self):
        y = np.zeros((10, 5), int)
        outputs = np.tile([1.0, 0, 0], (10, 5, 1))
        outputs[0, :3] = [0, 1, 0]
        made = predictions.of(y, outputs, task="multiclass")
        types, _ = confusions.find(
            (Side("validation", None, made),), ClassNames()
        )
        self.assertEqual(types[0].name, "0 taken for 1")
        self.assertAlmostEqual(types[0].parts[0].mean(), 3 / 50)


if __name__ == "__main__":
    absltest.main()
