"""What recurrent layers keep of each step, counted by hand."""

import keras
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import liveness
from keras_troubleshoot.facts import step_graph

ROWS, STEPS, UNITS = 64, 20, 16


def used(*parts):
    model = keras.Sequential([keras.Input((STEPS, 4)), *parts])
    spec = tf.TensorSpec((ROWS, STEPS, 4))
    return liveness.usage(step_graph.Tracer(model).trace(spec))


class LoopTest(parameterized.TestCase):
    @parameterized.named_parameters(
        # State and cell, four gates, the new cell's tanh.
        ("lstm", layers.LSTM(UNITS), 7),
        # The state, which is the gradient's output as well.
        ("simple", layers.SimpleRNN(UNITS), 2),
    )
    def test_each_step_is_kept(self, layer, tensors):
        found = used(layer)
        one = 4 * ROWS * STEPS * UNITS
        self.assertBetween(
            found.activations, tensors * one, tensors * one + one
        )
        self.assertEmpty(found.unknown)

    def test_unrolled_keeps_about_as_much(self):
        loop = used(layers.LSTM(UNITS)).activations
        unrolled = used(layers.LSTM(UNITS, unroll=True)).activations
        self.assertBetween(unrolled / loop, 0.7, 1.4)

    def test_stacked_and_both_ways(self):
        one = used(layers.GRU(UNITS)).activations
        both = used(layers.Bidirectional(layers.GRU(UNITS))).activations
        self.assertBetween(both / one, 1.9, 2.3)


if __name__ == "__main__":
    absltest.main()
