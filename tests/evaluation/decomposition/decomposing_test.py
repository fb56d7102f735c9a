import json

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from sklearn import linear_model

from keras_troubleshoot import evaluation

NOISE = 0.1  # Share of labels that are flipped.


def task(rows, seed, features=10, flip=NOISE, move=0.0):
    """Two classes by the sign of the first feature, some of them flipped."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, features)).astype("float32")
    y = (x[:, 0] > move) ^ (rng.random(rows) < flip)
    return x, y.astype("int64")


def fitted(x, y, **options):
    return linear_model.LogisticRegression(C=1e6, **options).fit(x, y)


class Truth:
    """Knows the classes, but for those that are flipped."""

    classes_ = np.array([0, 1])

    def predict(self, x):
        return (x[:, 0] > 0).astype("int64")


def error(model, data):
    return float((model.predict(data[0]) != data[1]).mean())


class TermsTest(parameterized.TestCase):
    def test_all_parts(self):
        train, validation = task(400, 0), task(1000, 1)
        shifted, test = task(1000, 2, move=0.5), task(1000, 3, move=0.5)
        model = fitted(*train)
        found = evaluation.decompose_error(
            model, train, validation, shifted, test, irreducible=NOISE
        )
        errors = [error(model, p) for p in (train, validation, shifted, test)]
        np.testing.assert_allclose(
            list(found.terms.values()), np.diff([NOISE, *errors]), atol=1e-12
        )
        self.assertEqual(found.largest().name, "distribution_shift")
        self.assertTrue(found.largest().clear)
        self.assertEqual(found.measure, "error rate")
        self.assertEqual(found.rows["validation"], 1000)
        for name, (low, high) in found.intervals.items():
            self.assertBetween(found.terms[name], low, high)

    def test_variance(self):
        train, test = task(60, 0, features=50), task(2000, 1, features=50)
        model = fitted(*train, max_iter=5000)
        found = evaluation.decompose_error(
            model, train, test=test, irreducible=NOISE
        )
        self.assertEqual(found.largest().name, "variance")
        self.assertTrue(found.largest().clear)
        self.assertIn("learned the training rows", str(found))

    def test_bias(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(4000, 2))
        y = (x[:, 0] * x[:, 1] > 0).astype(int)
        model = fitted(x[:2000], y[:2000])
        found = evaluation.decompose_error(
            model, (x[:2000], y[:2000]), (x[2000:], y[2000:]), irreducible=0
        )
        self.assertEqual(found.largest().name, "avoidable_bias")
        self.assertFalse(found.details[1].clear)

    def test_a_healthy_model_has_no_clear_term(self):
        clear = 0
        for seed in range(20):
            parts = [task(500, 100 * seed + place) for place in range(4)]
            found = evaluation.decompose_error(
                Truth(), *parts, irreducible=NOISE
            )
            clear += sum(t.clear for t in found.details)
        # 80 terms, of which 2.5% are above 0 by chance.
        self.assertLessEqual(clear, 5)

    def test_regression(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(3000, 3))
        y = x @ [1, 2, 3] + rng.normal(size=3000)
        model = linear_model.LinearRegression().fit(x[:500], y[:500])
        found = evaluation.decompose_error(
            model, (x[:500], y[:500]), test=(x[500:], y[500:]), irreducible=1.0
        )
        expected = ((model.predict(x[500:]) - y[500:]) ** 2).mean()
        self.assertAlmostEqual(found.errors["test"], expected)
        self.assertEqual(found.measure, "mean squared error")
        self.assertFalse(any(t.clear for t in found.details))

    def test_metric(self):
        train, test = task(400, 0), task(1000, 1)
        model = fitted(*train)

        def log_loss(y, p):
            return -np.log(np.where(y == 1, p, 1 - p))

        found = evaluation.decompose_error(
            model, train, test=test, metric=log_loss
        )
        share = model.predict_proba(test[0])[:, 1]
        expected = log_loss(test[1], share).mean()
        self.assertAlmostEqual(found.errors["test"], expected)
        self.assertEqual(found.measure, "log loss")

    def test_weights(self):
        x, y = task(400, 0)
        model = fitted(x, y)
        test = task(1000, 1)
        weight = np.random.default_rng(0).integers(0, 3, 1000)
        found = evaluation.decompose_error(model, (x, y), test=(*test, weight))
        wrong = model.predict(test[0]) != test[1]
        self.assertAlmostEqual(
            found.errors["test"], np.average(wrong, weights=weight)
        )

    def test_trials_are_told(self):
        train, validation, test = task(400, 0), task(500, 1), task(500, 2)
        found = evaluation.decompose_error(
            fitted(*train), train, validation, test=test, trials=200
        )
        self.assertIn("best of 200 trials on 500", str(found))

    def test_json(self):
        train, test = task(400, 0), task(500, 2)
        found = evaluation.decompose_error(fitted(*train), train, test=test)
        held = json.loads(json.dumps(found.to_dict(), allow_nan=False))
        self.assertEqual(held["rows"], {"train": 400, "test": 500})
        self.assertNotEmpty(found.page_blocks())


class IrreducibleTest(parameterized.TestCase):
    def decompose(self, irreducible, rows=1000):
        train, test = task(400, 0), task(rows, 1)
        return evaluation.decompose_error(
            fitted(*train), train, test=test, irreducible=irreducible
        )

    def test_labels_of_a_person(self):
        y = task(1000, 1)[1]
        person = y ^ (np.arange(1000) % 20 == 0)
        person[:100] = -1
        found = self.decompose(person)
        self.assertAlmostEqual(found.irreducible, 0.05)
        self.assertEqual(found.rows["irreducible"], 900)
        self.assertIn("a person", str(found))
        self.assertIsNotNone(found.error_intervals["irreducible"])

    def test_labels_of_several(self):
        y = task(1000, 1)[1]
        rng = np.random.default_rng(0)
        several = y[:, None] ^ (rng.random((1000, 9)) < 0.05)
        found = self.decompose(several.astype(int))
        self.assertAlmostEqual(found.irreducible, 0.05, delta=0.01)

    def test_an_estimate(self):
        labels = np.random.default_rng(0).integers(0, 2, (50, 4))
        least = evaluation.irreducible_error(labels)
        found = self.decompose(least)
        self.assertEqual(found.irreducible, least.value)
        self.assertEqual(found.error_intervals["irreducible"], least.interval)

    def test_doubt_of_labels_widens_the_bias(self):
        person = task(1000, 1)[1] ^ (np.arange(1000) % 10 == 0)
        sure, labels = self.decompose(0.1), self.decompose(person)
        widths = [np.ptp(f.intervals["avoidable_bias"]) for f in (sure, labels)]
        self.assertLess(*widths)

    @parameterized.named_parameters(
        ("words", ["a"] * 1000, ValueError),
        ("too_few", [0, 1], ValueError),
        ("all_missing", np.full(1000, -1), ValueError),
        ("negative", -0.1, ValueError),
        ("nan", float("nan"), ValueError),
        ("a_word", "low", TypeError),
    )
    def test_bad_input(self, irreducible, kind):
        with self.assertRaisesRegex(kind, "To mend it"):
            self.decompose(irreducible)


class KerasTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    def classifier(self, classes=3, steps=None):
        shape = (10,) if steps is None else (steps, 10)
        model = keras.Sequential(
            [keras.Input(shape), keras.layers.Dense(classes)]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss)
        return model

    @parameterized.named_parameters(("rows", None), ("steps", 7))
    def test_classes(self, steps):
        model = self.classifier(steps=steps)
        rng = np.random.default_rng(0)
        shape = () if steps is None else (steps,)
        x = rng.normal(size=(300, *shape, 10)).astype("float32")
        y = rng.integers(0, 3, (300, *shape))
        before = [w.copy() for w in model.get_weights()]
        found = evaluation.decompose_error(
            model, (x[:100], y[:100]), test=(x[100:], y[100:])
        )
        wrong = model.predict(x[100:], verbose=0).argmax(-1) != y[100:]
        self.assertAlmostEqual(found.errors["test"], wrong.mean())
        for one, other in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        # Steps that err each for itself tell as much as rows.
        expected = 2 * 1.96 * np.sqrt(2 / 9 / wrong.size)
        width = np.ptp(found.error_intervals["test"])
        self.assertAlmostEqual(width, expected, delta=0.25 * expected)

    def test_several_outputs_of_a_dataset(self):
        inputs = keras.Input((4,))
        outputs = {
            "kind": keras.layers.Dense(1, "sigmoid", name="kind")(inputs),
            "size": keras.layers.Dense(1, name="size")(inputs),
        }
        model = keras.Model(inputs, outputs)
        model.compile("adam", {"kind": "binary_crossentropy", "size": "mse"})
        rng = np.random.default_rng(0)

        def data(rows):
            x = rng.normal(size=(rows, 4)).astype("float32")
            y = {"kind": rng.integers(0, 2, rows), "size": x[:, 0] * 2}
            return x, y

        train, test = data(64), data(48)
        streams = [
            tf.data.Dataset.from_tensor_slices(part).batch(16)
            for part in (train, test)
        ]
        found = evaluation.decompose_error(
            model, streams[0], test=streams[1], output="size"
        )
        made = model.predict(test[0], verbose=0)["size"][:, 0]
        expected = ((made - test[1]["size"]) ** 2).mean()
        self.assertAlmostEqual(found.errors["test"], expected, places=4)
        with self.assertRaisesRegex(ValueError, "kind, size"):
            evaluation.decompose_error(model, train, test=test)


class BadInputTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.train = task(100, 0)
        self.model = fitted(*self.train)

    def test_the_same_rows_twice(self):
        copy = tuple(a.copy() for a in self.train)
        for other in (self.train, (self.train[0], self.train[1]), copy):
            with self.assertRaisesRegex(ValueError, "other rows than `train`"):
                evaluation.decompose_error(self.model, self.train, other)

    @parameterized.named_parameters(
        ("alone", {}, ValueError),
        ("confidence", {"confidence": 2.0}, ValueError),
        ("resamples", {"resamples": 3}, ValueError),
        ("trials", {"trials": 0}, ValueError),
        ("trials_half", {"trials": 2.5}, TypeError),
        ("metric", {"metric": "accuracy"}, TypeError),
        ("metric_mean", {"metric": lambda y, p: 0.5}, ValueError),
        ("metric_sign", {"metric": lambda y, p: y - p - 5}, ValueError),
        ("task", {"task": "guessing"}, ValueError),
        ("nan", {"test": (np.full((5, 10), np.nan), np.ones(5))}, ValueError),
        ("lengths", {"test": (np.ones((5, 10)), np.ones(4))}, ValueError),
        ("empty", {"test": (np.ones((0, 10)), np.ones(0))}, ValueError),
        ("unknown", {"test": (np.ones((5, 10)), np.full(5, 7))}, ValueError),
        ("weightless", {"test": (*task(9, 1), np.zeros(9))}, ValueError),
    )
    def test_arguments(self, arguments, kind):
        if arguments and "test" not in arguments:
            arguments = arguments | {"test": task(50, 1)}
        with self.assertRaisesRegex(kind, "To mend it"):
            evaluation.decompose_error(self.model, self.train, **arguments)

    def test_no_model(self):
        with self.assertRaises(TypeError):
            evaluation.decompose_error("model", self.train, task(9, 1))


if __name__ == "__main__":
    absltest.main()
