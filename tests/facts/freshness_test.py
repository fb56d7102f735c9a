"""Tests of whether a model was trained before."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import freshness

X = np.random.default_rng(0).normal(size=(16, 4, 3)).astype("float32")


def model(*inside, **options):
    made = keras.Sequential([keras.Input((4, 3)), *inside])
    made.compile("sgd", "mse")
    return made


MODELS = (
    ("lstm", lambda: model(layers.LSTM(2), layers.Dense(1))),
    (
        "wrapped",
        lambda: model(
            layers.Bidirectional(layers.GRU(2, return_sequences=True))
        ),
    ),
    ("dense", lambda: model(layers.Dense(2))),
    ("norm", lambda: model(layers.BatchNormalization())),
    ("conv", lambda: model(layers.Conv1D(2, 2), layers.LayerNormalization())),
)


class UntrainedTest(parameterized.TestCase):
    @parameterized.named_parameters(*MODELS)
    def test_one_epoch_makes_the_difference(self, make):
        made = make()
        self.assertIs(freshness.untrained(made), True)
        made.fit(X, np.ones((16, *made.output_shape[1:])), verbose=0)
        self.assertIs(freshness.untrained(made), False)

    def test_nothing_to_tell_it_by(self):
        made = model(
            layers.Dense(2, use_bias=False),
            layers.Dense(2, bias_initializer="ones"),
        )
        self.assertIsNone(freshness.untrained(made))


if __name__ == "__main__":
    absltest.main()
