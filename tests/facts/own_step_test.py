import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import own_step
from tests.facts import running

TABLE, TARGET = running.numbers(60, 6), running.numbers(60, 1, seed=1)


class Stepping(keras.Model):
    """Reports what a test asks for."""

    def __init__(self, report):
        super().__init__()
        self.a = layers.Dense(1)
        self.report = report

    def call(self, x):
        return self.a(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x) - y) ** 2)
        found = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(found, self.trainable_variables)
        return self.report(self, loss)


def tracked(model, loss):
    model._loss_tracker.update_state(loss)
    return {m.name: m.result() for m in model.metrics}


def look(report):
    model = Stepping(report)
    keras_internals.build(model, TABLE)
    model.compile("sgd", "mse")
    return model, own_step.own_step(running.runner(model, TABLE, TARGET))


class OwnStepTest(parameterized.TestCase):
    def loss(self, model):
        rows = slice(31)
        return float(np.mean((model(TABLE[rows]) - TARGET[rows]) ** 2))

    @parameterized.named_parameters(
        ("tensor", lambda model, loss: {"loss": loss}),
        ("tracker", tracked),
    )
    def test_logs(self, report):
        model, seen = look(report)
        self.assertAlmostEqual(seen.logs["loss"], self.loss(model), places=4)
        self.assertTrue(seen.calls_model)

    def test_tracker_that_is_never_updated(self):
        _, seen = look(lambda m, _: {x.name: x.result() for x in m.metrics})
        self.assertEqual(seen.logs["loss"], 0)

    @parameterized.named_parameters(
        ("nothing", lambda model, loss: {}, {}),
        ("no_dictionary", lambda model, loss: loss, None),
    )
    def test_others(self, report, expected):
        self.assertEqual(look(report)[1].logs, expected)

    def test_no_step_of_its_own(self):
        model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        runner = running.runner(model, TABLE, TARGET)
        self.assertIsNone(own_step.own_step(runner))


if __name__ == "__main__":
    absltest.main()
