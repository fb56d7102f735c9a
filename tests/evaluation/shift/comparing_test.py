import json

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from scipy import stats

from keras_troubleshoot import evaluation
from keras_troubleshoot.evaluation.shift import domain
from keras_troubleshoot.evaluation.shift import testing

RNG = np.random.default_rng(0)
TABLE = np.c_[
    RNG.normal(size=(600, 3)),
    RNG.integers(0, 4, 600),
    RNG.exponential(size=600),
]
TARGET = (TABLE[:, 0] > 0).astype(int)


def halves(array):
    return array[:300], array[300:]


def compare(a, b, **options):
    return evaluation.distribution_shift(a, b, verbose=False, **options)


class TableTest(parameterized.TestCase):
    def test_a_moved_feature(self):
        a, b = halves(TABLE)
        found = compare(a, b + [0, 0.6, 0, 0, 0])
        self.assertTrue(found.shifted)
        self.assertEqual([m.name for m in found.moved], ["a[:, 1]"])
        moved = found.moved[0]
        self.assertAlmostEqual(moved.after - moved.before, 0.6, delta=0.25)
        self.assertAlmostEqual(
            moved.distance, stats.ks_2samp(a[:, 1], b[:, 1] + 0.6).statistic
        )
        self.assertIn("a[:, 1]: mean from", str(found))

    def test_a_moved_category(self):
        a, b = (half.copy() for half in halves(TABLE))
        b[:120, 3] = 2
        found = compare(a, b)
        self.assertEqual([m.name for m in found.moved], ["a[:, 3]"])
        self.assertEqual(found.moved[0].category, "2")
        self.assertAlmostEqual(found.moved[0].after, (b[:, 3] == 2).mean())

    def test_a_relation_that_no_feature_shows(self):
        a, b = RNG.normal(size=(2, 800, 2))
        b[:, 1] = np.sign(b[:, 0]) * np.abs(b[:, 1])
        found = compare(a, b)
        self.assertEmpty(found.moved)
        self.assertTrue(found.shifted)
        self.assertGreater(found.auc_interval[0], 0.55)

    def test_missing_values(self):
        a, b = (half.copy() for half in halves(TABLE))
        b[::3, 0] = np.nan
        found = compare(a, b)
        self.assertEqual([m.name for m in found.moved], ["a[:, 0] missing"])

    def test_healthy_halves(self):
        alarms = held = 0
        for seed in range(10):
            rng = np.random.default_rng(seed)
            x = rng.normal(size=(300, 4))
            y = (x[:, 0] + rng.normal(size=300) > 0).astype(int)
            found = compare(
                x[:150], x[150:], y_a=y[:150], y_b=y[150:], seed=seed
            )
            alarms += found.shifted
            held += found.auc_interval[0] <= 0.5 <= found.auc_interval[1]
        self.assertLessEqual(alarms, 1)
        self.assertGreaterEqual(held, 8)


class LabelsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("ids", TARGET),
        ("one_hot", np.eye(2)[TARGET]),
        ("words", np.where(TARGET, "yes", "no")),
    )
    def test_moved_shares(self, y):
        x = RNG.normal(size=(600, 2))
        order = np.argsort(TARGET + RNG.normal(size=600), kind="stable")
        y_a, y_b = halves(y[order])
        found = compare(*halves(x), y_a=y_a, y_b=y_b)
        self.assertTrue(found.shifted)
        self.assertTrue(found.labels[0].moved)
        self.assertFalse(any(m.moved for m in found.features))
        self.assertIn("The targets move", str(found))

    def test_numbers(self):
        x, y = RNG.normal(size=(600, 2)), RNG.normal(size=600)
        y_a, y_b = halves(y)
        self.assertFalse(compare(*halves(x), y_a=y_a, y_b=y_b).shifted)
        found = compare(*halves(x), y_a=y_a, y_b=2 * y_b + 1)
        self.assertTrue(found.labels[0].moved)


class KindsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("images", RNG.random((300, 8, 8, 3)), lambda v: 0.7 * v, "mean of a"),
        ("series", RNG.random((300, 30, 2)), lambda v: v + 0.1, "mean of a"),
        ("column", RNG.random(300), lambda v: v + 0.5, "a"),
        (
            "tokens",
            RNG.integers(1, 300, (300, 12)).astype("int32"),
            lambda v: np.where(np.arange(12) == 3, 7, v),
            "7 in a",
        ),
        (
            "texts",
            np.array([f"the cat number {i} sat" for i in range(300)]),
            lambda v: np.char.replace(v, "cat", "dog"),
            "'cat' in a",
        ),
        (
            "words",
            RNG.choice(["red", "green"], 300),
            lambda v: np.where(np.arange(len(v)) % 2, "red", v),
            "a",
        ),
    )
    def test_moves_and_stays(self, values, change, name):
        a, b = values[:150], values[150:]
        self.assertFalse(compare(a, b).shifted)
        found = compare(a, change(b))
        self.assertTrue(found.shifted)
        self.assertIn(name, [m.name for m in found.moved])
        self.assertNotEmpty(found.page_blocks())
        json.dumps(found.to_dict(), allow_nan=False)

    def test_nested(self):
        a, b = halves(TABLE)
        images = RNG.random((600, 6, 6, 1))
        found = compare(
            {"table": a, "image": images[:300]},
            {"table": b, "image": images[300:] ** 2},
        )
        names = [m.name for m in found.moved]
        self.assertContainsSubset(["mean of a['image']"], names)
        self.assertFalse(any("table" in name for name in names))

    def test_data_sets(self):
        (a, b), (y_a, y_b) = halves(TABLE[:, :3]), halves(TARGET)
        one, other = (
            tf.data.Dataset.from_tensor_slices(pair).batch(64)
            for pair in ((a, y_a), (b + [2.0, 0, 0], y_b))
        )
        found = compare(one, other)
        self.assertEqual([m.name for m in found.moved], ["a[:, 0]"])
        self.assertLen(found.labels, 1)
        self.assertEqual(found.rows, (300, 300))

    def test_rows_are_drawn(self):
        x = RNG.normal(size=(5000, 2))
        found = compare(x, x[:2000] + 1, rows=100)
        self.assertEqual(found.drawn, (100, 100))
        self.assertIn("100 of 5,000", str(found))
        stream = tf.data.Dataset.from_tensor_slices(x).batch(500)
        self.assertEqual(compare(stream, stream, rows=100).drawn, (100, 100))


class PartsTest(parameterized.TestCase):
    def test_area(self):
        scores, side = RNG.normal(size=60), np.repeat([0, 1], 30)
        pairs = scores[side == 1][:, None] > scores[side == 0]
        self.assertAlmostEqual(domain.area(scores, side), pairs.mean())

    def test_interval_of_a_perfect_area(self):
        low, high = domain.between(1.0, np.array([50, 50]), 2.25, 0.95)
        self.assertBetween(low, 0.7, 0.99)
        self.assertEqual(high, 1.0)

    def test_rare_categories_are_put_together(self):
        table = np.array([[50, 40, 1, 2], [45, 44, 2, 1]])
        np.testing.assert_array_equal(
            testing.together(table), [[50, 40, 3], [45, 44, 3]]
        )


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("width", (TABLE, TABLE[:, :2]), {}),
        ("few", (TABLE[:5], TABLE), {}),
        ("empty", (TABLE[:0], TABLE), {}),
        ("none", (None, TABLE), {}),
        ("a_number", (3, TABLE), {}),
        ("structure", ({"x": TABLE}, TABLE), {}),
        ("names", ({"x": TABLE}, {"z": TABLE}), {}),
        ("lengths", ({"x": TABLE, "z": TABLE[:9]}, {}), {}),
        ("targets", (TABLE, TABLE), {"y_a": TARGET[:9], "y_b": TARGET}),
    )
    def test_data(self, data, options):
        with self.assertRaisesRegex(ValueError, "To mend it|mend"):
            compare(*data, **options)

    @parameterized.named_parameters(
        ("rows", {"rows": 3}, ValueError),
        ("rows_words", {"rows": "all"}, TypeError),
        ("confidence", {"confidence": 1}, ValueError),
        ("seed", {"seed": -1}, ValueError),
    )
    def test_arguments(self, options, kind):
        with self.assertRaisesRegex(kind, "To mend it"):
            compare(TABLE, TABLE, **options)


if __name__ == "__main__":
    absltest.main()
