"""Training ends bit for bit as without a watcher, and is put back."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot import callbacks
from keras_troubleshoot.debugging.instrument import keras_step
from keras_troubleshoot.debugging.instrument.instrument import Instrument
from tests.debugging import kinds

Adam = keras.optimizers.Adam


def accumulating():
    return kinds.block(
        optimizer=Adam(
            0.01,
            gradient_accumulation_steps=2,
            use_ema=True,
            ema_overwrite_frequency=3,
        )
    )


def averaging():
    return kinds.block(optimizer=Adam(0.01, use_ema=True), jit_compile=True)


# What others hold is left out, for time.
LEFT_OUT = ("nested", "regularized", "sequential", "subclass")
KINDS = {n: k for n, k in kinds.KINDS.items() if n not in LEFT_OUT} | {
    "accumulating": (accumulating, kinds.X, kinds.Y),
    "xla_averaging": (averaging, kinds.X, kinds.Y),
}


def values(variables):
    return [v.numpy() for v in variables]


def trained(name, watchers):
    """All that a training leaves."""
    make, x, y = KINDS[name]
    keras.utils.set_random_seed(3)
    model = make()
    history = model.fit(
        x, y, batch_size=16, epochs=2, verbose=0, callbacks=watchers
    )
    optimizers = keras_step.optimizers(model)
    return {
        "history": history.history,
        "weights": values(model.variables),
        "optimizers": [values(o.variables) for o in optimizers],
        "own": getattr(model, "own", None),
        "train_function": isinstance(model.train_function, Instrument),
    }


class UnchangedTest(parameterized.TestCase):
    @parameterized.parameters(*((name,) for name in KINDS))
    def test_bit_for_bit(self, name):
        # Steps that are recorded and steps that are not.
        monitor = callbacks.TrainingMonitor(every=3, dense=2, quiet=True)
        guard = callbacks.NumericsGuard(None, quiet=True)
        alone = trained(name, [])
        np.testing.assert_equal(trained(name, [monitor, guard]), alone)
        self.assertFalse(guard.tripped)
        self.assertEqual(monitor.trace.steps.tolist(), [0, 1, 3, 6, 9])
        self.assertTrue(np.isfinite(monitor.trace.loss).all())


class Counted(keras.Model):
    """Counts how often it is traced, or run."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, "sigmoid")
        self.calls = 0

    def call(self, x):
        self.calls += 1
        return self.dense(x)


