"""Rows that meet each with every other: by accident, or as it is meant."""

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import loss_behaviour
from keras_troubleshoot.facts.recorder import Recorder

ROWS = 7
FLAT = tf.range(ROWS, dtype=tf.float32)
COLUMN = FLAT[:, None]
WIDE = tf.ones((ROWS, 3))


class CrossingTest(parameterized.TestCase):
    def crossings(self, act):
        recorder = Recorder()
        with recorder.listening():
            act()
        return [
            operation.type
            for operation in recorder.operations
            if loss_behaviour.crosses(operation, ROWS, recorder)
        ]

    @parameterized.named_parameters(
        ("difference", lambda: FLAT - COLUMN, ["Sub"]),
        ("product", lambda: COLUMN * FLAT, ["Mul"]),
        ("squares", lambda: tf.math.squared_difference(FLAT, COLUMN), None),
        ("with_features", lambda: WIDE + WIDE[:, None] * 2, ["AddV2"]),
    )
    def test_accident(self, act, expected):
        found = self.crossings(act)
        self.assertEqual(found, expected or ["SquaredDifference"])

    @parameterized.named_parameters(
        ("both_with_an_axis_of_their_own", lambda: COLUMN - FLAT[None]),
        ("a_tensor_with_itself", lambda: FLAT[:, None] - FLAT),
        ("expanded", lambda: tf.expand_dims(WIDE, 1) - WIDE),
        ("comparison", lambda: tf.equal(FLAT, COLUMN)),
        ("rows_apart", lambda: FLAT + FLAT),
        ("a_column_for_each_feature", lambda: WIDE * COLUMN),
        ("matrix_product", lambda: tf.matmul(WIDE, WIDE, transpose_b=True)),
    )
    def test_as_meant(self, act):
        self.assertEqual(self.crossings(act), [])


if __name__ == "__main__":
    absltest.main()
