import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import own_step
from keras_troubleshoot.facts.sample import Sample
from tests.facts import running

X = running.numbers(60, 4)


def two_outputs(as_list=False):
    inputs = keras.Input((4,))
    price = layers.Dense(1, name="price")(inputs)
    label = layers.Dense(3, "softmax", name="label")(inputs)
    outputs = [price, label] if as_list else {"price": price, "label": label}
    return keras.Model(inputs, outputs)


TARGETS = {
    "price": running.numbers(60, 1, seed=2),
    "label": np.arange(60) % 3,
}


def heads(model, y, x=X):
    looked = running.runner(model, x, y)
    profile = data.profile(Sample(x, y, rows=len(X)))
    return forward.describe_heads(looked, looked.record(), profile)


class HeadsTest(parameterized.TestCase):
    def compiled(self, as_list=False, **options):
        model = two_outputs(as_list)
        model.compile("sgd", **options)
        y = TARGETS
        if as_list:
            y = [TARGETS["price"], TARGETS["label"]]
        return {head.name: head for head in heads(model, y)}

    @parameterized.parameters(False, True)
    def test_each_output_with_what_belongs_to_it(self, as_list):
        ids = "sparse_categorical_crossentropy"
        options = {
            "loss": {"price": "mse", "label": ids},
            "loss_weights": {"price": 0.5, "label": 2.0},
            "metrics": {"price": ["mae"], "label": ["accuracy"]},
        }
        if as_list:
            options = {k: [v["price"], v["label"]] for k, v in options.items()}
        got = self.compiled(as_list, **options)
        price, label = got["price"], got["label"]
        self.assertEqual((price.shape, label.shape), ((1,), (3,)))
        self.assertEqual([h.loss.weight for h in (price, label)], [0.5, 2.0])
        self.assertEqual(price.loss.kind, "regression")
        self.assertEqual(label.loss.kind, "sparse")
        np.testing.assert_array_equal(price.target.values, TARGETS["price"])
        np.testing.assert_array_equal(label.target.values, TARGETS["label"])
        self.assertEqual([m.name for m in price.metrics], ["mae"])
        self.assertEqual(
            [m.class_name for m in label.metrics],
            ["SparseCategoricalAccuracy"],
        )
        self.assertEqual(price.activation.name, "linear")
        self.assertEqual(label.activation.name, "softmax")
        rows = len(price.predictions)
        expected = np.mean((price.predictions - TARGETS["price"][:rows]) ** 2)
        self.assertAlmostEqual(price.behaviour.start, expected, 4)

    def test_output_without_loss(self):
        got = self.compiled(loss={"price": "mse"})
        self.assertIsNone(got["label"].loss)
        self.assertIsNone(got["label"].behaviour)
        self.assertEqual(got["price"].loss.kind, "regression")

    def test_one_loss_for_all(self):
        got = self.compiled(loss="mse")
        self.assertEqual({h.loss.kind for h in got.values()}, {"regression"})

    def test_not_compiled(self):
        model = two_outputs()
        for head in heads(model, TARGETS):
            self.assertIsNone(head.loss)
            self.assertEqual(head.metrics, ())
            self.assertIsNotNone(head.target)

    def test_no_targets(self):
        model = two_outputs()
        model.compile(loss="mse")
        for head in heads(model, None):
            self.assertIsNone(head.target)
            self.assertIsNone(head.loss)

    @parameterized.named_parameters(
        ("names", {"mse": "mse"}),
        ("number", ["mse", "mse", "mse"]),
    )
    def test_what_keras_refuses_is_said(self, loss):
        model = two_outputs()
        model.compile(loss=loss)
        for head in heads(model, TARGETS):
            self.assertIsNone(head.behaviour)
            self.assertNotEmpty(head.refused)

    def test_refused_shapes(self):
        model = keras.Sequential([layers.Dense(3, name="end")])
        model.compile(loss="categorical_crossentropy")
        model.build((None, 4))
        [head] = heads(model, np.zeros((60, 2), "float32"))
        self.assertIn("3", head.refused)
        self.assertIsNone(head.behaviour)
        self.assertEqual(head.loss.kind, "categorical")

    @parameterized.named_parameters(
        ("argument", lambda z: layers.Dense(3, "softmax")(z), True),
        ("operation", lambda z: ops.softmax(layers.Dense(3)(z)), True),
        (
            "reshaped",
            lambda z: layers.Reshape((3,))(layers.Dense(3, "softmax")(z)),
            False,
        ),
        ("linear", lambda z: layers.Dense(3)(z), False),
    )
    def test_logits_that_keras_finds(self, build, kept):
        inputs = keras.Input((4,))
        model = keras.Model(inputs, build(inputs))
        model.compile("sgd", "sparse_categorical_crossentropy")
        (head,) = heads(model, TARGETS["label"])
        self.assertEqual(head.activation.keeps_logits, kept)

    def test_shared_output(self):
        """One tensor that is given out twice keeps both its names."""
        inputs = keras.Input((4,))
        out = layers.Dense(1)(inputs)
        model = keras.Model(inputs, {"a": out, "b": out})
        model.compile(loss={"a": "mse", "b": "mae"})
        y = {"a": TARGETS["price"], "b": TARGETS["price"]}
        names = {h.name: h.loss and h.loss.name for h in heads(model, y)}
        self.assertEqual(
            names, {"a": "mean_squared_error", "b": "mean_absolute_error"}
        )

    def test_subclass_with_a_dictionary(self):
        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.z, self.a = layers.Dense(1), layers.Dense(2)

            def call(self, x):
                return {"z": self.z(x), "a": self.a(x)}

        model = Model()
        model(X)
        model.compile(loss={"z": "mse", "a": "mse"})
        y = {"z": np.zeros((60, 1)), "a": np.ones((60, 2))}
        got = {h.name: h for h in heads(model, y)}
        self.assertEqual(got["z"].shape, (1,))
        self.assertEqual(got["a"].target.values.shape, (60, 2))
        self.assertEqual(got["a"].loss.kind, "regression")

    @parameterized.named_parameters(
        ("list", ["mae", "mse"], ["mae", "mse"]),
        ("nested", [["mae"]], ["mae"]),
        ("none", None, []),
    )
    def test_metrics_of_one_output(self, metrics, expected):
        model = keras.Sequential([layers.Dense(1)])
        model.build((None, 4))
        model.compile(loss="mse", metrics=metrics)
        [head] = heads(model, TARGETS["price"])
        self.assertEqual([m.name for m in head.metrics], expected)

    def test_metric_objects(self):
        model = keras.Sequential([layers.Dense(1)])
        model.build((None, 4))
        binary = keras.metrics.BinaryAccuracy(threshold=0.25, name="mine")
        model.compile(loss="mse", metrics=[binary], weighted_metrics=["mae"])
        [head] = heads(model, TARGETS["price"])
        mine, mae = head.metrics
        self.assertEqual(
            (mine.name, mine.class_name, mine.threshold),
            ("mine", "BinaryAccuracy", 0.25),
        )
        self.assertEqual(mae.name, "mae")

    def test_thresholds_of_precision(self):
        model = keras.Sequential([layers.Dense(1)])
        model.build((None, 4))
        precision = keras.metrics.Precision(thresholds=0)
        model.compile(loss="mse", metrics=[precision, keras.metrics.AUC()])
        [head] = heads(model, TARGETS["price"])
        self.assertEqual([m.threshold for m in head.metrics], [0, None])


