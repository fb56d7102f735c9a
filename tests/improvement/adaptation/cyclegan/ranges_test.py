"""Pixels of any range come back as they went in."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.cyclegan import ranges


class RangesTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("bytes", np.array([0, 1], "uint8"), None, (0, 255)),
        ("whole", np.array([0, 200]), None, (0, 255)),
        ("bytes_as_floats", np.array([0.0, 200.0]), None, (0, 255)),
        ("unit", np.array([0.0, 1.0]), None, (0, 1)),
        ("own", np.array([-0.1, 0.2]), None, (-1, 1)),
        ("bright_own", np.array([0.1, 0.2]), (-1.0, 1.0), (-1, 1)),
        ("dark_bytes", np.array([0.0, 0.5]), (0.0, 255.0), (0, 255)),
        ("bytes_again", np.array([0, 1], "uint8"), (-1.0, 1.0), (0, 255)),
    )
    def test_the_range_is_told(self, images, fitted, expected):
        self.assertEqual(ranges.told(images, fitted), expected)

    @parameterized.named_parameters(
        ("above", [0.0, 256.0]), ("below", [-2.0, 0.5]), ("wide", [-1.0, 3.0])
    )
    def test_other_values_are_refused(self, values):
        with self.assertRaisesRegex(ValueError, "`images` must hold pixels"):
            ranges.told(np.array(values))

    def test_whole_numbers_below_zero_are_refused(self):
        with self.assertRaisesRegex(ValueError, "values from -3 to 2"):
            ranges.told(np.array([-3, 2]))

    @parameterized.named_parameters(
        ("bytes", (0, 255), "uint8"),
        ("unit", (0, 1), "float32"),
        ("own", (-1, 1), "float32"),
        ("any", (3, 7), "float32"),
    )
    def test_there_and_back(self, ends, dtype):
        given = np.linspace(*ends, 9).astype(dtype)
        own = ranges.scaled(given.astype("float32"), ends)
        self.assertAlmostEqual(float(own.min()), -1)
        self.assertAlmostEqual(float(own.max()), 1)
        again = ranges.typed(ranges.unscaled(own, ends), given.dtype)
        np.testing.assert_allclose(again, given, atol=1e-6)
        self.assertEqual(again.dtype, given.dtype)

    @parameterized.named_parameters(
        ("turned", (1, 0)), ("one", (1,)), ("word", "bytes"), ("number", 255)
    )
    def test_what_is_no_range_is_refused(self, value):
        with self.assertRaisesRegex(ValueError, "`pixel_range` must be"):
            ranges.required(value)

    def test_whole_numbers_are_not_remembered_for_floats(self):
        noted = ranges.noted(np.array([0, 9], "uint8"), "source")
        self.assertEqual(noted, (0, 255, 0))
        self.assertIsNone(ranges.remembered(noted))
        noted = ranges.noted(np.array([-0.5, 0.5]), "source")
        self.assertEqual(ranges.remembered(noted), (-1, 1))


if __name__ == "__main__":
    absltest.main()
