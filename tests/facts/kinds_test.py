"""Tests of what an input is told to be."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import kinds
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(3, 21, (300, 1))
WORDS = RNG.zipf(1.3, (300, 20)) % 5000 + 1
BEHIND = np.where(np.arange(20) < LENGTHS, WORDS, 0)
CODES = np.stack(
    [RNG.integers(low, low + 40, 300) for low in (0, 900, 40, 7)], axis=1
)


class KindTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("image", RNG.random((9, 8, 8, 3)), Input.IMAGE),
        ("sequence", RNG.random((9, 20, 3)), Input.SEQUENCE),
        ("table", RNG.random((9, 20)), Input.TABULAR),
        ("column", RNG.random(9), Input.TABULAR),
        ("words, filled up behind", BEHIND, Input.TOKENS),
        ("words, filled up before", BEHIND[:, ::-1], Input.TOKENS),
        ("words, none filled up", WORDS, Input.TOKENS),
        ("codes of several columns", CODES, Input.TABULAR),
        ("words as floats", WORDS.astype("float32"), Input.TABULAR),
        (
            "one-hot",
            np.eye(20, dtype="int64")[BEHIND[:, 0] % 20],
            Input.TABULAR,
        ),
        ("negative", WORDS - 9, Input.TABULAR),
        ("bytes", (WORDS % 256).astype("uint8"), Input.TABULAR),
        (
            "grey values in rows",
            RNG.integers(0, 17, (300, 64)) * (np.arange(64) > 30),
            Input.TABULAR,
        ),
        ("video", RNG.random((5, 4, 8, 8, 3)), None),
    )
    def test_kind(self, values, expected):
        self.assertEqual(kinds.kind(Array("x", values)), expected)

    @parameterized.named_parameters(
        ("behind", BEHIND, "right"),
        ("before", BEHIND[:, ::-1], "left"),
        ("none", WORDS, ""),
        ("zeros anywhere", WORDS * (RNG.random(WORDS.shape) > 0.3), ""),
        ("a column of zeros", np.c_[WORDS, np.zeros(300, int)], ""),
    )
    def test_padding(self, values, expected):
        self.assertEqual(kinds.padding(values), expected)

    @parameterized.named_parameters(
        ("bytes", RNG.integers(0, 256, (9, 28, 20)).astype("uint8"), True),
        ("square, unit", RNG.random((9, 28, 28)), True),
        ("square, whole", RNG.integers(0, 17, (9, 8, 8)) * 1.0, True),
        ("square, other numbers", RNG.normal(size=(9, 28, 28)), False),
        ("not square", RNG.random((9, 28, 20)), False),
        ("small", RNG.random((9, 4, 4)), False),
    )
    def test_lacks_channels(self, values, expected):
        self.assertEqual(kinds.lacks_channels(Array("x", values)), expected)

    def test_channels_first(self):
        first, last = RNG.random((2, 3, 32, 32)), RNG.random((2, 32, 32, 3))
        self.assertTrue(kinds.channels_first(Array("x", first)))
        self.assertFalse(kinds.channels_first(Array("x", last)))


if __name__ == "__main__":
    absltest.main()
