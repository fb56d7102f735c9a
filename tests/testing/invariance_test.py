"""Tests of changes that may change no prediction."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot import testing
from tests.testing import deciding

X = deciding.X
BCE = keras.losses.BinaryCrossentropy(from_logits=True)
message = deciding.message


def harmless(x):
    x[:, 1] += 7
    return x


def harmful(x):
    """Moves one row over the line."""
    x[1, 0] = 1
    return x


class InvarianceTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sigmoid", deciding.binary),
        ("logit", lambda: deciding.binary(None, BCE)),
        ("hinge", lambda: deciding.binary("tanh", "hinge")),
        ("softmax", deciding.softmax),
        ("logits", lambda: deciding.softmax(None)),
        ("brier", lambda: deciding.binary("sigmoid", "mse")),
    )
    def test_classes(self, make):
        self.assertEmpty(message(testing.assert_invariant, make(), X, harmless))
        said = message(testing.assert_invariant, make(), X, harmful)
        for part in (
            "at least 100% of the rows",
            "1 of 5 rows change (80% stay): row 1: class 0 -> 1 (",
            "To mend it",
        ):
            self.assertIn(part, said)

    @parameterized.named_parameters(
        ("sigmoids", lambda: deciding.labels()),
        ("logits", lambda: deciding.labels(None, "binary_crossentropy")),
    )
    def test_labels_are_decisions_of_their_own(self, make):
        said = message(testing.assert_invariant, make(), X, harmful)
        self.assertIn("row 1: class [0, 1] -> [1, 1]", said)
        # The largest of both is another one, but no label is.
        same = message(
            testing.assert_invariant, make(), X, lambda x: x * [9, 1]
        )
        self.assertEmpty(same)

    def test_class_ids(self):
        model = keras.Sequential(
            [
                deciding.linear([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]]),
                layers.Lambda(lambda x: keras.ops.argmax(x, axis=-1)),
            ]
        )
        said = message(testing.assert_invariant, model, X, harmful)
        self.assertIn("row 1: class 0 -> 2", said)

    def test_values(self):
        model = deciding.linear([[10.0], [1.0]], loss="mse")
        options = {"by": "value", "tolerance": 7.5}
        self.assertEmpty(
            message(testing.assert_invariant, model, X, harmless, **options)
        )
        said = message(testing.assert_invariant, model, X, harmful, **options)
        self.assertIn("row 1: -8 -> 12", said)

    def test_probabilities_may_be_held_to_a_tolerance(self):
        def slightly(x):
            return x * 1.01

        model = deciding.binary()
        testing.assert_invariant(model, X, slightly, tolerance=0.01)
        said = message(
            testing.assert_invariant, model, X, slightly, tolerance=1e-5
        )
        self.assertIn("rows change", said)

    def test_a_share_of_the_rows(self):
        model = deciding.binary()
        testing.assert_invariant(model, X, harmful, share=0.8)
        said = message(testing.assert_invariant, model, X, harmful, share=0.81)
        self.assertIn("at least 81% of the rows", said)

    def test_several_inputs_and_outputs(self):
        def harm(x):
            return {"a": -x["a"], "b": x["b"]}

        model = deciding.Own()
        check = testing.assert_invariant
        said = message(check, model, deciding.PARTS, harm, output="good")
        self.assertIn("5 of 5 rows change", said)
        said = message(check, model, deciding.PARTS, harm, by="value",
                       tolerance=1.0)  # fmt: skip
        self.assertIn("row 0: 'price' -29 -> 31", said)

    def test_datasets_and_a_prediction_for_each_step(self):
        model = keras.Sequential(
            [keras.Input((2, 1)), layers.Dense(1, "sigmoid", use_bias=False)]
        )
        model.layers[-1].set_weights([np.ones((1, 1))])
        data = tf.data.Dataset.from_tensor_slices(X[..., None]).batch(2)
        said = message(testing.assert_invariant, model, data, lambda x: x - 2)
        self.assertIn("row 1: class [0, 1] -> [0, 0]", said)
        self.assertIn("3 of 5 rows change", said)

    def test_the_data_stay_as_they_are(self):
        x = X.copy()
        testing.assert_invariant(deciding.binary(), x, harmless)
        np.testing.assert_array_equal(x, X)

    @parameterized.named_parameters(
        ("function", {"change": 3}, TypeError, "`change` must be a function"),
        ("by", {"by": "label"}, ValueError, "`by` must be 'class' or 'value'"),
        ("tolerance", {"by": "value"}, ValueError, "`tolerance` must be given"),
        ("share", {"share": 0}, ValueError, "`share` must be a share"),
        ("output", {"output": "x"}, ValueError, "take one of: end"),
        ("rows", {"change": lambda x: x[:2]}, ValueError, "must keep the rows"),
        ("none", {"change": lambda x: None}, TypeError, "received: None"),
        ("same", {"change": lambda x: x}, ValueError, "must change some row"),
        ("keys", {"change": lambda x: {"x": x}}, TypeError, "structure of `x`"),
    )
    def test_what_is_wrong_with_arguments_is_said(self, options, kind, said):
        options = {"change": harmless} | options
        with self.assertRaisesRegex(kind, said):
            testing.assert_invariant(deciding.binary(), X, **options)

    def test_a_regression_has_no_classes(self):
        model = deciding.linear([[10.0], [1.0]], loss="mse")
        with self.assertRaisesRegex(ValueError, "must decide between classes"):
            testing.assert_invariant(model, X, harmless)


if __name__ == "__main__":
    absltest.main()
