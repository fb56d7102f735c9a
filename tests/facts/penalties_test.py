import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from keras import layers

from keras_troubleshoot.facts import penalties
from tests.facts import running

TABLE, TARGET = running.numbers(60, 6), running.numbers(60, 1, seed=1)


def made(**options):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, "tanh", name="a", **options),
            layers.Dense(1, name="b"),
        ]
    )
    model.compile("sgd", "mse")
    return model


def measured(model):
    return penalties.penalties(running.runner(model, TABLE, TARGET))


class PenaltiesTest(absltest.TestCase):
    def test_values_and_gradients(self):
        model = made(kernel_regularizer=keras.regularizers.L2(0.1))
        seen = measured(model)
        [one] = seen.weights
        kernel = np.array(model.layers[0].kernel, "float64")
        self.assertAlmostEqual(one.value, 0.1 * (kernel**2).sum(), places=5)
        self.assertAlmostEqual(one.pull, np.linalg.norm(0.2 * kernel), places=5)
        self.assertAlmostEqual(one.scale, np.sqrt((kernel**2).mean()), places=6)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(TABLE) - TARGET) ** 2)
        gradient = tape.gradient(loss, model.layers[0].kernel.value)
        self.assertAlmostEqual(seen.data, float(loss), places=5)
        self.assertAlmostEqual(one.push, float(tf.norm(gradient)), delta=1e-4)

    def test_activity(self):
        model = made(activity_regularizer=keras.regularizers.L1(0.5))
        seen = measured(model)
        self.assertEmpty(seen.weights)
        returned = np.abs(np.asarray(model.layers[0](TABLE))).sum()
        self.assertAlmostEqual(
            seen.activity, 0.5 * returned / len(TABLE), delta=1e-3
        )

    def test_losses_of_the_model_itself_are_data(self):
        class Own(keras.Model):
            def __init__(self):
                super().__init__()
                self.a = layers.Dense(1, kernel_regularizer="l2")

            def call(self, x):
                self.add_loss(7.0 + 0 * tf.reduce_mean(x))
                return self.a(x)

        model = Own()
        model.build((None, 6))
        model.compile("sgd", "mse")
        self.assertEqual(measured(model).activity, 0)

    def test_nothing_is_regularized(self):
        self.assertEqual(measured(made()), penalties.Penalties((), 0.0))

    def test_without_a_loss_nothing_pushes(self):
        model = keras.Sequential(
            [keras.Input((6,)), layers.Dense(1, kernel_regularizer="l2")]
        )
        runner = running.runner(model, TABLE)
        seen = penalties.penalties(runner)
        self.assertEqual((seen.data, seen.push), (0, 0))
        self.assertGreater(seen.pull, 0)


if __name__ == "__main__":
    absltest.main()
