import sys
import types

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

import keras_troubleshoot as kts
from keras_troubleshoot.rules.catalogue import RULES
from tests.debugging import kinds

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 3, 300)
X = RNG.normal(size=(300, 5)).astype("float32") + CLASSES[:, None]


class SumOfSquares(keras.losses.Loss):
    """Of the user; does not match ranks."""

    def call(self, y, y_pred):
        return ops.mean(ops.square(y - y_pred))


def classifier(*, scale=None, end="softmax", loss=None):
    parts = [] if scale is None else [layers.Rescaling(scale)]
    model = keras.Sequential(
        [
            keras.Input((5,)),
            *parts,
            layers.Dense(16, "relu"),
            layers.Dense(3, end),
        ]
    )
    model.compile("adam", loss or "sparse_categorical_crossentropy")
    return model


def regressor(loss="mse"):
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(16, "relu"), layers.Dense(1)]
    )
    model.compile("adam", loss)
    return model


def mixing(axis):
    inputs = keras.Input((5,))
    x = layers.Dense(8, "relu")(inputs)
    x = x - ops.mean(x, axis=axis, keepdims=True)
    model = keras.Model(inputs, layers.Dense(3, "softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def rules(report):
    return [f.rule for f in report.at_least("warning")]


class FamiliesTest(parameterized.TestCase):
    """One sick model and its healthy twin of each family."""

    @parameterized.named_parameters(
        (
            "data",
            lambda: classifier(),
            X,
            CLASSES + 1,
            "labels-out-of-range",
            lambda: classifier(),
            X,
            CLASSES,
        ),
        (
            "scale",
            lambda: classifier(),
            1000 * X,
            CLASSES,
            "input-not-normalized",
            lambda: classifier(scale=0.001),
            1000 * X,
            CLASSES,
        ),
        (
            "loss",
            lambda: classifier(end=None),
            X,
            CLASSES,
            "logits-without-from-logits",
            lambda: classifier(
                end=None, loss=keras.losses.SparseCategoricalCrossentropy(True)
            ),
            X,
            CLASSES,
        ),
        (
            "broadcast",
            lambda: regressor(SumOfSquares()),
            X,
            X[:, 0],
            "loss-broadcasts",
            lambda: regressor(SumOfSquares()),
            X,
            X[:, :1],
        ),
        (
            "shapes",
            lambda: mixing(0),
            X,
            CLASSES,
            "batch-mixing",
            lambda: mixing(-1),
            X,
            CLASSES,
        ),
    )
    def test_of(self, sick, x, y, rule, healthy, x_healthy, y_healthy):
        self.assertIn(rule, rules(kts.check(sick(), x, y)))
        report = kts.check(healthy(), x_healthy, y_healthy)
        self.assertEqual(rules(report), [])
        self.assertTrue(report.ok)
        self.assertIn(rule, report.examined)

    def test_validation(self):
        report = kts.check(
            classifier(), X, CLASSES, validation_data=(X[:100], CLASSES[:100])
        )
        self.assertEqual(rules(report), ["train-validation-leakage"])
        other = RNG.permutation(300)
        report = kts.check(
            classifier(),
            X[other[:200]],
            CLASSES[other[:200]],
            validation_data=(X[other[200:]], CLASSES[other[200:]]),
        )
        self.assertEqual(rules(report), [])
        self.assertIn("train-validation-leakage", report.examined)

    def test_what_the_report_says_of_itself(self):
        model = classifier()
        report = kts.check(model, X, CLASSES)
        self.assertIn(model.name, report.title)
        self.assertEqual(report.context["rows"], 300)
        told = [*report.examined, *(s.rule for s in report.skipped)]
        self.assertCountEqual(set(told), RULES)
        self.assertFalse(
            set(report.examined) & {s.rule for s in report.skipped}
        )

    def test_dataset(self):
        data = tf.data.Dataset.from_tensor_slices((X, CLASSES + 1)).batch(30)
        report = kts.check(classifier(), data)
        self.assertIn("labels-out-of-range", rules(report))


class KindsTest(parameterized.TestCase):
    def test_not_compiled(self):
        model = keras.Sequential([keras.Input((5,)), layers.Dense(3)])
        report = kts.check(model, X, CLASSES)
        self.assertEqual(rules(report), [])
        reasons = {s.rule: s.reason for s in report.skipped}
        self.assertIn("logits-without-from-logits", reasons)
        self.assertIn("compile", reasons["logits-without-from-logits"])
        self.assertIn("batch-mixing", report.examined)

    @parameterized.named_parameters(
        (
            "sequential",
            lambda: keras.Sequential(
                [layers.Dense(4, "relu"), layers.Dense(1, "sigmoid")]
            ),
        ),
        ("subclass", kinds.Subclass),
    )
    def test_unbuilt(self, make):
        model = kinds.compiled(make())
        self.assertFalse(model.built)
        report = kts.check(model, kinds.X, kinds.Y)
        self.assertEqual(rules(report), [])
        self.assertTrue(model.built)
        self.assertIn("input-ignored", report.examined)

    def test_without_targets(self):
        report = kts.check(classifier(), X)
        self.assertEqual(rules(report), [])

    def test_call_that_fails(self):
        class Broken(keras.Model):
            def call(self, x):
                return ops.matmul(x, ops.ones((99, 2)))

        report = kts.check(kinds.compiled(Broken()), kinds.X, kinds.Y)
        self.assertIn("shape-mismatch", rules(report))

    def test_list_of_inputs(self):
        parts = [keras.Input((2,)), keras.Input((4,))]
        out = layers.Dense(1, "sigmoid")(layers.Concatenate()(parts))
        model = kinds.compiled(keras.Model(parts, out))
        x = [kinds.X[:, :2], kinds.X[:, 2:]]
        self.assertEqual(rules(kts.check(model, x, kinds.Y)), [])


class BadInputTest(parameterized.TestCase):
    """Each gets one clear sentence, and never a stack from the depths."""

    def assert_clear(self, error):
        self.assertNotIn("\n", str(error))
        self.assertIn("To mend it, ", str(error))
        self.assertLess(len(str(error)), 400)

    @parameterized.named_parameters(
        ("empty", np.zeros((0, 5)), np.zeros(0), "empty"),
        ("none", None, CLASSES, "None"),
        ("number", 3, CLASSES, "`x`"),
        ("text", "data.csv", CLASSES, "`x`"),
        ("rows_as_lists", [[1.0, 2.0], [3.0, 4.0]], [0, 1], "plain values"),
        ("ragged", [[1.0, 2.0], [3.0]], [0, 1], "`x"),
        ("labels_as_list", X, CLASSES.tolist(), "`y"),
        ("scalar", np.float32(3), CLASSES, "single value"),
    )
    def test_data(self, x, y, said):
        with self.assertRaises(ValueError) as caught:
            kts.check(classifier(), x, y)
        self.assertIn(said, str(caught.exception))
        self.assert_clear(caught.exception)

    def test_mismatched_lengths(self):
        report = kts.check(classifier(), X, CLASSES[:200])
        self.assertEqual(rules(report), ["length-mismatch"])
        self.assertIn("300", report.findings[0].summary)
        self.assertIn("200", report.findings[0].summary)

    def test_objects(self):
        x = np.array([["a", 1.0]] * 300, object)
        report = kts.check(classifier(), x, CLASSES)
        self.assertEqual(rules(report), ["input-wrong-dtype"])

    def test_validation_data_that_cannot_be_read(self):
        report = kts.check(
            classifier(), X, CLASSES, validation_data=(np.zeros((0, 5)), None)
        )
        self.assertEqual(rules(report), [])
        reasons = [s.reason for s in report.skipped]
        self.assertTrue(any("empty" in reason for reason in reasons))

    @parameterized.named_parameters(
        ("unknown", ["no-such-rule"], "no-such-rule"),
        ("string", "double-softmax", "double-softmax"),
    )
    def test_disable(self, disable, said):
        with self.assertRaisesRegex(ValueError, said) as caught:
            kts.check(classifier(), X, CLASSES, disable=disable)
        self.assert_clear(caught.exception)

    def test_disabled(self):
        report = kts.check(
            classifier(), X, CLASSES + 1, disable=["labels-out-of-range"]
        )
        self.assertNotIn("labels-out-of-range", rules(report))
        self.assertNotIn("labels-out-of-range", report.examined)

    def foreign(self, module, **attributes):
        """An instance of a class of another library."""
        kind = type("Sequential", (), {"__module__": module, **attributes})
        return kind()

    def test_path(self):
        self.assert_refused("model.keras", "load_model")

    @parameterized.parameters(None, 3, [[]])
    def test_no_model(self, model):
        self.assert_refused(model, "`fit`")

    def test_layer(self):
        self.assert_refused(layers.Dense(3), "Dense")

    def test_class(self):
        self.assert_refused(kinds.Subclass, "")

    def test_tf_keras(self):
        self.assert_refused(self.foreign("tf_keras.src.models"), "tf_keras")
        base = type("Model", (), {"__module__": "tf_keras.src.models"})
        self.assert_refused(type("Mine", (base,), {})(), "tf_keras")

    def test_scikit_learn(self):
        def nothing(self):
            pass

        model = self.foreign(
            "sklearn.linear_model", fit=nothing, get_params=nothing
        )
        self.assert_refused(model, "scikit-learn")

    def test_torch(self):
        torch = types.ModuleType("torch")
        torch.nn = types.SimpleNamespace(Module=type("Module", (), {}))
        kept = sys.modules.get("torch")
        sys.modules["torch"] = torch
        try:
            self.assert_refused(torch.nn.Module(), "PyTorch")
        finally:
            sys.modules.pop("torch")
            if kept is not None:
                sys.modules["torch"] = kept

    def assert_refused(self, model, said):
        with self.assertRaises(TypeError) as caught:
            kts.check(model, X, CLASSES)
        self.assertIn("`model` must be a `keras.Model`", str(caught.exception))
        self.assertIn(said, str(caught.exception))
        self.assert_clear(caught.exception)


if __name__ == "__main__":
    absltest.main()
