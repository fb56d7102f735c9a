"""Tests of the defaults, and of compiling a model of the user's."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.start_simple import defaults

RNG = np.random.default_rng(0)
ROWS = 600
X = RNG.normal(size=(ROWS, 4)).astype("float32")
RARE = (RNG.random(ROWS) < 0.1).astype("int32")
CLASSES = RNG.choice(3, ROWS, p=[0.7, 0.2, 0.1])
LABELS = (RNG.random((ROWS, 3)) < [0.1, 0.5, 0.8]).astype("float32")
AMOUNTS = RNG.normal(50, 3, ROWS)


def network(units, activation=None):
    return keras.Sequential(
        [
            keras.Input((4,)),
            defaults.dense(8),
            defaults.output(units, activation=activation),
        ]
    )


def entropy(share):
    """Cross-entropy of guessing shares, summed over the last axis."""
    share = np.asarray(share, "float64")
    return -(share * np.log(share)).sum(-1)


class DefaultsTest(parameterized.TestCase):
    def test_are_those_of_the_lecture(self):
        model = defaults.compile_defaults(network(1), "regression")
        self.assertIsInstance(model.optimizer, keras.optimizers.Adam)
        self.assertAlmostEqual(float(model.optimizer.learning_rate), 3e-4)
        hidden = model.layers[0]
        self.assertIs(hidden.activation, keras.activations.relu)
        self.assertIsInstance(
            hidden.kernel_initializer, keras.initializers.HeNormal
        )
        layer = defaults.lstm(3)
        self.assertIs(layer.activation, keras.activations.tanh)
        self.assertIsInstance(
            layer.cell.kernel_initializer, keras.initializers.GlorotNormal
        )
        self.assertEqual(model.losses, [])

    def test_the_variance_passes_through_relu(self):
        layers = [defaults.dense(500) for _ in range(5)]
        tensor = RNG.normal(size=(200, 500)).astype("float32")
        for layer in layers:
            tensor = layer(tensor)
        self.assertBetween(float(np.mean(np.square(tensor))), 0.5, 2.0)

    @parameterized.named_parameters(
        ("yes or no", 1, RARE, entropy([RARE.mean(), 1 - RARE.mean()])),
        (
            "ids",
            3,
            CLASSES,
            entropy(np.bincount(CLASSES) / ROWS),
        ),
        (
            "one-hot",
            3,
            np.eye(3)[CLASSES],
            entropy(np.bincount(CLASSES) / ROWS),
        ),
        (
            "labels",
            3,
            LABELS,
            entropy(np.stack([LABELS.mean(0), 1 - LABELS.mean(0)], 1)).mean(),
        ),
        ("amounts", 1, AMOUNTS, AMOUNTS.var()),
        (
            "yes or no of two units",
            2,
            RARE,
            entropy([RARE.mean(), 1 - RARE.mean()]),
        ),
    )
    def test_the_loss_starts_at_that_of_a_guess(self, units, y, expected):
        model = network(units)
        defaults.compile_defaults(model, y=y)
        kernel, bias = model.layers[-1].get_weights()
        model.layers[-1].set_weights([np.zeros_like(kernel), bias])
        loss = model.evaluate(X, y, verbose=0)[0]
        self.assertAlmostEqual(loss / expected, 1, places=2)

    @parameterized.named_parameters(
        ("logits", None, True), ("probabilities", "softmax", False)
    )
    def test_the_loss_fits_the_end(self, activation, logits):
        model = defaults.compile_defaults(network(3, activation), y=CLASSES)
        self.assertEqual(model.loss._fn_kwargs["from_logits"], logits)
        accuracy = model.evaluate(X, CLASSES, verbose=0)[1]
        predicted = model.predict(X, verbose=0).argmax(-1)
        self.assertAlmostEqual(accuracy, (predicted == CLASSES).mean(), 5)

    @parameterized.named_parameters(("logits", None), ("sigmoid", "sigmoid"))
    def test_binary_metrics_have_the_right_threshold(self, activation):
        model = defaults.compile_defaults(network(1, activation), y=RARE)
        _, accuracy, _ = model.evaluate(X, RARE, verbose=0)
        middle = 0.5 if activation else 0.0
        predicted = model.predict(X, verbose=0)[:, 0] > middle
        self.assertAlmostEqual(accuracy, (predicted == RARE).mean(), 5)

    def test_activations_behind_the_last_layer_are_seen(self):
        inputs = keras.Input((4,))
        hidden = defaults.dense(3, None)(inputs)
        outputs = keras.layers.Softmax()(hidden)
        model = keras.Model(inputs, keras.layers.Reshape((3,))(outputs))
        defaults.compile_defaults(model, y=CLASSES)
        self.assertFalse(model.loss._fn_kwargs["from_logits"])
        expected = np.log(np.bincount(CLASSES) / ROWS)
        np.testing.assert_allclose(
            model.layers[1].bias.numpy(), expected, atol=0.02
        )

    def test_takes_a_dataset_and_leaves_it_as_it_was(self):
        data = tf.data.Dataset.from_tensor_slices((X, CLASSES)).batch(50)
        model = defaults.compile_defaults(network(3), y=data)
        expected = np.log(np.bincount(CLASSES) / ROWS)
        np.testing.assert_allclose(
            model.layers[-1].bias.numpy(), expected, atol=0.02
        )

    def test_a_class_that_the_model_knows_and_the_data_lack(self):
        model = defaults.compile_defaults(network(5), y=CLASSES)
        self.assertTrue(np.isfinite(model.layers[-1].bias.numpy()).all())

    def test_further_arguments_go_to_compile(self):
        model = defaults.compile_defaults(
            network(1), "binary", learning_rate=0.01, jit_compile=True
        )
        self.assertTrue(model.jit_compile)
        self.assertAlmostEqual(float(model.optimizer.learning_rate), 0.01)

    @parameterized.named_parameters(
        ("neither", network(1), {}, "`task` or `y` must be given"),
        ("no such task", network(1), {"task": "ranking"}, "must be one of"),
        ("units", network(3), {"y": RARE}, r"1 unit .*Dense\(1\)"),
        ("activation", network(1, "relu"), {"y": RARE}, "that are relu"),
        ("softmax of one", network(1, "softmax"), {"y": RARE}, "are softmax"),
        ("one class", network(1), {"y": np.zeros(9)}, "at least two classes"),
        ("strings", network(2), {"y": np.array(["a", "b"])}, "return_inverse"),
        ("-1 and 1", network(1), {"y": 2 * RARE - 1}, "yes or no"),
        ("NaN", network(1), {"y": np.r_[AMOUNTS, np.nan]}, "finite"),
        (
            "not built",
            keras.Sequential([keras.layers.Dense(1)]),
            {"y": RARE},
            "keras.Input",
        ),
    )
    def test_what_does_not_fit(self, model, arguments, expected):
        with self.assertRaisesRegex(ValueError, expected):
            defaults.compile_defaults(model, **arguments)

    def test_two_outputs(self):
        inputs = keras.Input((4,))
        model = keras.Model(inputs, [defaults.dense(1)(inputs)] * 2)
        with self.assertRaisesRegex(ValueError, "one output, received: 2"):
            defaults.compile_defaults(model, "binary")


if __name__ == "__main__":
    absltest.main()
