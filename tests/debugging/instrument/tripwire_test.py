"""The first bad step is withheld, and all later ones."""

import collections

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging.instrument import keras_step
from keras_troubleshoot.debugging.instrument.tripwire import Tripwire
from tests.debugging import kinds
from tests.debugging.mirrored import Parts

X, Y = kinds.X, kinds.Y
BATCH = 16
STEP = 3
BAD = X.copy()
BAD[STEP * BATCH + 5, 2] = np.inf
# Another bad batch later: the first one is kept.
BAD[(STEP + 2) * BATCH] = np.nan


def accumulating(**options):
    return kinds.block(
        optimizer=keras.optimizers.Adam(
            0.01, gradient_accumulation_steps=2, use_ema=True
        ),
        **options,
    )


def state(model):
    """Weights, averages, seeds, and the slots of all optimizers."""
    optimizers = keras_step.optimizers(model)
    held = [*model.variables, *(v for o in optimizers for v in o.variables)]
    tracked = {id(v) for m in model.metrics for v in m.variables}
    return [v.numpy() for v in held if id(v) not in tracked]


def fit(model, x, y, *parts, **options):
    model.fit(
        x,
        y,
        **({"batch_size": BATCH, "shuffle": False} | options),
        verbose=0,
        callbacks=[Parts(*parts)] if parts else [],
    )


class WithholdingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("eager", kinds.block, {"run_eagerly": True}),
        ("accumulating", accumulating, {}),
        ("xla_accumulating", accumulating, {"jit_compile": True}),
        ("several_steps", kinds.block, {"steps_per_execution": 5}),
        ("two_optimizers", lambda: kinds.compiled(kinds.OwnStep()), {}),
    )
    def test_the_model_is_the_one_before_the_step(self, make, options):
        wire, states = Tripwire(), []
        keras.utils.set_random_seed(5)
        model = make(**options)
        fit(model, BAD, Y, wire, epochs=2)
        states.append(state(model))
        # A twin that stops before it, and is not watched.
        keras.utils.set_random_seed(5)
        model = make(**options)
        fit(model, X[: STEP * BATCH], Y[: STEP * BATCH])
        states.append(state(model))
        for one, other in zip(*states, strict=True):
            np.testing.assert_array_equal(one, other)
        self.assertEqual((wire.tripped, wire.step), (True, STEP))
        self.assertIs(wire.loss_finite, False)
        rows = slice(STEP * BATCH, (STEP + 1) * BATCH)
        np.testing.assert_array_equal(wire.batch[0], BAD[rows])
        np.testing.assert_array_equal(wire.batch[1], Y[rows])

    def test_told_once_and_put_back(self):
        told = []
        wire = Tripwire(lambda: told.append(wire.step))
        model = kinds.block()
        fit(model, BAD, Y, wire, epochs=2)
        self.assertEqual(told, [STEP])
        self.assertIsNone(model.train_function)
        # What was found stays; without the wire, the model goes bad.
        fit(model, BAD, Y)
        self.assertTrue(wire.tripped)
        self.assertTrue(any(np.isnan(w).any() for w in model.get_weights()))

    def test_a_second_fit_begins_anew(self):
        wire, model = Tripwire(), kinds.block()
        fit(model, BAD, Y, wire)
        before = state(model)
        fit(model, X, Y, wire)
        self.assertEqual((wire.tripped, wire.step), (False, -1))
        self.assertIsNone(wire.batch)
        self.assertFalse(np.array_equal(before[0], state(model)[0]))

    def test_without_fit(self):
        wire, model = Tripwire(), kinds.block()
        wire.attach(model)
        model.train_on_batch(X[:BATCH], Y[:BATCH])
        self.assertFalse(wire.tripped)
        before = state(model)
        model.train_on_batch(BAD[48:64], Y[48:64])
        self.assertEqual((wire.tripped, wire.step), (True, 1))
        np.testing.assert_equal(state(model), before)
        wire.detach()
        wire.detach()
        self.assertIsNone(model.train_function)


