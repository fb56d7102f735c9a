"""What is recorded is what a tape and NumPy say, at the promised steps."""

from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging.instrument import recorder as recorders
from keras_troubleshoot.debugging.instrument.recorder import Recorder
from tests.debugging.kinds import X
from tests.debugging.kinds import Y
from tests.debugging.mirrored import Parts

BATCH = 16


def network(optimizer, half=False, **options):
    keras.utils.set_random_seed(4)
    policy = "mixed_float16" if half else "float32"
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, "relu", name="hidden", dtype=policy),
            layers.Dense(5, "tanh", name="bent", dtype=policy),
            layers.Dense(1, name="out", dtype="float32"),
        ]
    )
    # Some units are dead, some values saturated.
    kernel, bias = model.layers[0].get_weights()
    bias[:3] = -100
    model.layers[0].set_weights([kernel, bias])
    model.layers[1].set_weights([3 * w for w in model.layers[1].get_weights()])
    model.compile(optimizer, "mse", **options)
    return model


class Snapshots(keras.callbacks.Callback):
    """Keeps the weights before each batch, and after the last one."""

    def __init__(self):
        super().__init__()
        self.weights = []

    def on_train_batch_begin(self, batch, logs=None):
        self.weights.append(self.model.get_weights())

    def on_train_end(self, logs=None):
        self.weights.append(self.model.get_weights())


def fit(model, *watchers, x=X, y=Y, **options):
    options = {"batch_size": BATCH, "epochs": 2} | options
    model.fit(x, y, shuffle=False, verbose=0, callbacks=watchers, **options)


def norms(arrays):
    """Of each layer: a kernel and a bias."""
    squares = [np.sum(np.float64(a) ** 2) for a in arrays]
    return np.sqrt(np.add(squares[::2], squares[1::2]))


def expected(model, snapshots):
    """The rows of a record: loss, gradients, updates, weights, shares."""
    for step, (old, new) in enumerate(
        zip(snapshots[:-1], snapshots[1:], strict=True)
    ):
        model.set_weights(old)
        begin = step * BATCH % len(X)
        x, y = X[begin : begin + BATCH], Y[begin : begin + BATCH]
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        moves = [n - o for n, o in zip(new, old, strict=True)]
        hidden = np.maximum(x @ old[0] + old[1], 0)
        bent = np.tanh(hidden @ old[2] + old[3])
        yield (
            float(loss),
            norms(gradients),
            norms(moves) / norms(old),
            norms(old),
            np.mean(np.all(hidden == 0, axis=0)),
            np.mean(np.abs(bent) > 1 - 2 * 0.0067),
        )


class NumbersTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("plain", lambda: network(keras.optimizers.Adam(0.02)), 1e-4),
        (
            "xla",
            lambda: network(keras.optimizers.Adam(0.02), jit_compile=True),
            1e-4,
        ),
        (
            # The scale doubles meanwhile; gradients are clipped after it.
            "scaled",
            lambda: network(
                keras.optimizers.LossScaleOptimizer(
                    keras.optimizers.SGD(0.05, clipnorm=0.1),
                    initial_scale=64.0,
                    dynamic_growth_steps=3,
                ),
                half=True,
            ),
            2e-2,
        ),
        (
            "accumulated",
            lambda: network(
                keras.optimizers.SGD(0.05, gradient_accumulation_steps=3)
            ),
            1e-4,
        ),
        ("eager", lambda: network("sgd", run_eagerly=True), 1e-4),
    )
    def test_match_a_tape_and_numpy(self, make, tolerance):
        model, recorder, snapshots = make(), Recorder(), Snapshots()
        fit(model, Parts(recorder), snapshots)
        trace = recorder.trace
        self.assertEqual(trace.layers, ("hidden", "bent", "out"))
        self.assertEqual(trace.units, ("hidden", "bent"))
        self.assertEqual(trace.activations, ("relu", "tanh"))
        rows = list(expected(model, snapshots.weights))
        found = zip(
            trace.loss,
            trace.gradient,
            trace.update,
            trace.weight,
            trace.dead[:, 0],
            trace.saturated[:, 1],
            strict=True,
        )
        self.assertLen(rows, 12)
        for row, (wanted, seen) in enumerate(zip(rows, found, strict=True)):
            for one, other in zip(wanted[:4], seen[:4], strict=True):
                np.testing.assert_allclose(
                    other, one, tolerance, 1e-6, err_msg=str(row)
                )
            # Half precision may move a value or two over the edge.
            for one, other in zip(wanted[4:], seen[4:], strict=True):
                edge = 2 / 80 if tolerance > 1e-2 else 0
                self.assertAlmostEqual(other, one, delta=edge + 1e-6)
        self.assertGreater(trace.dead[0, 0], 0.1)
        self.assertGreater(trace.saturated[0, 1], 0.05)
        np.testing.assert_array_equal(trace.saturated[:, 0], 0)

    def test_several_steps_in_one_call(self):
        records = []
        for steps in (1, 4):
            recorder = Recorder(every=2, dense=3)
            model = network("sgd", steps_per_execution=steps)
            fit(model, Parts(recorder))
            records.append(recorder.trace)
        one, four = records
        self.assertEqual(four.steps.tolist(), [0, 1, 2, 4, 6, 8, 10])
        for name in ("steps", "loss", "gradient", "update", "weight", "dead"):
            np.testing.assert_allclose(
                getattr(four, name), getattr(one, name), 1e-5, err_msg=name
            )

    def test_gradient_that_an_inner_function_hides(self):
        class Hidden(keras.Sequential):
            @tf.function
            def train_step(self, data):
                return super().train_step(data)

        model = Hidden([keras.Input((6,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        recorder = Recorder()
        fit(model, Parts(recorder), epochs=1)
        self.assertEqual(recorder.trace.steps.tolist(), list(range(6)))
        self.assertTrue(np.isnan(recorder.trace.gradient).all())


class ScheduleTest(parameterized.TestCase):
    def recorded(self, *, steps=80, execution=1, **options):
        """The numbers of the steps that were recorded."""
        recorder = Recorder(**options)
        model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
        model.compile("sgd", "mse", steps_per_execution=execution)
        x, y = np.zeros((steps, 6)), np.zeros((steps, 1))
        parts = Parts(recorder)
        fit(model, parts, x=x, y=y, batch_size=1, epochs=1)
        return recorder.trace.steps.tolist()

    @parameterized.parameters((1, 0), (7, 10), (10, 100))
    def test_dense_ones_and_then_every_so_many(self, every, dense):
        wanted = [n for n in range(80) if n < dense or n % every == 0]
        self.assertEqual(self.recorded(every=every, dense=dense), wanted)

    @parameterized.parameters(1, 5, 30)
    def test_the_ring_begins_again(self, execution):
        with mock.patch.object(recorders, "CAPACITY", 20):
            found = self.recorded(every=1, dense=0, execution=execution)
        self.assertEqual(found, list(range(80)))

    def test_a_long_record_is_thinned(self):
        with mock.patch.object(recorders, "MOST_ROWS", 16):
            found = self.recorded(steps=128, every=1, dense=4)
        dense, rest = found[:4], found[4:]
        self.assertEqual(dense, [0, 1, 2, 3])
        self.assertBetween(len(rest), 8, 16)
        spacing = np.diff(rest)
        self.assertEqual(np.unique(spacing).tolist(), [8])
        self.assertEqual(rest[0], 8)

    def test_dense_steps_are_never_thinned(self):
        with mock.patch.object(recorders, "MOST_ROWS", 16):
            found = self.recorded(every=10, dense=60)
        self.assertEqual(found, [*range(60), 60, 70])

    @parameterized.parameters((1, 1), (4, 1), (1, 4))
    def test_data_of_unknown_length(self, execution, every):
        """The end of the data is no step."""
        rows = tf.data.Dataset.from_tensor_slices((X, Y)).batch(BATCH)
        rows = rows.filter(lambda x, y: True)
        recorder = Recorder(every=every, dense=1)
        model = network("sgd", steps_per_execution=execution)
        model.fit(rows, epochs=4, verbose=0, callbacks=[Parts(recorder)])
        trace = recorder.trace
        self.assertEqual(trace.steps.tolist(), list(range(0, 24, every)))
        self.assertTrue((trace.weight > 0).all())

    def test_callbacks_when_read_and_when_ended(self):
        calls = []
        recorder = Recorder(
            on_read=lambda: calls.append(len(recorder.rows)),
            on_end=lambda: calls.append("end"),
        )
        fit(network("sgd"), Parts(recorder), batch_size=4, epochs=1)
        self.assertEqual(calls, [16, 24, "end"])


if __name__ == "__main__":
    absltest.main()
