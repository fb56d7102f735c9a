"""Whether inputs matter to a model: some that do, some that do not."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.baselines.learning import input_independent


def data(rows=800):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 8)).astype("float32")
    return x, (x[:, 0] + x[:, 1] > 0).astype("float32")


def model(blind=False):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8,))
    seen = inputs
    if blind:
        seen = keras.layers.Lambda(keras.ops.zeros_like)(inputs)
    hidden = keras.layers.Dense(16, activation="relu")(seen)
    made = keras.Model(
        inputs, keras.layers.Dense(1, activation="sigmoid")(hidden)
    )
    made.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    return made


class InputIndependentTest(parameterized.TestCase):
    def test_inputs_that_matter(self):
        found = input_independent(model(), *data())
        self.assertTrue(found.learns, found)
        # Without inputs, no more than the share of ones can be learned.
        self.assertAlmostEqual(found.zeroed, np.log(2), delta=0.05)
        self.assertLess(found.loss, 0.5)
        self.assertAlmostEqual(found.gain, found.zeroed - found.loss, places=6)

    def test_inputs_that_do_not_arrive(self):
        found = input_independent(model(blind=True), *data())
        self.assertFalse(found.learns, found)
        self.assertAlmostEqual(found.gain, 0, places=6)
        self.assertIn("does not learn from its inputs", str(found))

    def test_shuffled_targets(self):
        x, y = data()
        y = np.random.default_rng(5).permutation(y)
        self.assertFalse(input_independent(model(), x, y, epochs=1).learns)

    def test_nothing_is_changed(self):
        x, y = data(200)
        user, kept = model(), x.copy()
        weights = user.get_weights()
        state = np.random.get_state()[1].copy()
        one = input_independent(user, x, y, epochs=1)
        two = input_independent(user, x, y, epochs=1)
        self.assertEqual(one, two)
        for before, after in zip(weights, user.get_weights(), strict=True):
            np.testing.assert_array_equal(before, after)
        np.testing.assert_array_equal(x, kept)
        np.testing.assert_array_equal(np.random.get_state()[1], state)
        self.assertEqual(int(user.optimizer.iterations), 0)

    @parameterized.named_parameters(
        ("epochs", {"epochs": 0}, "`epochs` must be"),
        ("seconds", {"seconds": -1}, "`seconds` must be"),
        ("batch", {"batch_size": 0}, "`batch_size` must be"),
        ("seed", {"seed": 1.5}, "`seed` must be"),
    )
    def test_bad_numbers(self, more, sentence):
        with self.assertRaisesRegex(ValueError, sentence):
            input_independent(model(), *data(100), **more)

    def test_no_model(self):
        with self.assertRaises(TypeError):
            input_independent("model", *data(100))

    def test_targets_that_do_not_fit(self):
        x, y = data(100)
        with self.assertRaises(ValueError):
            input_independent(model(), x, np.zeros((100, 3, 2)))


if __name__ == "__main__":
    absltest.main()