class CauseTest(parameterized.TestCase):
    @parameterized.parameters(False, True)
    def test_only_a_gradient_is_bad(self, jit_compile):
        def root(y, p):
            return keras.ops.sqrt(keras.ops.sum((p * y) ** 2, axis=-1))

        model = kinds.sequential(loss=root, jit_compile=jit_compile)
        before, wire = model.get_weights(), Tripwire()
        fit(model, X, np.zeros_like(Y), wire)
        self.assertEqual((wire.tripped, wire.step), (True, 0))
        self.assertIs(wire.loss_finite, True)
        np.testing.assert_equal(model.get_weights(), before)

    def test_large_gradients_are_not_bad_ones(self):
        """Their squares overflow, they do not."""
        model = kinds.sequential(
            loss=lambda y, p: 1e25 * keras.ops.mean((p - y) ** 2),
            optimizer=keras.optimizers.SGD(1e-25),
            metrics=[],
        )
        before, wire = model.get_weights(), Tripwire()
        fit(model, X, Y, wire)
        self.assertFalse(wire.tripped)
        self.assertFalse(np.array_equal(model.get_weights()[0], before[0]))

    def test_gradients_that_overflow_until_the_scale_is_halved(self):
        optimizer = keras.optimizers.LossScaleOptimizer(
            keras.optimizers.SGD(0.01), initial_scale=2.0**127
        )
        model = kinds.sequential(loss="mse", optimizer=optimizer)
        wire = Tripwire()
        fit(model, 100 * X, 100 * Y, wire, epochs=3)
        self.assertFalse(wire.tripped)
        self.assertLess(optimizer.dynamic_scale.numpy(), 2.0**127)
        bad = Y.copy()
        bad[STEP * BATCH] = np.nan
        fit(model, X, bad, wire)
        self.assertEqual(wire.step, STEP)


class BatchTest(absltest.TestCase):
    def test_structure_as_it_was_given(self):
        """Not in the order of the alphabet, and with weights of examples."""
        left = keras.Input((2,), name="left")
        also = keras.Input((4,), name="also")
        both = layers.Concatenate()([left, also])
        model = keras.Model([left, also], layers.Dense(1)(both))
        model = keras.Model(
            collections.OrderedDict(left=left, also=also), model([left, also])
        )
        model.compile("sgd", "mse")
        x = collections.OrderedDict(left=BAD[:, :2], also=BAD[:, 2:])
        weights, wire = np.arange(96.0, dtype="float32"), Tripwire()
        fit(model, x, Y, wire, sample_weight=weights)
        kept, y, sample_weight = wire.batch
        rows = slice(STEP * BATCH, (STEP + 1) * BATCH)
        np.testing.assert_array_equal(kept["left"], BAD[rows, :2])
        np.testing.assert_array_equal(kept["also"], BAD[rows, 2:])
        np.testing.assert_array_equal(y, Y[rows])
        np.testing.assert_array_equal(sample_weight, weights[rows])

    def test_data_of_unknown_length(self):
        """Steps are counted; the end of the data is none."""
        epochs = iter([X, X, BAD])

        def batches():
            x = next(epochs)
            for begin in range(0, len(x), BATCH):
                rows = slice(begin, begin + BATCH)
                yield x[rows], Y[rows]

        signature = tuple(tf.TensorSpec((None, n)) for n in (6, 1))
        data = tf.data.Dataset.from_generator(
            batches, output_signature=signature
        )
        wire, model = Tripwire(), kinds.block()
        # Keras looks at a batch first where it has built nothing yet.
        fit(model, X, Y)
        fit(model, data, None, wire, epochs=3, batch_size=None)
        self.assertEqual(wire.step, 12 + STEP)


if __name__ == "__main__":
    absltest.main()
