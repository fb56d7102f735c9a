"""Tests of many steps in one call, and of range tests made of them."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.remedies import device_loop
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import program as programs
from keras_troubleshoot.remedies import rate_range
from tests.debugging import kinds
from tests.remedies import course

NAMES = tuple((name,) for name in kinds.KINDS)


def program_of(model, x, y):
    return programs.copy_of(model, feeding.feeding(x, y), x=x)


def loop_of(model, x, y, batch=16):
    program = program_of(model, x, y)
    made = program.compile(jit_compile=False, run_eagerly=False)
    return device_loop.Loop(made, x, y, batch=batch)


def built(name):
    make, x, y = kinds.KINDS[name]
    keras.utils.set_random_seed(2)
    model = make()
    if not model.built:
        model(x[:16])
    return model, x, y


class Silent(kinds.Subclass):
    """Tells no loss."""

    def train_step(self, data):
        return {"accuracy": tf.constant(1.0)}


class Numeric(kinds.Subclass):
    """Calls NumPy in its step, which cannot be traced."""

    def train_step(self, data):
        x, y = data
        np.asarray(x.numpy())
        return super().train_step((x, y))


class Reporting(kinds.Subclass):
    """Computes a loss of its own, past `compute_loss`."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
        weights = self.trainable_weights
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}


class LoopTest(parameterized.TestCase):
    def test_is_gradient_descent(self):
        model = course.linear()
        order = rate_range.batches(100, 16, 40, seed=1)
        loop = loop_of(model, course.X, course.Y)
        losses, kernel, bias = course.descended(model, order)
        np.testing.assert_allclose(
            loop.run(order), losses, rtol=1e-3, atol=1e-5
        )
        self.assertFalse(loop.eager)
        found = loop.model.get_weights()
        np.testing.assert_allclose(found[0], kernel, rtol=1e-3)
        np.testing.assert_allclose(found[1], bias, rtol=1e-3, atol=1e-5)

    def test_rates(self):
        model = course.linear(rate=123.0)
        order = rate_range.batches(100, 16, 10, seed=1)
        loop = loop_of(model, course.X, course.Y)
        found = loop.run(order, np.full(10, 0.1))
        losses, _, _ = course.descended(model, order)
        np.testing.assert_allclose(found, losses, rtol=1e-3, atol=1e-5)

    @parameterized.parameters(*NAMES)
    def test_of_any_kind(self, name):
        model, x, y = built(name)
        loop = loop_of(model, x, y)
        order = rate_range.batches(len(x), 16, 12, seed=0)
        start = loop.state()
        once = loop.run(order)
        self.assertLen(once, 12)
        self.assertTrue(np.isfinite(once).all())
        self.assertFalse(loop.eager)
        loop.put_back(start)
        for one, other in zip(start, loop.state(), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_the_first_try_changes_nothing(self):
        model, x, y = built("random_layers")
        loop = loop_of(model, x, y)
        for one, other in zip(
            model.get_weights(), loop.model.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(one, other)
        self.assertEqual(int(loop.model.optimizer.iterations), 0)

    def test_ends_at_a_loss_that_is_not_finite(self):
        loop = loop_of(course.linear(1e8), course.X, course.Y)
        losses = loop.run(rate_range.batches(100, 16, 100, seed=0))
        self.assertLess(len(losses), 100)
        self.assertFalse(np.isfinite(losses[-1]))
        self.assertTrue(np.isfinite(losses[:-1]).all())

    def test_what_cannot_be_traced_runs_step_by_step(self):
        model = kinds.compiled(Numeric())
        model(kinds.X)
        loop = loop_of(model, kinds.X, kinds.Y)
        self.assertLen(loop.run(rate_range.batches(96, 16, 3, seed=0)), 3)
        self.assertTrue(loop.eager)

    def test_loss_of_its_own(self):
        model = kinds.compiled(Reporting(), metrics=None)
        model(kinds.X)
        loop = loop_of(model, kinds.X, kinds.Y)
        (found,) = loop.run(np.arange(16)[None])
        self.assertBetween(found, 0, 1)

    def test_no_loss(self):
        model = kinds.compiled(Silent())
        model(kinds.X)
        with self.assertRaises(device_loop.CannotTrain) as caught:
            loop_of(model, kinds.X, kinds.Y)
        self.assertIn("'loss'", str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))

    def test_step_that_fails(self):
        model, x, _ = built("sequential")
        with self.assertRaises(device_loop.CannotTrain) as caught:
            loop_of(model, x, np.zeros((96, 5)))
        self.assertNotIn("\n", str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))


