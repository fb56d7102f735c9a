import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import modes
from keras_troubleshoot.facts import own_step
from tests.facts import running

TABLE = 2 + 3 * running.numbers(120, 6)
TARGET = running.numbers(120, 1, seed=1)


class Parts(keras.Model):
    def __init__(self):
        super().__init__()
        self.a = layers.Dense(8, name="a")
        self.norm = layers.BatchNormalization(name="norm", momentum=0.9)
        self.drop = layers.Dropout(0.4, name="drop")
        self.b = layers.Dense(1, name="b")


class Right(Parts):
    def call(self, x, training=None):
        return self.b(self.drop(self.norm(self.a(x))))


class Deaf(Parts):
    def call(self, x):
        return self.b(self.drop(self.norm(self.a(x))))


class Fixed(Parts):
    """Tells its normalization always the same."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def call(self, x, training=None):
        x = self.drop(self.a(x), training=training)
        return self.b(self.norm(x, training=self.value))


class Stepping(Right):
    """Has a `train_step` that may forget the flag."""

    flag = True

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=self.flag) - y) ** 2)
        found = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(found, self.trainable_variables)
        return {"loss": loss}


class Dropping(layers.Layer):
    def call(self, x):
        return tf.nn.dropout(x, 0.4)


class Heeding(layers.Layer):
    def call(self, x, training=False):
        return tf.nn.dropout(x, 0.4) if training else x


def look(model):
    model.compile("sgd", "mse")
    if not model.built:
        keras_internals.build(model, TABLE)
    runner = running.runner(model, TABLE, TARGET)
    return modes.modes(
        runner,
        runner.record(),
        forward.step(runner).forward,
        own_step.own_step(runner),
    )


def by_name(seen):
    return {mode.layer: (mode.training, mode.inference) for mode in seen.layers}


class ModesTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("right", Right, (True, False), (True, False)),
        ("deaf", Deaf, (False, False), (False, False)),
        ("always", lambda: Fixed(True), (True, False), (True, True)),
        ("never", lambda: Fixed(False), (True, False), (False, False)),
    )
    def test_subclass(self, make, drop, norm):
        seen = look(make())
        self.assertEqual(by_name(seen), {"drop": drop, "norm": norm})

    def test_takes_training(self):
        self.assertTrue(look(Right()).takes_training)
        self.assertFalse(look(Deaf()).takes_training)

    def test_told_off(self):
        seen = {mode.layer: mode for mode in look(Fixed(False)).layers}
        self.assertEqual(seen["norm"].told_off, "norm")
        self.assertTrue(seen["norm"].head_on)
        self.assertEqual(seen["drop"].told_off, "")

    @parameterized.parameters(True, False)
    def test_own_step(self, flag):
        model = Stepping()
        model.flag = flag
        seen = look(model)
        self.assertTrue(seen.own_step)
        self.assertTrue(seen.calls_model)
        self.assertEqual(
            by_name(seen), {"drop": (flag, False), "norm": (flag, False)}
        )

    def test_frozen_normalization_has_no_modes(self):
        model = Right()
        model.norm.trainable = False
        self.assertEqual(list(by_name(look(model))), ["drop"])

    def test_pretrained(self):
        model = Right()
        self.assertFalse(look(model).layers[0].pretrained)
        model.fit(TABLE, TARGET, epochs=1, verbose=0)
        self.assertTrue(all(m.pretrained for m in look(model).layers))

    def test_drift(self):
        """From 0 and 1, in deviations of the batch."""
        model = keras.Sequential([layers.BatchNormalization(name="n")])
        [mode] = look(model).layers
        rows = TABLE[:31].astype("float64")
        shift = np.median(np.abs(rows.mean(0)) / rows.std(0))
        self.assertAlmostEqual(mode.shift, shift, places=4)
        self.assertAlmostEqual(mode.spread, np.median(rows.var(0)), places=3)
        self.assertAlmostEqual(mode.momentum, 0.99)

    @parameterized.named_parameters(
        ("deaf", Dropping, True),
        ("heeding", Heeding, False),
        ("of_keras", lambda: layers.Dropout(0.4), False),
    )
    def test_noisy(self, make, expected):
        model = keras.Sequential([layers.Dense(8), make(), layers.Dense(1)])
        self.assertEqual(bool(look(model).noisy), expected)

    def test_random_numbers_that_drop_nothing(self):
        class Sampling(layers.Layer):
            def call(self, x):
                return x + tf.random.normal(tf.shape(x)) + ops.tanh(x)

        model = keras.Sequential([Sampling(), layers.Dense(1)])
        self.assertEmpty(look(model).noisy)

    def test_looking_changes_nothing(self):
        model = Right()
        look(model)
        before = [np.array(w) for w in model.weights]
        look(model)
        for one, other in zip(before, model.weights, strict=True):
            np.testing.assert_array_equal(one, np.asarray(other))


if __name__ == "__main__":
    absltest.main()
