"""Tests of simple cases that must be right."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot import testing
from tests.testing import deciding

X, CLASSES = deciding.X, deciding.CLASSES
WRONG = np.array([0, 1, 1, 1, 0])
check = testing.assert_minimum_functionality
message = deciding.message
BCE = keras.losses.BinaryCrossentropy(from_logits=True)


def near(y, made):
    return np.abs(y - made) < 1


class MinimumFunctionalityTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sigmoid", deciding.binary, lambda y: y),
        ("column", deciding.binary, lambda y: y[:, None]),
        ("logit", lambda: deciding.binary(None, BCE), lambda y: y),
        ("ids", deciding.softmax, lambda y: y),
        ("id_column", deciding.softmax, lambda y: y[:, None]),
        ("one_hot", deciding.softmax, lambda y: np.eye(2)[y]),
    )
    def test_accuracy(self, make, encode):
        self.assertIsNone(check(make(), X, encode(CLASSES)))
        self.assertIsNone(check(make(), X, encode(WRONG), at_least=0.6))
        said = message(check, make(), X, encode(WRONG), at_least=0.7)
        for part in (
            "must decide at least 0.7 of these 5 rows rightly (accuracy)",
            "but it is 0.6; 2 wrong: row 1: predicted 0 (",
            "true 1; row 4: predicted 1 (",
            "To mend it",
        ):
            self.assertIn(part, said)

    def test_all_labels_of_a_row_must_be_right(self):
        y = (X > 0).astype(int)
        check(deciding.labels(), X, y)
        y[2, 1] = 0
        said = message(check, deciding.labels(), X, y)
        self.assertIn("but it is 0.8; 1 wrong: row 2: predicted [1, 1]", said)

    def test_own_metrics(self):
        model = deciding.linear([[10.0], [1.0]], loss="mse")
        prices = X @ [10.0, 1.0]
        self.assertIsNone(check(model, X, prices, metric=near))
        prices[3] += 5
        said = message(check, model, X, prices, metric=near)
        for part in (
            "`near` of output 'end'",
            "must be at least 1 on these 5 rows, but it is 0.8",
            "the worst: row 3: predicted 34, true 39 (0)",
        ):
            self.assertIn(part, said)

        def minus_error(y, made):
            return -np.mean((y - made) ** 2)

        check(model, X, prices, metric=minus_error, at_least=-5.1)
        said = message(
            check, model, X, prices, metric=minus_error, at_least=-4.9
        )
        self.assertIn("`minus_error` of output 'end'", said)
        self.assertIn("at least -4.9 on these 5 rows, but it is -5.", said)

    def test_datasets_and_several_outputs(self):
        y = {"good": CLASSES, "price": X @ [10.0, 1.0]}
        data = tf.data.Dataset.from_tensor_slices((deciding.PARTS, y)).batch(2)
        model = deciding.Own()
        check(model, data, output="good")
        check(model, deciding.PARTS, y, output="price", metric=near)
        said = message(check, model, deciding.PARTS, WRONG, output="good")
        self.assertIn("but it is 0.6", said)

    @parameterized.named_parameters(
        ("metric", {"metric": "auc"}, TypeError, "`metric` must be a function"),
        ("at_least", {"at_least": "all"}, ValueError, "`at_least` must be"),
        ("nothing", {"y": None}, ValueError, "`y` must hold what is right"),
        ("shape", {"y": np.ones((5, 3))}, ValueError, "received: shape"),
        ("rows", {"y": CLASSES[:3]}, ValueError, "the same number of rows"),
        ("raises", {"metric": lambda y: y}, ValueError, "`metric` must take"),
    )
    def test_what_is_wrong_with_arguments_is_said(self, options, kind, said):
        options = {"y": CLASSES} | options
        with self.assertRaisesRegex(kind, said):
            check(deciding.softmax(), X, **options)

    def test_a_regression_decides_nothing(self):
        model = deciding.linear([[10.0], [1.0]], loss="mse")
        with self.assertRaisesRegex(ValueError, "a function as `metric`"):
            check(model, X, CLASSES)


if __name__ == "__main__":
    absltest.main()