class RangeTest(parameterized.TestCase):
    def test_loss_after_each_rate_by_numpy(self):
        model = course.linear()
        program = program_of(model, course.X, course.Y)
        test = rate_range.Range(program, course.X, course.Y, batch=16)
        order = rate_range.batches(100, 16, 31, seed=0)
        rates = np.geomspace(1e-4, 0.1, 30)
        found = test.sweep(order, rates)
        kernel, bias = (w.astype("float64") for w in model.get_weights())
        losses = []
        for step, rows in enumerate(order):
            error = course.X[rows] @ kernel + bias - course.Y[rows]
            losses.append(np.mean(error**2))
            rate = rates[min(step, 29)]
            kernel = kernel - rate * 2 * course.X[rows].T @ error / 16
            bias = bias - rate * 2 * error.mean(axis=0)
        np.testing.assert_allclose(found.losses, losses[1:], rtol=1e-3)
        np.testing.assert_array_equal(found.rates, rates)

    def test_passes_start_alike(self):
        model, x, y = built("random_layers")
        test = rate_range.Range(program_of(model, x, y), x, y, batch=16)
        order = rate_range.batches(96, 16, 21, seed=0)
        rates = np.geomspace(1e-6, 1, 20)
        one, other = (test.sweep(order, rates) for _ in range(2))
        np.testing.assert_array_equal(one.losses, other.losses)

    def test_stops_where_it_diverges(self):
        program = program_of(course.linear(), course.X, course.Y)
        test = rate_range.Range(program, course.X, course.Y, batch=16)
        order = rate_range.batches(100, 16, 101, seed=0)
        found = test.sweep(order, np.geomspace(1e-3, 1e4, 100))
        self.assertLess(len(found.losses), 100)
        self.assertLen(found.rates, len(found.losses))

    def test_schedule_becomes_a_constant(self):
        schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
        given = keras.optimizers.Adam(schedule, beta_1=0.7)
        made = rate_range.with_constant_rate(given, 0.25)
        self.assertAlmostEqual(float(made.learning_rate), 0.25)
        self.assertEqual(made.beta_1, 0.7)
        scaled = keras.optimizers.LossScaleOptimizer(given)
        made = rate_range.with_constant_rate(scaled, 0.25)
        self.assertIsInstance(made, keras.optimizers.LossScaleOptimizer)
        self.assertAlmostEqual(float(made.learning_rate), 0.25)

    def test_suggest_leaves_the_program(self):
        program = program_of(course.linear(1e-6), course.X, course.Y)
        before = program.model.get_weights()
        order = rate_range.batches(100, 16, 20, seed=0)
        rate = rate_range.suggest(program, order)
        # Gradient descent needs less than 2 / (the largest curvature).
        design = np.hstack([course.X, np.ones((100, 1))])
        largest = np.linalg.eigvalsh(2 * design.T @ design / 100).max()
        self.assertBetween(rate, 1e-3, 2 / largest)
        for one, other in zip(before, program.model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        made = program.compile()
        self.assertAlmostEqual(float(made.optimizer.learning_rate), 1e-6)
        made.fit(course.X, course.Y, verbose=0)

    def test_suggests_nothing_where_nothing_helps(self):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((3,)), layers.Dense(1), layers.Rescaling(0.0)]
        )
        model.compile("sgd", "mse")
        program = program_of(model, course.X, course.Y)
        order = rate_range.batches(100, 16, 20, seed=0)
        self.assertIsNone(rate_range.suggest(program, order))


if __name__ == "__main__":
    absltest.main()
