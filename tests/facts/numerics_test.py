"""The facts of numerics, from a model and its data."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import bad_values
from keras_troubleshoot.facts import measuring
from keras_troubleshoot.facts import non_finite
from keras_troubleshoot.facts import tensorflow_internals
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.sample import Sample
from keras_troubleshoot.facts.whole_step import whole_step
from tests.facts import running

X = running.numbers(64, 4)
Y = X[:, :1]


def facts(model, x=X, y=Y):
    return measuring.measure(model, Sample(x, y, rows=len(x)))


def network(function, **options):
    """A function of the user's between two Dense layers."""
    bend = layers.Lambda(function, name="bend")
    model = running.functional(
        (4,),
        lambda x: layers.Dense(1)(bend(layers.Dense(8, "relu")(x))),
        dtype=options.pop("dtype", None),
    )
    model.compile("sgd", "mse", **options)
    return model


class NonFiniteTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("value", ops.log, "loss", "Log", False),
        ("gradient", ops.sqrt, "gradients", "Sqrt", True),
    )
    def test_where_it_begins(self, function, what, operation, backward):
        found = facts(network(function)).non_finite
        self.assertEqual(
            (found.what, found.operation, found.backward, found.where),
            (what, operation, backward, "layer 'bend'"),
        )
        self.assertEqual(found.low, 0)

    def test_harmless_infinity_is_passed_over(self):
        def masked(x):
            scores = ops.where(x > 0, x, -np.inf)
            return ops.softmax(ops.concatenate([scores, x], axis=-1))

        self.assertIsNone(facts(network(masked)).non_finite)

    def test_weight_that_is_nan(self):
        model = network(ops.relu)
        kernel = model.trainable_weights[0]
        kernel.assign(kernel * np.nan)
        known = facts(model)
        self.assertEqual(known.non_finite.weight, kernel.path)
        self.assertEqual(known.weights_finite.bad, (kernel.path,))
        self.assertEqual(known.weights_finite.count, 4)

    def test_rows_that_are_not_finite_are_left_out(self):
        x = X.copy()
        x[3, 1] = np.inf
        self.assertIsNone(facts(network(ops.relu), x).non_finite)

    def test_too_few_finite_rows(self):
        x = np.full_like(X, np.nan)
        with self.assertRaises(Unavailable):
            facts(network(ops.relu), x).whole_step  # noqa: B018

    def test_of_several_bad_inputs_the_first_is_followed(self):
        def twice(x):
            return ops.log(x) * ops.sqrt(x - 100.0)

        model = network(twice)
        runner = running.runner(model, X, Y)
        bad = bad_values.first_bad(whole_step(runner), model)
        self.assertEqual(bad.operation.type, "Log")

    def test_weights_after_a_good_look(self):
        self.assertEmpty(non_finite.weights(network(ops.relu)).bad)


class Scaled(keras.Model):
    """A step of its own under mixed precision."""

    def __init__(self, scaled):
        super().__init__(dtype="mixed_float16")
        self.out = layers.Dense(1, dtype="mixed_float16")
        self.scaled = scaled

    def call(self, x):
        return ops.cast(self.out(x), "float32")

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.square(y - self(x, training=True)))
            given = self.optimizer.scale_loss(loss) if self.scaled else loss
        found = tape.gradient(given, self.trainable_variables)
        self.optimizer.apply(found, self.trainable_variables)
        return {"loss": loss}


class LossScalingTest(parameterized.TestCase):
    @parameterized.parameters(True, False)
    def test_own_step(self, scaled):
        model = Scaled(scaled)
        model.compile("sgd")
        model(X[:2])
        found = facts(model).loss_scaling
        self.assertTrue(found.optimizer)
        self.assertTrue(found.own_step)
        self.assertEqual(found.called, scaled)
        self.assertEqual((found.half, found.scale), (1, 2**15))

    def test_keras_scales_by_itself(self):
        keras.config.set_dtype_policy("mixed_float16")
        try:
            model = network(ops.relu)
        finally:
            keras.config.set_dtype_policy("float32")
        found = facts(model).loss_scaling
        self.assertTrue(found.called)
        self.assertFalse(found.own_step)

    def test_float32(self):
        self.assertIsNone(facts(network(ops.relu)).loss_scaling)


class InternalsTest(absltest.TestCase):
    def test_whether_numerics_are_checked(self):
        self.assertFalse(tensorflow_internals.checks_numerics())
        tf.debugging.enable_check_numerics()
        self.assertTrue(tensorflow_internals.checks_numerics())
        tf.debugging.disable_check_numerics()
        self.assertFalse(tensorflow_internals.checks_numerics())


if __name__ == "__main__":
    absltest.main()
