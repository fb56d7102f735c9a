"""Tests of how numbers and lists are written."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.rules import words


class WordsTest(parameterized.TestCase):
    @parameterized.parameters(
        (0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (-7, "-7"),
        (99_999, "99999"),
        (1_234_567, "1.23e+06"),
        (0.5, "0.5"),
        (0.012345, "0.0123"),
        (1e-12, "1e-12"),
        (np.float32(2.5), "2.5"),
        (np.int64(12), "12"),
        (True, "1"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    )
    def test_number(self, value, expected):
        self.assertEqual(words.number(value), expected)

    @parameterized.parameters(
        (0.0, "0%"),
        (0.25, "25%"),
        (0.00123, "0.12%"),
        (0.989, "99%"),
        (0.997, "99.7%"),
        (1.0, "100%"),
        (4.2, "420%"),
        (123.0, "12300%"),
    )
    def test_percent(self, share, expected):
        self.assertEqual(words.percent(share), expected)

    def test_a_share_below_one_is_never_all_of_it(self):
        for share in (0.99, 0.995, 0.999, 0.9994):
            self.assertNotEqual(words.percent(share), "100%")

    @parameterized.parameters(
        (0, "row", "0 rows"),
        (1, "row", "1 row"),
        (2, "class", "2 classes"),
        (2, "batch", "2 batches"),
        (1, "class", "1 class"),
    )
    def test_counted(self, count, noun, expected):
        self.assertEqual(words.counted(count, noun), expected)

    @parameterized.parameters((1, "is"), (0, "are"), (2, "are"))
    def test_agreeing(self, count, expected):
        self.assertEqual(words.agreeing(count, "is", "are"), expected)

    def test_listed(self):
        self.assertEqual(words.listed(iter([1, "a"])), "1, a")
        self.assertEqual(words.listed([]), "")


if __name__ == "__main__":
    absltest.main()
