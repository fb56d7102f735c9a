import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import predictions
from keras_troubleshoot.improvement.errors import features
from keras_troubleshoot.improvement.errors.sides import Side
from tests.improvement.errors.recorded import Recorded


class Subclassed(keras.Model):
    """Its layers are called in `call` alone."""

    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(5, activation="relu")
        self.drop = keras.layers.Dropout(0.5)
        self.head = keras.layers.Dense(2)
        self.ending = keras.layers.Softmax()

    def call(self, x, training=False):
        hidden = self.drop(self.hidden(x), training=training)
        return self.ending(self.head(hidden))


def side(x, y, classes=2):
    made = predictions.of(y, np.eye(classes)[y], task="multiclass")
    return Side("validation", x, made)


class FeaturesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.rng = np.random.default_rng(0)

    def test_functional_model(self):
        x = self.rng.normal(size=(300, 6, 6, 2)).astype("float32")
        inputs = keras.Input((6, 6, 2))
        hidden = keras.layers.Conv2D(4, 3, activation="relu")(inputs)
        flat = keras.layers.Flatten()(hidden)
        outputs = keras.layers.Dense(2, activation="softmax", name="head")(flat)
        model = keras.Model(inputs, outputs)
        found = features.find(model, side(x, np.zeros(300, int)), 0)
        expected = keras.Model(inputs, flat).predict(x, verbose=0)
        self.assertEqual(found.layer, "head")
        np.testing.assert_array_equal(found.rows, np.arange(300))
        np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-6)

    @parameterized.named_parameters(("graph", False), ("eager", True))
    def test_subclassed_model(self, eager):
        x = self.rng.normal(size=(70, 3)).astype("float32")
        model = Subclassed()
        model.compile(loss="mse", run_eagerly=eager)
        model(x[:2])
        found = features.find(model, side(x, np.zeros(70, int)), 0)
        np.testing.assert_allclose(
            found.values, np.asarray(model.hidden(x)), rtol=1e-5, atol=1e-6
        )

    def test_space_and_time_are_averaged(self):
        x = self.rng.normal(size=(40, 9, 3)).astype("float32")
        model = keras.Sequential(
            [
                keras.Input((9, 3)),
                keras.layers.Conv1D(5, 3),
                keras.layers.Dense(2, activation="softmax"),
            ]
        )
        found = features.find(model, side(x, np.zeros((40, 7), int)), 0)
        expected = np.asarray(model.layers[0](x)).mean(axis=1)
        np.testing.assert_allclose(found.values, expected, rtol=1e-4, atol=1e-6)

    @parameterized.named_parameters(
        ("each_step", keras.layers.TimeDistributed, 6),
        ("two_steps", keras.layers.TimeDistributed, 2),
        ("none", None, 6),
        ("none_of_one_step", None, 1),
    )
    def test_what_runs_in_a_loop_is_no_last_layer(self, wrapper, steps):
        x = self.rng.normal(size=(40, steps, 3)).astype("float32")
        model = keras.Sequential(
            [
                keras.Input((steps, 3)),
                keras.layers.Dense(7),
                keras.layers.LSTM(5, return_sequences=wrapper is not None),
            ]
        )
        expected, y = model.layers[0](x), np.zeros(40, int)
        if wrapper is not None:
            expected, y = model(x), np.zeros((40, steps), int)
            ending = keras.layers.Dense(2, activation="softmax")
            model.add(wrapper(ending))
        found = features.find(model, side(x, y), 0)
        np.testing.assert_allclose(
            found.values,
            np.asarray(expected).mean(axis=1),
            rtol=1e-4,
            atol=1e-5,
        )

    def test_rows_are_drawn_where_there_are_too_many(self):
        x = self.rng.normal(size=(500, 3)).astype("float32")
        model = Subclassed()
        model(x[:2])
        with absltest.mock.patch.object(features, "MOST_NUMBERS", 1500):
            found = features.find(model, side(x, np.zeros(500, int)), 0)
        self.assertBetween(len(found.rows), 256, 350)
        self.assertTrue((np.diff(found.rows) > 0).all())
        np.testing.assert_allclose(
            found.values,
            np.asarray(model.hidden(x[found.rows])),
            rtol=1e-5,
            atol=1e-6,
        )

    def test_inputs_of_an_estimator(self):
        x = self.rng.normal(size=(20, 2, 3))
        found = features.find(Recorded(2), side(x, np.zeros(20, int)), 0)
        np.testing.assert_allclose(found.values, x.reshape(20, 6), rtol=1e-6)
        self.assertEqual(found.layer, "")

    @parameterized.named_parameters(
        ("words", np.array(["a", "b"])), ("nan", np.array([[1.0], [np.nan]]))
    )
    def test_no_numbers_to_be_had(self, x):
        found = features.find(Recorded(2), side(x, np.zeros(2, int)), 0)
        self.assertIsNone(found)


if __name__ == "__main__":
    absltest.main()
