"""Tests that a batch which is not learned fails a test, and says why."""

import keras
from absl.testing import absltest
from keras import layers

from keras_troubleshoot import testing
from tests.debugging import kinds

X, Y = kinds.X, kinds.Y


def model(rate, activation="sigmoid"):
    keras.utils.set_random_seed(0)
    made = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(32, "relu"),
            layers.Dense(1, activation),
        ]
    )
    return kinds.compiled(made, optimizer=keras.optimizers.Adam(rate))


class OverfittingTest(absltest.TestCase):
    def test_healthy_models_pass(self):
        made = testing.assert_overfits_batch(
            model(0.03), X, Y, batch_size=16, steps=300
        )
        self.assertIsNone(made)

    def test_verdict_and_causes_are_told(self):
        with self.assertRaises(AssertionError) as caught:
            testing.assert_overfits_batch(model(1e-6), X, Y, steps=200)
        for part in (
            "must learn one batch of 32 rows by heart",
            "after 200 steps the verdict is '",
            "a guess has",
            "Tried on a copy: ",
            "ten times the rate: ",
            "(helps)",
            "To mend it, look into what helped on a copy: learning rate",
        ):
            self.assertIn(part, str(caught.exception))

    def test_what_is_wrong_with_arguments_is_said(self):
        with self.assertRaisesRegex(ValueError, "`steps` must be"):
            testing.assert_overfits_batch(model(0.1), X, Y, steps=0)
        with self.assertRaisesRegex(ValueError, "must be compiled"):
            testing.assert_overfits_batch(kinds.Subclass(), X, Y)


if __name__ == "__main__":
    absltest.main()
