"""Tests of learning rates that are sampled before the run."""

import math
import random

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import callbacks
from keras_troubleshoot.facts import rates
from keras_troubleshoot.facts.fit_call import FitCall
from keras_troubleshoot.facts.run_length import RunLength

S = keras.optimizers.schedules
asked = []


def remembering(epoch, rate):
    asked.append(epoch)
    return rate * random.random()


class Setting(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.1


def measured(rate, *given, epochs=10, steps=100, start=0):
    optimizer = keras.optimizers.Adam(rate)
    fit = FitCall(
        epochs, initial_epoch=start, callbacks=callbacks.describe(given)
    )
    length = RunLength(epochs - start, 32, None, None, steps)
    return rates.measure(optimizer, fit, length)


class MeasureTest(parameterized.TestCase):
    def test_constant(self):
        got = measured(0.25)
        self.assertEqual((got.source, got.peak), ("constant", 0.25))
        self.assertEqual(got.travelled, 250)

    def test_schedule(self):
        got = measured(S.PolynomialDecay(1.0, 1000, 0.0))
        self.assertEqual(got.source, "schedule")
        np.testing.assert_allclose(got.values, 1 - got.steps / 1000, atol=1e-6)
        self.assertEqual((got.steps[0], got.steps[-1]), (0, 999))
        self.assertEqual(got.options["decay_steps"], 1000)
        self.assertAlmostEqual(got.travelled, 500, delta=10)

    def test_first_steps_are_asked_densely(self):
        got = measured(S.ExponentialDecay(1.0, 1, 0.5))
        self.assertContainsSubset({0, 1, 2, 4, 8}, got.steps.tolist())

    def test_share(self):
        got = measured(S.PiecewiseConstantDecay([250], [1.0, 0.5]))
        share = got.share(got.values < 0.9)
        self.assertAlmostEqual(share, 0.75, delta=0.02)

    def test_after_the_run(self):
        got = measured(S.PiecewiseConstantDecay([2500], [1.0, 0.5]))
        self.assertEqual((got.beyond[1000], got.beyond[3000]), (1.0, 0.5))

    def test_goes_on_where_the_optimizer_is(self):
        optimizer = keras.optimizers.Adam(S.PolynomialDecay(1.0, 1000, 0.0))
        optimizer.build([])
        optimizer.iterations.assign(500)
        got = rates.measure(optimizer, None, RunLength(1, 1, 1, 1, 10))
        self.assertAlmostEqual(got.values[0], 0.5, places=5)

    def test_scheduler(self):
        function = keras.callbacks.LearningRateScheduler
        got = measured(1.0, function(lambda e: 0.5**e), epochs=5, start=2)
        self.assertEqual(got.source, "callback")
        self.assertEqual(got.values.tolist(), [0.25, 0.125, 0.0625])
        self.assertEqual(got.steps.tolist(), [0, 100, 200])

    def test_scheduler_that_goes_on_from_the_last_rate(self):
        function = keras.callbacks.LearningRateScheduler
        got = measured(1.0, function(lambda e, rate: rate / 2), epochs=3)
        self.assertEqual(got.values.tolist(), [0.5, 0.25, 0.125])

    def test_asking_changes_nothing(self):
        random.seed(3)
        state = random.getstate()
        got = measured(
            1.0, keras.callbacks.LearningRateScheduler(remembering), epochs=4
        )
        self.assertLen(got.values, 4)
        self.assertEmpty(asked)
        self.assertEqual(random.getstate(), state)

    def test_scheduler_that_fails(self):
        function = keras.callbacks.LearningRateScheduler
        self.assertIsNone(measured(1.0, function(lambda e: [0.1][e])))

    def test_scheduler_that_does_more_is_not_asked(self):
        function = keras.callbacks.LearningRateScheduler

        def schedule(epoch):
            raise SystemExit(open(__file__))

        self.assertIsNone(measured(1.0, function(schedule)))

    def test_a_callback_of_the_user_may_change_it(self):
        got = measured(0.0, Setting())
        self.assertEqual((got.known, got.sets_rate), (False, "Setting"))

    def test_loss_scaling(self):
        inner = keras.optimizers.Adam(0.125)
        outer = keras.optimizers.LossScaleOptimizer(inner)
        self.assertEqual(rates.measure(outer, None, None).peak, 0.125)

    def test_unknown_length(self):
        got = rates.measure(
            keras.optimizers.Adam(S.CosineDecay(1.0, 100)), None, None
        )
        self.assertIsNone(got.travelled)
        self.assertAlmostEqual(got.values[2], (1 + math.cos(0.1 * math.pi)) / 2)

    def test_none(self):
        self.assertIsNone(rates.measure(None, None, None))


if __name__ == "__main__":
    absltest.main()
