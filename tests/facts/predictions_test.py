"""Predictions for all rows: against `predict` and `evaluate` of Keras."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from sklearn.linear_model import LinearRegression
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from keras_troubleshoot.facts import predictions

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4)).astype("float32")
YES = (X[:, 0] > 0.3).astype("int32")
THREE = np.digitize(X[:, 1], [-0.5, 0.5])
LABELS = np.stack([YES, 1 - YES], axis=1)
AMOUNT = (3 * X[:, 2] + 1).astype("float32")
WEIGHT = RNG.uniform(0.5, 2, size=300)


def network(units, activation, loss):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dropout(0.5),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(units, activation=activation),
        ]
    )
    if loss:
        model.compile("adam", loss)
    return model


def logits(kind):
    return getattr(keras.losses, kind)(from_logits=True)


class KerasTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sigmoid", 1, "sigmoid", "binary_crossentropy", YES, "binary"),
        ("a logit", 1, None, "BinaryCrossentropy", YES, "binary"),
        (
            "softmax",
            3,
            "softmax",
            "sparse_categorical_crossentropy",
            THREE,
            "multiclass",
        ),
        (
            "logits",
            3,
            None,
            "SparseCategoricalCrossentropy",
            THREE,
            "multiclass",
        ),
        ("labels", 2, None, "BinaryCrossentropy", LABELS, "multilabel"),
        ("amounts", 1, None, "mse", AMOUNT, "regression"),
        ("counts", 1, "exponential", "poisson", YES, "regression"),
        ("without a loss, classes", 3, None, None, THREE, "multiclass"),
        ("without a loss, amounts", 1, None, None, AMOUNT, "regression"),
    )
    def test_task_and_probabilities(self, units, activation, loss, y, task):
        if loss and loss[0].isupper():
            loss = logits(loss)
        model = network(units, activation, loss)
        made = predictions.predict(model, (X, y))
        self.assertEqual(made.task, task)
        raw = model.predict(X, verbose=0)
        if activation is None and task != "regression":
            raw = (
                tf.nn.softmax(raw) if task == "multiclass" else tf.sigmoid(raw)
            )
        np.testing.assert_allclose(
            made.outputs, np.squeeze(raw), rtol=1e-4, atol=1e-6
        )
        if loss:
            expected = model.evaluate(X, y, verbose=0)
            if task != "regression":
                self.assertAlmostEqual(
                    made.losses().mean(), expected, delta=1e-4
                )
            elif loss == "mse":
                self.assertAlmostEqual(made.error(), expected, delta=1e-4)

    def test_a_stream_gives_the_same_with_weights(self):
        model = network(1, "sigmoid", "binary_crossentropy")
        data = tf.data.Dataset.from_tensor_slices((X, YES, WEIGHT)).batch(7)
        one = predictions.predict(model, data)
        other = predictions.predict(model, (X, YES, WEIGHT))
        np.testing.assert_allclose(one.outputs, other.outputs, atol=1e-6)
        wrong = (model.predict(X, verbose=0)[:, 0] > 0.5) != YES
        expected = (wrong * WEIGHT).sum() / WEIGHT.sum()
        self.assertAlmostEqual(one.error(), expected, places=6)

    def test_nothing_changes(self):
        model = network(3, None, logits("SparseCategoricalCrossentropy"))
        model.fit(X, THREE, epochs=1, verbose=0)
        held = [*model.variables, *model.optimizer.variables]
        before = [v.numpy().copy() for v in held]
        state = np.random.get_state()[1].copy()
        predictions.predict(model, (X, THREE))
        for was, now in zip(before, held, strict=True):
            np.testing.assert_array_equal(was, now.numpy())
        np.testing.assert_array_equal(state, np.random.get_state()[1])
        self.assertIsNone(model.predict_function)

    def test_one_of_several_outputs(self):
        x = keras.Input((4,))
        one = keras.layers.Dense(1, activation="sigmoid", name="one")(x)
        two = keras.layers.Dense(3, activation="softmax", name="two")(x)
        model = keras.Model(x, {"one": one, "two": two})
        data = (X, {"one": YES, "two": THREE})
        made = predictions.predict(model, data, output="two")
        self.assertEqual(made.outputs.shape, (300, 3))
        with self.assertRaisesRegex(ValueError, "take one of: one, two"):
            predictions.predict(model, data)

    def test_a_target_for_each_step(self):
        x = RNG.normal(size=(50, 6, 2)).astype("float32")
        y = RNG.integers(0, 3, size=(50, 6))
        model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
        made = predictions.predict(model, (x, y))
        wrong = model.predict(x, verbose=0).argmax(-1) != y
        np.testing.assert_allclose(made.errors(), wrong.mean(axis=1))

    def test_sequences_of_one_step(self):
        made = predictions.of(np.array([[1], [0]]), np.eye(2)[[[1], [1]]])
        np.testing.assert_array_equal(made.errors(), [0, 1])

    def test_rows_that_a_batch_does_not_divide(self):
        model = network(1, None, "mse")
        many = np.resize(X, (257 * 3, 4))
        made = predictions.predict(model, (many, np.resize(AMOUNT, 257 * 3)))
        np.testing.assert_allclose(
            made.outputs, model.predict(many, verbose=0)[:, 0], atol=1e-5
        )

    @parameterized.named_parameters(
        ("no model", lambda: (3, (X, YES)), TypeError, "must be a `keras.Mod"),
        ("no targets", lambda: (bare(), X), ValueError, "must bring targets"),
        ("short", lambda: (bare(), (X, YES[:5])), ValueError, "y: 5"),
        (
            "NaN",
            lambda: (bare(), (X, AMOUNT * np.nan)),
            ValueError,
            "NaN or infinity in 300 of 300 rows, row 0",
        ),
        ("wide", lambda: (bare(), (X[:, :2], YES)), ValueError, "must run on"),
        (
            "classes from 1",
            lambda: (network(3, "softmax", None), (X, THREE + 1)),
            ValueError,
            "from 0 to 2, received: 1 to 3",
        ),
        (
            "negative weights",
            lambda: (bare(), (X, YES, -WEIGHT)),
            ValueError,
            "at least 0",
        ),
        (
            "four parts",
            lambda: (bare(), (X, YES, YES, YES)),
            ValueError,
            "4 elements",
        ),
    )
    def test_refused(self, make, kind, said):
        model, data = make()
        with self.assertRaisesRegex(kind, said):
            predictions.predict(model, data)

    def test_infinite_predictions_are_refused(self):
        model = bare()
        model.layers[-1].bias.assign([np.inf])
        with self.assertRaisesRegex(ValueError, "predictions for test"):
            predictions.predict(model, (X, AMOUNT), name="test")


def bare():
    return network(1, None, "mse")


class EstimatorTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("probabilities", LogisticRegression(), THREE, "multiclass"),
        ("yes or no", LogisticRegression(), YES, "binary"),
        ("names", LogisticRegression(), np.array(["a", "b"])[YES], "binary"),
        ("no probabilities", LinearSVC(), THREE, "multiclass"),
    )
    def test_score(self, estimator, y, task):
        estimator.fit(X, y)
        made = predictions.predict(estimator, (X, y))
        self.assertEqual(made.task, task)
        self.assertAlmostEqual(1 - made.error(), estimator.score(X, y))

    def test_regression(self):
        estimator = LinearRegression().fit(X, YES)
        made = predictions.predict(estimator, (X, YES.astype("float64") * 3))
        expected = np.mean((estimator.predict(X) - 3 * YES) ** 2)
        self.assertAlmostEqual(made.error(), expected)

    def test_an_unknown_class_is_refused(self):
        estimator = LogisticRegression().fit(X, YES)
        with self.assertRaisesRegex(ValueError, "classes that the model knows"):
            predictions.predict(estimator, (X, YES + 1))


class RecordedTest(parameterized.TestCase):
    def test_errors_by_hand(self):
        made = predictions.of(
            [2, 0, 1], [[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0, 1, 0]]
        )
        np.testing.assert_array_equal(made.errors(), [0, 1, 0])
        np.testing.assert_allclose(
            made.losses(), -np.log([0.7, 0.3, 1]), atol=1e-9
        )
        self.assertEqual(made.measure, "error rate")

    def test_bare_class_ids(self):
        made = predictions.of([0, 1, 2], [0, 2, 2])
        self.assertEqual(made.task, "multiclass")
        np.testing.assert_array_equal(made.decided(), [0, 2, 2])

    def test_one_hot_targets(self):
        made = predictions.of(np.eye(3)[[0, 2]], np.full((2, 3), 1 / 3))
        np.testing.assert_array_equal(made.targets, [0, 2])

    def test_some_rows(self):
        made = predictions.of([0.5, 1, 2], [1.5, 1, 0], weight=[1, 2, 3])
        part = made.take(np.array([True, False, True]))
        np.testing.assert_array_equal(part.errors(), [1, 4])
        self.assertAlmostEqual(part.error(), (1 * 1 + 3 * 4) / 4)

    @parameterized.named_parameters(
        ("lengths", [1, 2], [1.0], {}, "same number of rows"),
        ("words", ["a"], [1.0], {}, "array of numbers"),
        ("logits", [0, 1], [3.0, -1.0], {"task": "binary"}, "probabilities"),
        ("no task", [0, 1], [0.3, 0.1], {"task": "classes"}, "must be one of"),
        ("weights", [0, 1], [0.3, 0.1], {"weight": [1]}, "for each row"),
        ("shapes", np.ones((3, 2)), np.ones((3, 4)), {}, "must fit"),
    )
    def test_refused(self, targets, outputs, options, said):
        with self.assertRaisesRegex(ValueError, said):
            predictions.of(targets, outputs, **options)


if __name__ == "__main__":
    absltest.main()
