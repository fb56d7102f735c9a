import random

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from sklearn import linear_model

from keras_troubleshoot import evaluation
from keras_troubleshoot.evaluation.learning import subsets

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1200, 20)).astype("float32")
Y = (X[:, 0] + 0.3 * RNG.normal(size=1200) > 0).astype("int64")


def keras_model():
    model = keras.Sequential(
        [keras.Input((20,)), keras.layers.Dense(2, "softmax")]
    )
    model.compile(
        keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy"
    )
    return model


def curve(build=linear_model.LogisticRegression, x=X, y=Y, **options):
    return evaluation.learning_curve(build, x, y, verbose=False, **options)


class CurveTest(parameterized.TestCase):
    def test_the_error_falls(self):
        found = curve()
        self.assertEqual(found.errors.shape, (6, 3))
        self.assertEqual(found.sizes[-1], 960)
        self.assertGreater(found.means[0], 1.5 * found.means[-1])
        self.assertLess(found.doubled.error, found.means[-1])
        self.assertEqual(found.rows, 240)
        self.assertIn("Twice the data, 1,920 examples", str(found))

    def test_labels_at_random_are_not_learned_by_more_data(self):
        y = np.random.default_rng(1).integers(0, 2, 1200)
        found = curve(y=y)
        self.assertFalse(found.trusted)
        self.assertIn("does not fall", str(found))

    def test_regression(self):
        y = X @ np.arange(20.0) + RNG.normal(size=1200)
        found = curve(
            linear_model.LinearRegression, y=y, sizes=[25, 50, 100, 200, 400]
        )
        self.assertEqual(found.measure, "mean squared error")
        # Of 20 weights and a constant, by theory: 1 + 21 / (n - 22).
        self.assertAlmostEqual(found.means[-1], 1.06, delta=0.2)

    def test_keras_model(self):
        options = {"sizes": [0.1, 0.3, 1.0], "seeds": 1, "fit": {"epochs": 3}}
        found = curve(keras_model, **options)
        self.assertEqual(found.sizes, (96, 288, 960))
        self.assertLess(found.means[-1], 0.3)
        again = curve(keras_model, **options)
        np.testing.assert_allclose(found.errors, again.errors)

    def test_keras_model_that_ends_by_itself(self):
        found = curve(keras_model, sizes=[60, 120, 240], seeds=1)
        self.assertLess(found.means[-1], 0.25)

    def test_function_that_trains(self):
        seen = []

        def fit(model, x, y):
            seen.append(len(y))
            model.fit(x, y)

        curve(fit=fit, sizes=[50, 100, 200], seeds=2)
        self.assertEqual(seen, [50, 100, 200] * 2)

    def test_own_validation_data(self):
        found = curve(validation=(X[:100], Y[:100]))
        self.assertEqual(found.rows, 100)
        self.assertEqual(found.sizes[-1], 1200)

    def test_the_same_seed_gives_the_same(self):
        options = {"sizes": [50, 100, 200], "seeds": 2}
        one, again = curve(**options), curve(**options)
        np.testing.assert_array_equal(one.errors, again.errors)
        other = curve(**options, seed=5)
        self.assertFalse((one.errors == other.errors).all())

    def test_random_state_is_left(self):
        np.random.seed(3)
        random.seed(3)
        expected = np.random.random(), random.random()
        np.random.seed(3)
        random.seed(3)
        curve(seeds=1)
        self.assertEqual((np.random.random(), random.random()), expected)


class EndedTest(parameterized.TestCase):
    def test_interrupted(self):
        calls = []

        def fit(model, x, y):
            calls.append(len(y))
            if len(calls) == 5:
                raise KeyboardInterrupt
            model.fit(x, y)

        found = curve(fit=fit)
        self.assertLen(found.sizes, 4)
        self.assertIn(
            "4 of 18 runs were made, as it was interrupted", str(found)
        )

    def test_interrupted_too_early(self):
        def fit(model, x, y):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            curve(fit=fit)

    def test_time_is_up(self):
        found = curve(seconds=1e-6)
        self.assertLen(found.sizes, 3)
        self.assertIn("seconds were used up", str(found))


class SubsetsTest(parameterized.TestCase):
    def test_each_beginning_is_stratified(self):
        ids = np.random.default_rng(0).permutation(
            np.repeat([0, 1, 2], [70, 25, 5])
        )
        order = subsets.order(ids, 100, np.random.default_rng(1))
        self.assertCountEqual(order, range(100))
        for count in (20, 40, 60, 80):
            shares = np.bincount(ids[order[:count]]) / count
            np.testing.assert_allclose(shares, [0.7, 0.25, 0.05], atol=0.11)
        self.assertCountEqual(ids[order[:3]], [0, 1, 2])

    @parameterized.named_parameters(
        ("ids", Y, 2),
        ("words", np.where(Y, "a", "b"), 2),
        ("one_hot", np.eye(2)[Y], 2),
        ("bools", Y.astype(bool), 2),
    )
    def test_classes(self, y, count):
        self.assertLen(np.unique(subsets.classes(y)), count)

    @parameterized.named_parameters(
        ("amounts", X[:, 0]), ("years", np.arange(1200)), ("many", X)
    )
    def test_no_classes(self, y):
        self.assertIsNone(subsets.classes(y))


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("model", {"build": linear_model.LogisticRegression()}, TypeError),
        ("no_model", {"build": lambda: 3}, TypeError),
        ("lengths", {"y": Y[:5]}, ValueError),
        ("no_targets", {"y": None}, ValueError),
        ("nan", {"x": np.where(X > 3, np.nan, X)}, ValueError),
        ("small", {"x": X[:30], "y": Y[:30]}, ValueError),
        ("sizes", {"sizes": [10, 20, 5000]}, ValueError),
        ("sizes_two", {"sizes": [10, 20]}, ValueError),
        ("sizes_words", {"sizes": "all"}, ValueError),
        ("sizes_part", {"sizes": [10.5, 20, 30]}, ValueError),
        ("seeds", {"seeds": 0}, ValueError),
        ("seeds_words", {"seeds": "three"}, TypeError),
        ("seconds", {"seconds": -1}, ValueError),
        ("fit", {"fit": 5}, TypeError),
        ("validation", {"validation": X}, ValueError),
        ("words", {"x": X.astype(str).astype(object) + "a"}, ValueError),
    )
    def test_arguments(self, arguments, kind):
        with self.assertRaisesRegex(kind, "To mend it"):
            curve(**arguments)


if __name__ == "__main__":
    absltest.main()