class StepTest(parameterized.TestCase):
    def step(self, model, y, x=X):
        return forward.step(running.runner(model, x, y))

    def test_loss_and_gradients(self):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        got = self.step(model, TARGETS["price"])
        rows = got.forward.outputs.shape[0]
        x, y = X[:rows], TARGETS["price"][:rows]
        wrong = np.asarray(model(x)) - y
        self.assertAlmostEqual(got.loss, float(np.mean(wrong**2)), 4)
        kernel, bias = (got.gradients[w.path] for w in model.weights)
        expected = np.linalg.norm(2 * x.T @ wrong / rows)
        self.assertAlmostEqual(kernel, expected, 4)
        self.assertAlmostEqual(bias, abs(2 * wrong.mean()), 4)
        self.assertTrue(got.finite)

    def test_weights_and_penalties(self):
        inputs = keras.Input((4,))
        dense = layers.Dense(1, kernel_regularizer="l2", name="a")
        model = keras.Model(inputs, {"a": dense(inputs), "b": inputs})
        weights = {"a": 3, "b": 0}
        model.compile(loss={"a": "mse", "b": "mae"}, loss_weights=weights)
        y = {"a": TARGETS["price"], "b": X}
        got = self.step(model, y)
        penalty = 0.01 * float(np.sum(np.square(dense.kernel)))
        self.assertAlmostEqual(got.penalty, penalty, 5)
        plain = np.mean((got.forward.outputs["a"] - y["a"][:31]) ** 2)
        self.assertAlmostEqual(got.loss, 3 * plain + penalty, 4)

    def test_losses_that_layers_add(self):
        class Penalized(layers.Layer):
            def call(self, x):
                self.add_loss(ops.sum(ops.square(x)))
                return x

        model = keras.Sequential(
            [
                keras.Input((4,)),
                Penalized(),
                layers.Dense(1, activity_regularizer="l2"),
            ]
        )
        model.compile(loss="mse")
        got = self.step(model, TARGETS["price"])
        made, rows = np.asarray(got.forward.outputs), len(got.forward.outputs)
        penalty = np.sum(X[:rows] ** 2) + 0.01 * np.sum(made**2) / rows
        self.assertAlmostEqual(got.penalty / penalty, 1, 4)
        expected = model.test_on_batch(X[:rows], TARGETS["price"][:rows])
        self.assertAlmostEqual(got.loss / expected, 1, 4)

    def test_weight_without_gradient(self):
        inputs = keras.Input((4,))
        cut = ops.stop_gradient(layers.Dense(2)(inputs))
        model = keras.Model(inputs, layers.Dense(1)(cut))
        model.compile(loss="mse")
        got = list(self.step(model, TARGETS["price"]).gradients.values())
        self.assertEqual(got[:2], [None, None])
        self.assertNotIn(None, got[2:])

    def test_not_finite(self):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile(loss="mse")
        got = self.step(model, TARGETS["price"] * np.nan)
        self.assertFalse(got.finite)
        self.assertIsNone(got.failure)

    def test_failure_of_the_loss(self):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
        model.compile(loss="categorical_crossentropy")
        got = self.step(model, np.zeros((60, 2), "float32"))
        self.assertEqual(got.failure.phase, "loss")
        self.assertIsNone(got.loss)

    def test_sparse_gradient(self):
        model = keras.Sequential(
            [
                keras.Input((5,)),
                layers.Embedding(9, 2),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        model.compile(loss="mse")
        x = np.arange(300).reshape(60, 5) % 9
        got = self.step(model, TARGETS["price"], x)
        self.assertGreater(got.gradients[model.weights[0].path], 0)

    def test_mixed_precision(self):
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(1, dtype="mixed_float16")]
        )
        model.compile(loss="mse")
        got = self.step(model, TARGETS["price"])
        self.assertTrue(got.finite)
        self.assertNotIn(None, got.gradients.values())


class OwnStepTest(absltest.TestCase):
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = ops.mean(ops.square(y - self(x, training=True)))
            weights = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    def crossings(self, y):
        model = self.Model()
        model(X)
        model.compile("adam")
        before = model.get_weights()
        got = own_step.own_step(running.runner(model, X, y))
        for one, other in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        return got.crossings

    def test_broadcasts(self):
        [found] = self.crossings(TARGETS["price"][:, 0])[:1]
        self.assertEqual(found[2], ((31,), (31, 1)))

    def test_healthy(self):
        self.assertEqual(self.crossings(TARGETS["price"]), ())

    def test_none(self):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        looked = running.runner(model, X, TARGETS["price"])
        self.assertIsNone(own_step.own_step(looked))


if __name__ == "__main__":
    absltest.main()
