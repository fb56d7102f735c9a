"""`kts.debugging.step_through`: what it shows, and where it stops."""

import sys
from unittest import mock

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

import keras_troubleshoot as kts

X = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
Y = X[:, :1]


def dense(*parts, loss="mse"):
    model = keras.Sequential(list(parts))
    model.compile("adam", loss)
    return model


class Wide(keras.Model):
    """Meets (n, 1) with (n,)."""

    def __init__(self):
        super().__init__()
        self.one = layers.Dense(1)

    def call(self, x):
        return self.one(x) - x[:, 0]


class Own(keras.Model):
    """A `train_step` that fails after the forward pass."""

    def __init__(self, sick):
        super().__init__()
        self.sick = sick
        self.one = layers.Dense(1, name="one")

    def call(self, x):
        return self.one(x)

    def train_step(self, data):
        x, y = data
        loss = ops.mean((self(x) - y) ** 2)
        if self.sick:
            raise ValueError("the target is upside down")
        return {"loss": loss}


class ModelTest(parameterized.TestCase):
    def test_rows(self):
        model = dense(layers.Dense(3, "relu", name="a"), layers.Dense(1))
        walk = kts.debugging.step_through(model, X)
        self.assertEqual([r.class_name for r in walk.rows], ["Dense"] * 2)
        first = walk.rows[0]
        self.assertEqual((first.name, first.dtype), ("a", "float32"))
        self.assertEqual(first.inputs, ("(n, 4)",))
        self.assertEqual(first.outputs, ("(n, 3)",))
        kernel, bias = (np.asarray(w) for w in model.layers[0].weights)
        expected = np.maximum(X[:31] @ kernel + bias, 0)
        self.assertAlmostEqual(first.high, expected.max(), 4)
        self.assertEqual(first.low, 0)
        self.assertGreater(first.seconds, 0)
        self.assertEqual((walk.failure, walk.broadcasts), ("", ()))
        self.assertIn("(n, 3)", str(walk))

    def test_training_step(self):
        model = dense(layers.Dense(1))
        walk = kts.debugging.step_through(model, X, Y)
        rows = {row.name: row for row in walk.rows}
        kernel = np.asarray(model.layers[0].kernel)
        expected = float(((X[:31] @ kernel - Y[:31]) ** 2).mean())
        self.assertAlmostEqual(rows["loss"].low, expected, 4)
        gradients = [r for r in walk.rows if r.class_name == "gradient"]
        self.assertLen(gradients, 2)
        self.assertIn("norm", gradients[0].note)

    @parameterized.named_parameters(
        (
            "features",
            lambda: dense(keras.Input((5,)), layers.Dense(1, name="bad")),
            "(n, 4)",
        ),
        (
            "axes",
            lambda: dense(layers.Conv2D(2, 3, name="bad")),
            "4 axes",
        ),
    )
    def test_stops(self, make, told):
        model = make()
        walk = kts.debugging.step_through(model, X)
        self.assertNotEmpty(walk.failed)
        self.assertIn(told, walk.failure)
        self.assertIn("Stopped:", str(walk))
        self.assertIsInstance(walk.error, ValueError)

    def test_stops_at_the_first(self):
        class Refusing(layers.Layer):
            def call(self, x):
                raise ValueError("no thanks")

        model = dense(
            layers.Dense(3, name="a"), Refusing(name="b"), layers.Dense(1)
        )
        walk = kts.debugging.step_through(model, X)
        self.assertEqual([r.name for r in walk.rows], ["a", "b"])
        self.assertEqual(walk.failed, "b")
        self.assertIn("'b' (Refusing) was given (n, 3)", walk.failure)
        self.assertIn("no thanks", walk.failure)

    def test_loss_fails(self):
        model = dense(layers.Dense(3), loss="categorical_crossentropy")
        walk = kts.debugging.step_through(model, X, np.zeros((40, 7)))
        self.assertIn("the loss", walk.failure)
        self.assertEqual(walk.failed, "")

    def test_broadcast(self):
        walk = kts.debugging.step_through(Wide(), X)
        [told] = walk.broadcasts
        self.assertIn("(n, 1) with (n,)", told)
        self.assertIn("(n, n)", told)

    @parameterized.parameters(True, False)
    def test_own_train_step(self, sick):
        model = Own(sick)
        model.compile("adam")
        walk = kts.debugging.step_through(model, X, Y)
        self.assertIn("one", [r.name for r in walk.rows])
        self.assertEqual("upside down" in walk.failure, sick)

    def test_not_finite(self):
        bad = layers.Lambda(lambda t: t / 0.0, name="bad")
        walk = kts.debugging.step_through(dense(bad), X)
        self.assertIn("not finite", walk.rows[0].note)

    def test_changes_nothing(self):
        model = dense(
            keras.Input((4,)),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(1),
        )
        before = [v.numpy() for v in model.variables]
        kts.debugging.step_through(model, X, Y)
        for one, other in zip(before, model.variables, strict=True):
            np.testing.assert_array_equal(one, other.numpy())
        self.assertFalse(model.optimizer.built)

    def test_pause(self):
        seen = []

        def hook():
            names = sys._getframe(1).f_locals
            seen.append((names["layer"].name, names["outputs"].shape))

        model = dense(layers.Dense(3, name="a"), layers.Dense(1, name="b"))
        with mock.patch.object(sys, "breakpointhook", hook):
            kts.debugging.step_through(model, X, pause=True)
        self.assertEqual(seen, [("a", (31, 3)), ("b", (31, 1))])

    def test_arguments(self):
        with self.assertRaisesRegex(ValueError, "`x` must be given"):
            kts.debugging.step_through(dense(layers.Dense(1)))
        with self.assertRaisesRegex(TypeError, "`model` must be"):
            kts.debugging.step_through(3, X)


class FunctionTest(absltest.TestCase):
    def test_to_the_failing_layer(self):
        def build():
            x = keras.Input((8, 8, 3))
            z = layers.Conv2D(4, 3, name="conv")(x)
            return keras.Model(x, layers.Add(name="add")([x, z]))

        walk = kts.debugging.step_through(build)
        self.assertEqual([r.name for r in walk.rows], ["conv", "add"])
        self.assertEqual(walk.rows[0].outputs, ("(n, 6, 6, 4)",))
        self.assertEqual(walk.failed, "add")
        self.assertIn("(n, 8, 8, 3), (n, 6, 6, 4)", walk.failure)
        self.assertIsNone(walk.result)

    def test_to_the_end(self):
        def build():
            return keras.Sequential([keras.Input((4,)), layers.Dense(2)])

        walk = kts.debugging.step_through(build)
        self.assertEqual(walk.failure, "")
        self.assertIsInstance(walk.result, keras.Model)
        self.assertLen(walk.rows, 1)

    def test_outside_of_layers(self):
        def build():
            raise KeyError("width")

        walk = kts.debugging.step_through(build)
        self.assertIn("`build`", walk.failure)
        self.assertIn("width", walk.failure)


if __name__ == "__main__":
    absltest.main()
