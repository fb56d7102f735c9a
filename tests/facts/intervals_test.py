"""Ranges hold whatever TensorFlow computes."""

import types

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import interval_rules
from keras_troubleshoot.facts import intervals
from keras_troubleshoot.facts.intervals import Interval

UNARY = {
    "Exp": tf.exp,
    "Expm1": tf.math.expm1,
    "Log1p": lambda x: tf.math.log1p(tf.abs(x)),
    "Softplus": tf.nn.softplus,
    "Elu": tf.nn.elu,
    "Selu": tf.nn.selu,
    "Relu": tf.nn.relu,
    "Relu6": tf.nn.relu6,
    "Sigmoid": tf.sigmoid,
    "Tanh": tf.tanh,
    "Softmax": tf.nn.softmax,
    "LogSoftmax": tf.nn.log_softmax,
    "Square": tf.square,
    "Abs": tf.abs,
    "Neg": tf.negative,
    "Floor": tf.floor,
    "Sin": tf.sin,
    "Sum": lambda x: tf.reduce_sum(x, axis=-1),
    "Mean": lambda x: tf.reduce_mean(x, axis=-1),
    "Max": lambda x: tf.reduce_max(x, axis=-1),
    "Prod": lambda x: tf.reduce_prod(tf.abs(x) / 9, axis=-1),
}
BINARY = {
    "Add": tf.add,
    "Sub": tf.subtract,
    "Mul": tf.multiply,
    "RealDiv": tf.divide,
    "Maximum": tf.maximum,
    "Minimum": tf.minimum,
    "SquaredDifference": tf.math.squared_difference,
}
ENDS = ((-3.0, 2.0), (0.0, 1.0), (0.5, 4.0), (-4.0, -0.25), (-1.0, 0.0))


def made(kind, function, *ranges):
    """The interval of an operation, and what it made of random numbers."""
    rng = np.random.default_rng(0)
    arrays = [
        tf.constant(rng.uniform(low, high, (200, 5)).astype("float32"))
        for low, high in ranges
    ]
    out = function(*arrays)
    operation = types.SimpleNamespace(
        type=kind, inputs=tuple(arrays), outputs=(out,)
    )
    parts = [Interval(low, high) for low, high in ranges]
    if kind in ("Log1p", "Prod"):
        parts = [intervals.absolute(parts[0])]
    return interval_rules.propagate(kind, parts, operation), np.asarray(out)


class PropagationTest(parameterized.TestCase):
    @parameterized.product(kind=list(UNARY), ends=ENDS)
    def test_holds_what_is_made_of_one(self, kind, ends):
        interval, values = made(kind, UNARY[kind], ends)
        self.assertTrue(interval.known)
        self.assertLessEqual(interval.low, values.min() + 1e-6)
        self.assertGreaterEqual(interval.high, values.max() - 1e-6)

    @parameterized.product(kind=list(BINARY), one=ENDS, other=ENDS)
    def test_holds_what_is_made_of_two(self, kind, one, other):
        interval, values = made(kind, BINARY[kind], one, other)
        self.assertLessEqual(interval.low, values.min() + 1e-6)
        self.assertGreaterEqual(interval.high, values.max() - 1e-6)

    def test_is_no_wider_than_it_must(self):
        product, _ = made("Mul", tf.multiply, (-3.0, 2.0), (-1.0, 4.0))
        self.assertEqual((product.low, product.high), (-12.0, 8.0))
        square, _ = made("Square", tf.square, (-3.0, 2.0))
        self.assertEqual((square.low, square.high), (0.0, 9.0))
        ratio, _ = made("RealDiv", tf.divide, (1.0, 2.0), (0.5, 4.0))
        self.assertEqual((ratio.low, ratio.high), (0.25, 4.0))

    def test_what_is_not_known_says_so(self):
        x = tf.constant([1.0])
        operation = types.SimpleNamespace(
            type="Betainc", inputs=(x,), outputs=(x,)
        )
        found = interval_rules.propagate("Betainc", [Interval(0, 1)], operation)
        self.assertFalse(found.known)
        self.assertEqual((found.low, found.high), (-np.inf, np.inf))

    def test_product_of_a_tensor_with_itself_is_a_square(self):
        x = tf.constant([-1.0, 1.0])
        operation = types.SimpleNamespace(
            type="Mul", inputs=(x, x), outputs=(x * x,)
        )
        parts = [Interval(-1, 1)] * 2
        found = interval_rules.propagate("Mul", parts, operation)
        self.assertEqual((found.low, found.high), (0.0, 1.0))


class EndsTest(parameterized.TestCase):
    def test_ends_round_as_float32_does(self):
        one = Interval(0.0, 1 - 1e-9, high_reach=intervals.READILY)
        self.assertEqual(intervals.rounded(one, "float32").high, 1.0)
        self.assertLess(intervals.rounded(one, "float64").high, 1.0)

    def test_one_minus_a_sigmoid_reaches_zero_readily(self):
        sigmoid = Interval(0, 1, low_reach=intervals.RARELY)
        sigmoid = sigmoid.to(0, 1, high_reach=intervals.READILY)
        one = intervals.of(1.0, fixed=True)
        found = intervals.subtract(one, sigmoid)
        self.assertEqual((found.low, found.high), (0.0, 1.0))
        self.assertEqual(found.low_reach, intervals.READILY)
        self.assertEqual(found.high_reach, intervals.RARELY)

    def test_cutting_off_reaches_the_end(self):
        found = intervals.maximum(Interval(), intervals.of(0.1, fixed=True))
        self.assertAlmostEqual(found.low, 0.1)
        self.assertEqual(found.low_reach, intervals.READILY)
        self.assertEqual(found.high, np.inf)

    def test_of_numbers(self):
        found = intervals.of(np.array([3.0, np.nan, -1.0]))
        self.assertEqual((found.low, found.high), (-1.0, 3.0))
        self.assertNotIn(0, found)
        self.assertIn(2, found)
        self.assertFalse(intervals.of(np.array(["a"])).known)

    def test_reciprocal_over_zero_has_no_bound(self):
        found = intervals.reciprocal(Interval(-1, 1))
        self.assertEqual((found.low, found.high), (-np.inf, np.inf))
        self.assertEqual(intervals.reciprocal(Interval(0, 4)).low, 0.25)


if __name__ == "__main__":
    absltest.main()