class Interrupting(keras.callbacks.Callback):
    """As a user who presses Ctrl-C in the middle of an epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            raise KeyboardInterrupt


def fit(model, *watchers, x=kinds.X, **options):
    return model.fit(
        x,
        None if isinstance(x, tf.data.Dataset) else kinds.Y,
        shuffle=False,
        verbose=0,
        callbacks=list(watchers),
        **options,
    )


class PlaceTest(parameterized.TestCase):
    def test_an_interrupted_fit_leaves_nothing_behind(self):
        keras.utils.set_random_seed(1)
        model = kinds.block()
        guard = callbacks.NumericsGuard(None, quiet=True)
        monitor = callbacks.TrainingMonitor(quiet=True)
        with self.assertRaises(KeyboardInterrupt):
            fit(model, monitor, guard, Interrupting())
        held = values(model.variables) + values(model.optimizer.variables)
        seen = len(monitor.trace.steps)
        fit(model)
        self.assertNotIsInstance(model.train_function, Instrument)
        self.assertLessEqual(len(monitor.trace.steps), 2)
        self.assertGreaterEqual(len(monitor.trace.steps), seen)
        twin = kinds.block()
        twin.optimizer.build(twin.trainable_variables)
        mine = [*twin.variables, *twin.optimizer.variables]
        for variable, value in zip(mine, held, strict=True):
            variable.assign(value)
        fit(twin)
        for one, other in zip(
            values(model.variables), values(twin.variables), strict=True
        ):
            np.testing.assert_array_equal(one, other)

    def test_data_that_fail_leave_nothing_behind(self):
        def failing():
            yield kinds.X[:16], kinds.Y[:16]
            raise ValueError("the disk is gone")

        signature = tuple(
            tf.TensorSpec((None, width), tf.float32) for width in (6, 1)
        )
        rows = tf.data.Dataset.from_generator(
            failing, output_signature=signature
        )
        model = kinds.sequential()
        monitor = callbacks.TrainingMonitor(quiet=True)
        with self.assertRaisesRegex(Exception, "the disk is gone"):
            fit(model, monitor, x=rows)
        self.assertIsNone(model.train_function)
        self.assertEqual(monitor.trace.steps.tolist(), [0])

    def test_own_function_is_put_back(self):
        model = kinds.sequential()
        fit(model)
        own, names = model.train_function, sorted(vars(model))
        fit(model, callbacks.TrainingMonitor(quiet=True))
        self.assertIs(model.train_function, own)
        self.assertEqual(sorted(vars(model)), names)

    def test_evaluate_and_predict_are_not_watched(self):
        model = kinds.sequential()
        for watcher in (
            callbacks.TrainingMonitor(quiet=True),
            callbacks.NumericsGuard(None, quiet=True),
        ):
            options = {"verbose": 0, "callbacks": [watcher]}
            model.evaluate(kinds.X, kinds.Y, **options)
            self.assertIsNone(model.train_function)
            model.predict(kinds.X, **options)
            self.assertIsNone(model.train_function)

    def test_a_second_fit_traces_nothing_anew(self):
        model = kinds.compiled(Counted())
        watchers = (
            callbacks.TrainingMonitor(quiet=True),
            callbacks.NumericsGuard(None, quiet=True),
        )
        fit(model, *watchers)
        calls = model.calls
        fit(model, *watchers)
        self.assertEqual(model.calls, calls)
        self.assertLen(watchers[0].trace.steps, 3)
        # Compiled anew, it trains by other rules.
        kinds.compiled(model, optimizer=keras.optimizers.SGD(0.0))
        fit(model, *watchers)
        self.assertGreater(model.calls, calls)
        np.testing.assert_array_equal(watchers[0].trace.update, 0)

    def test_models_that_take_turns(self):
        """The record is of the model at hand, not of the one before."""
        one, other = kinds.sequential(), kinds.regularized()
        monitor = callbacks.TrainingMonitor(quiet=True)
        guard = callbacks.NumericsGuard(None, quiet=True)
        fit(one, monitor, guard)
        names = monitor.trace.layers
        fit(other, monitor)
        self.assertLen(monitor.trace.layers, 3)
        norms = [
            np.sqrt(sum(np.sum(v**2) for v in layer.get_weights()))
            for layer in one.layers
        ]
        fit(one, monitor, guard)
        self.assertEqual(monitor.trace.layers, names)
        np.testing.assert_allclose(monitor.trace.weight[0], norms, rtol=1e-5)


class KerasStepTest(absltest.TestCase):
    """What Keras does not promise to keep is as we know it."""

    def test_optimizers(self):
        model = kinds.compiled(kinds.OwnStep())
        self.assertCountEqual(
            keras_step.optimizers(model), [model.optimizer, model.second]
        )

    def test_scale(self):
        inner = keras.optimizers.SGD(0.1)
        outer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0)
        self.assertIs(keras_step.innermost(outer), inner)
        self.assertEqual(keras_step.scale(outer), 8.0)
        keras_step.build(outer, [keras.Variable(1.0)])
        outer.dynamic_scale.assign(4.0)
        self.assertEqual(keras_step.scale(outer), 4.0)
        self.assertEqual(keras_step.scale(inner), 1.0)
        fixed = keras.optimizers.SGD(0.1, loss_scale_factor=3.0)
        self.assertEqual(keras_step.scale(fixed), 3.0)


if __name__ == "__main__":
    absltest.main()
