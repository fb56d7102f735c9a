"""Simple models on problems whose best score is known."""

import unittest.mock

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from sklearn import linear_model

from keras_troubleshoot.debugging.baselines import fitting
from keras_troubleshoot.debugging.baselines.baselines import baselines

LINEAR, NEAR = "linear regression", "5 nearest neighbours"
LOGISTIC, TREES = "logistic regression", "gradient boosting"


def rng():
    return np.random.default_rng(0)


def linear_classes(rows=600):
    x = rng().normal(size=(rows, 4)).astype("float32")
    return x, (x[:, 0] - x[:, 1] > 0.3).astype("int32")


class ClassesTest(parameterized.TestCase):
    def test_a_linear_boundary(self):
        x, y = linear_classes()
        found = baselines(x, y)
        self.assertEqual(found.task, "binary")
        self.assertEqual(found.held, 120)
        self.assertGreater(found[LOGISTIC].value, 0.95)
        # Of the rows held out, by class, the most frequent one.
        self.assertAlmostEqual(
            found["majority"].value, max(y.mean(), 1 - y.mean()), delta=0.01
        )
        self.assertEqual(found.best.name, LOGISTIC)
        self.assertIn("A network must beat logistic regression", str(found))

    def test_wilsons_interval(self):
        x, y = linear_classes()
        row = baselines(x, y)["majority"]
        p, n, z = row.value, 120, 1.959963985
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
        half /= 1 + z * z / n
        np.testing.assert_allclose(
            [row.low, row.high], [centre - half, centre + half], rtol=1e-6
        )

    def test_noise_teaches_nothing(self):
        x = rng().normal(size=(600, 4))
        y = np.random.default_rng(1).integers(0, 2, 600)
        for row in baselines(x, y).rows:
            self.assertLess(row.low, 0.5, row.name)

    def test_a_ring_needs_more_than_lines(self):
        x = rng().normal(size=(800, 2))
        found = baselines(x, (np.hypot(*x.T) > 1.1).astype(int))
        self.assertGreater(found[NEAR].value, 0.93)
        self.assertLess(found[LOGISTIC].value, 0.75)

    def test_one_hot_and_ids_are_the_same(self):
        x = rng().normal(size=(300, 3))
        y = x.argmax(1)
        ids, hot = baselines(x, y), baselines(x, np.eye(3)[y])
        self.assertEqual(hot.task, "multiclass")
        self.assertEqual(
            [r.value for r in ids.rows], [r.value for r in hot.rows]
        )

    def test_several_labels(self):
        x = rng().normal(size=(400, 3))
        found = baselines(x, (x > 0.5).astype("float32"))
        self.assertEqual(found.metric, "share of right labels")
        self.assertGreater(found[LOGISTIC].value, 0.95)

    def test_images(self):
        x = rng().integers(0, 30, (400, 20, 20)).astype("uint8")
        y = np.arange(400) % 2
        x[y == 1, 4:9, 4:9] += 60
        found = baselines(x, y)
        self.assertIn("x: image", str(found))
        for name in (LOGISTIC, NEAR, TREES):
            self.assertGreater(found[name].value, 0.95, name)

    def test_words_wherever_they_stand(self):
        x = rng().integers(10, 400, (800, 30)).astype("int32")
        y = np.arange(800) % 2
        x[y == 1, rng().integers(0, 15, 800)[y == 1]] = 5
        x[np.arange(30) >= rng().integers(15, 30, 800)[:, None]] = 0
        found = baselines({"text": x, "other": np.ones((800, 1))}, y)
        self.assertIn("x['text']: tokens", str(found))
        self.assertGreater(found[LOGISTIC].value, 0.9)

    def test_validation_data(self):
        x, y = linear_classes()
        wrong = 1 - y
        found = baselines(x, y, (x[:200], wrong[:200]))
        self.assertEqual(found.held, 200)
        self.assertLess(found[LOGISTIC].value, 0.1)


