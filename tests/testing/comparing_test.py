"""Tests of how outputs are compared."""

from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.testing import comparing

ONE = {"a": np.array([[1.0, 2.0], [3.0, -4.0]]), "b": np.zeros((2, 1))}


def other(name, place, value):
    changed = {key: values.copy() for key, values in ONE.items()}
    changed[name][place] = value
    return changed


def compare(after, *tolerance):
    return comparing.compare(ONE, after, comparing.Tolerance(*tolerance))


class ComparingTest(parameterized.TestCase):
    def test_what_is_the_same_has_no_change(self):
        self.assertIsNone(compare(ONE))
        lost = other("a", (0, 1), np.nan)
        self.assertIsNone(comparing.compare(lost, lost, comparing.Tolerance()))
        endless = other("a", (0, 1), np.inf)
        same = comparing.compare(endless, endless, comparing.Tolerance())
        self.assertIsNone(same)

    def test_the_largest_change_is_told(self):
        change = compare(other("a", (1, 0), 5.0))
        self.assertEqual(
            (change.output, change.place, change.size, change.scale),
            ("a", (1, 0), 2.0, 5.0),
        )
        self.assertEqual(str(change), "by 2 (40% of the largest value)")

    @parameterized.parameters(
        ((0.0, 0.0), True),
        ((0.24, 0.0), True),
        ((0.26, 0.0), False),
        ((0.0, 0.99), True),
        ((0.0, 1.01), False),
        ((0.2, 0.21), False),
    )
    def test_tolerances_are_relative_to_the_largest_value(self, given, found):
        after = other("a", (0, 0), 2.0)
        self.assertEqual(compare(after, *given) is not None, found)

    def test_what_is_not_finite_any_more_is_a_change(self):
        change = compare(other("a", (0, 0), np.nan), 0.5, 0.5)
        self.assertEqual(str(change), "from finite to not finite, or back")

    def test_other_shapes_are_a_change(self):
        change = compare(ONE | {"b": np.zeros((2, 3))})
        self.assertEqual(str(change), "in shape, from (2, 1) to (2, 3)")

    def test_single_numbers(self):
        one, two = {"": np.array(1.0)}, {"": np.array(2.0)}
        change = comparing.compare(one, two, comparing.Tolerance())
        self.assertEqual(change.size, 1.0)

    @parameterized.parameters(
        ("float32", 1e-4),
        ("mixed_float16", 10 / 1024),
        ("mixed_bfloat16", 10 / 128),
    )
    def test_the_tolerance_fits_the_least_precise_layer(self, dtype, expected):
        model = keras.Sequential(
            [
                keras.Input((2,)),
                layers.Dense(2, dtype=dtype),
                layers.Dense(1, dtype="float32"),
            ]
        )
        found = comparing.tolerance(model, None, 0.5)
        self.assertEqual(found, comparing.Tolerance(expected, 0.5))
        given = comparing.tolerance(model, 0.25, 0.0)
        self.assertEqual(given, comparing.Tolerance(0.25, 0.0))

    def test_a_gpu_may_multiply_less_precisely(self):
        with mock.patch.object(
            tf.config, "list_physical_devices", return_value=["GPU:0"]
        ):
            self.assertEqual(comparing.single_precision(), 2**-10)
        self.assertEqual(comparing.single_precision(), 2**-23)


if __name__ == "__main__":
    absltest.main()