class NumbersTest(parameterized.TestCase):
    def test_a_line_with_known_noise(self):
        x = rng().normal(size=(2000, 5))
        noise = np.random.default_rng(1).normal(size=2000)
        found = baselines(x, x @ [1, 2, 0, 0, -1] + 0.5 * noise)
        best = found[LINEAR]
        self.assertEqual(found.best.name, LINEAR)
        self.assertBetween(0.25, best.low, best.high)
        self.assertAlmostEqual(found["mean"].value, 6.25, delta=0.8)

    def test_a_ridge_by_hand(self):
        x = rng().normal(size=(200, 3))
        y = x @ [1.0, -2.0, 0.5] + 0.1 * rng().normal(size=200)
        train, held = slice(0, 160), slice(160, 200)
        found = baselines(x[train], y[train], (x[held], y[held]))
        least = linear_model.LinearRegression().fit(x[train], y[train])
        error = np.mean((least.predict(x[held]) - y[held]) ** 2)
        self.assertAlmostEqual(found[LINEAR].value, error, delta=0.05 * error)

    def test_the_last_value_of_a_walk(self):
        walk = np.cumsum(np.random.default_rng(3).normal(size=3000))
        x = np.stack([walk[i : i + 16] for i in range(2900)])[..., None]
        y = walk[16:2916]
        found = baselines(x, y)
        # The next step is one standard deviation away, whatever is known.
        self.assertAlmostEqual(found["last value"].value, 1.0, delta=0.15)
        self.assertIn("the last fifth", str(found))
        self.assertLess(found["last value"].value, 0.2 * found["mean"].value)

    def test_several_features_at_once(self):
        walk = np.cumsum(rng().normal(size=(500, 2)), axis=0)
        x = np.stack([walk[i : i + 10] for i in range(400)])
        last = baselines(x, walk[10:410])["last value"]
        steps = np.diff(walk, axis=0)[329:409]
        self.assertAlmostEqual(last.value, np.mean(steps**2), places=6)

    def test_what_is_missing(self):
        x = rng().normal(size=(400, 3))
        y = x[:, 0].copy()
        x[::7, 0] = np.nan
        found = baselines(x, y)
        self.assertTrue(np.isfinite([r.value for r in found.rows]).all())


class RunTest(parameterized.TestCase):
    def test_the_same_seed_gives_the_same(self):
        x, y = linear_classes(200)
        state = np.random.get_state()[1].copy()
        kept = x.copy()
        one, two = ([r.value for r in baselines(x, y).rows] for _ in "ab")
        self.assertEqual(one, two)
        np.testing.assert_array_equal(np.random.get_state()[1], state)
        np.testing.assert_array_equal(x, kept)

    def test_short_time_means_fewer_rows(self):
        x, y = linear_classes(20_000)
        found = baselines(x, y, seconds=1e-6)
        self.assertEqual({r.rows for r in found.rows}, {fitting.FIRST})
        self.assertIn("time was short", str(found))

    def test_interrupted(self):
        x, y = linear_classes(200)
        real = fitting.fitted
        calls = []

        def fitted(problem, estimator, seconds, seed):
            calls.append(estimator.name)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return real(problem, estimator, seconds, seed)

        with unittest.mock.patch.object(fitting, "fitted", fitted):
            found = baselines(x, y)
        self.assertTrue(found.stopped)
        self.assertLen(found.rows, 2)
        self.assertIn("Interrupted", str(found))


class BadInputTest(parameterized.TestCase):
    x = np.zeros((50, 2))
    y = np.arange(50) % 2

    @parameterized.named_parameters(
        ("one_class", x, np.zeros(50), {}, "two classes at least"),
        ("lengths", x, y[:40], {}, "same number of rows"),
        ("few", x[:10], y[:10], {}, "20 rows at least"),
        ("nan", x, np.where(y, np.nan, 0.5), {}, "must be finite"),
        ("none", x, None, {}, "must be one target"),
        ("two", x, {"a": y, "b": y}, {}, "must be one target"),
        ("task", x, y, {"task": "ranking"}, "`task` must be one of"),
        ("kinds", x, y, {"kinds": "picture"}, "`kinds` must name"),
        ("kind_name", x, y, {"kinds": {"z": "image"}}, "`kinds` must name"),
        ("seconds", x, y, {"seconds": 0}, "`seconds` must be"),
        ("seed", x, y, {"seed": -1}, "`seed` must be"),
        ("words", np.full((50, 2), "a"), y, {}, "x"),
        ("held", x, y, {"validation": (np.zeros((50, 3)), y)}, "`validation`"),
    )
    def test_one_sentence(self, x, y, more, sentence):
        with self.assertRaisesRegex(ValueError, sentence):
            baselines(x, y, **more)


if __name__ == "__main__":
    absltest.main()
