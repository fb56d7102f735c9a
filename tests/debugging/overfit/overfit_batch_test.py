"""Tests of learning one batch by heart, and of the causes that are tried."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

import keras_troubleshoot as kts
from tests.debugging import kinds
from tests.debugging import unchanged

NAMES = tuple((name,) for name in kinds.KINDS)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 6)).astype("float32")
CLASSES = RNG.integers(0, 4, 120)
NUMBERS = (X[:, :1] - X[:, 1:2] ** 2).astype("float32")
SPARSE = "sparse_categorical_crossentropy"
LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def network(units, end, optimizer, loss, *between, **options):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(48, "relu", **options),
            *between,
            layers.Dense(units, end),
        ]
    )
    model.compile(optimizer, loss)
    return model


def classifier(end="softmax", loss=SPARSE, rate=0.01, between=(), **options):
    adam = keras.optimizers.Adam(rate)
    return network(4, end, adam, loss, *between, **options)


def regressor(loss="mse", rate=0.01, end=None):
    return network(1, end, keras.optimizers.Adam(rate), loss)


def overfit(model, y, x=X, **options):
    options = {"steps": 300, "verbose": False} | options
    return kts.overfit_batch(model, x, y, **options)


def minus(y, made):
    return -ops.mean(ops.square(y - made))


def pinball(y, made):
    return ops.mean(ops.maximum(0.9 * (y - made), -0.1 * (y - made)))


class Autoencoder(keras.Model):
    """Codes with noise and a penalty: its loss cannot come near zero."""

    def __init__(self):
        super().__init__()
        self.coder, self.decoder = layers.Dense(4), layers.Dense(6)
        self.seed = keras.random.SeedGenerator(1)

    def call(self, x):
        return self.decoder(self.coder(x)[:, :2])

    def train_step(self, data):
        with tf.GradientTape() as tape:
            mean, log = ops.split(self.coder(data), 2, axis=-1)
            noise = keras.random.normal(ops.shape(mean), seed=self.seed)
            made = self.decoder(mean + ops.exp(log / 2) * noise)
            close = ops.mean(ops.sum(ops.square(data - made), -1))
            far = ops.mean(ops.sum(ops.exp(log) + mean**2 - 1 - log, -1))
            loss = close + far / 2
        weights = self.trainable_weights
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}


class HealthyTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("softmax", lambda: classifier(), CLASSES),
        ("logits", lambda: classifier(None, LOGITS), CLASSES),
        (
            "dropout",
            lambda: classifier(between=[layers.Dropout(0.5)], rate=0.02),
            CLASSES,
        ),
        (
            "normalized",
            lambda: classifier(between=[layers.BatchNormalization()]),
            CLASSES,
        ),
        ("penalty", lambda: classifier(kernel_regularizer="l2"), CLASSES),
        ("numbers", lambda: regressor(), NUMBERS),
        ("quantile", lambda: regressor(pinball, rate=0.03), NUMBERS),
        (
            "soft_targets",
            lambda: classifier(loss="categorical_crossentropy"),
            0.6 * np.eye(4)[CLASSES] + 0.1,
        ),
    )
    def test_of(self, make, y):
        result = overfit(make(), y, steps=1000)
        self.assertEqual(result.verdict, "converged", str(result))
        self.assertTrue(result.ok)
        self.assertEmpty(result.report.findings)
        self.assertEqual(result.report.examined, ["cannot-overfit-batch"])
        self.assertEmpty(result.causes)

    def test_irreducible_loss_of_its_own(self):
        keras.utils.set_random_seed(0)
        model = Autoencoder()
        model.compile(keras.optimizers.Adam(0.03))
        model(X)
        result = overfit(model, None)
        self.assertIn(result.verdict, ("converged", "falls"), str(result))
        self.assertEmpty(result.report.findings)
        self.assertIn("not known", str(result))

    def test_rows_that_contradict_each_other(self):
        x = np.repeat(X[:16], 2, axis=0)
        y = np.arange(32) % 4
        result = overfit(classifier(), y, x, steps=600)
        self.assertEqual(result.verdict, "converged")
        # Each row has two labels: the least is log 2.
        self.assertAlmostEqual(result.measured.floor, np.log(2), places=3)


class SickTest(parameterized.TestCase):
    @parameterized.named_parameters(
        (
            "rate_too_low",
            lambda: classifier(rate=1e-7),
            CLASSES,
            "plateaus",
            "learning rate far off",
        ),
        (
            "rate_too_high",
            lambda: network(4, "softmax", keras.optimizers.SGD(100.0), SPARSE),
            CLASSES,
            None,
            "learning rate far off",
        ),
        (
            "penalized",
            lambda: classifier(kernel_regularizer=keras.regularizers.L2(10.0)),
            CLASSES,
            None,
            "too much regularization",
        ),
        (
            "tanh_as_logits",
            lambda: classifier("tanh", LOGITS),
            CLASSES,
            "plateaus",
            "wrong input to the loss",
        ),
        (
            "relu_on_negative_targets",
            lambda: regressor(end="relu"),
            NUMBERS - 5,
            None,
            "wrong input to the loss",
        ),
        (
            "sign",
            lambda: regressor(minus),
            NUMBERS,
            "rises",
            "wrong sign of the loss or its gradient",
        ),
        (
            "large_targets",
            lambda: regressor(),
            1000 * NUMBERS + 5000,
            None,
            "targets not normalized",
        ),
    )
    def test_names_the_cause(self, make, y, verdict, cause):
        result = overfit(make(), y)
        helped = [c.name for c in result.causes if c.helped]
        self.assertIn(cause, helped, str(result))
        if verdict:
            self.assertEqual(result.verdict, verdict)
        (finding,) = result.report.findings
        self.assertEqual(finding.rule, "cannot-overfit-batch")
        self.assertIn(cause, finding.fix)

    def test_large_inputs(self):
        sgd = keras.optimizers.SGD(0.1)
        result = overfit(network(4, "softmax", sgd, SPARSE), CLASSES, 1e3 * X)
        helped = [c.name for c in result.causes if c.helped]
        self.assertIn("inputs not normalized", helped, str(result))

    def test_augmentation(self):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.RandomTranslation(0.9, 0.9, fill_mode="constant"),
                layers.Flatten(),
                layers.Dense(32, "relu"),
                layers.Dense(1, "sigmoid"),
            ]
        )
        model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
        pictures = RNG.normal(size=(60, 8, 8, 1)).astype("float32")
        y = (pictures[:, 0, 0] > 0).astype("float32")
        result = overfit(model, y, pictures, steps=150)
        self.assertNotEqual(result.verdict, "converged")
        (cause,) = [c for c in result.causes if c.change == "no augmentation"]
        self.assertTrue(cause.helped, str(result))
        self.assertGreater(cause.gain, 0.1)

    def test_nothing_to_be_changed_is_not_tried(self):
        result = overfit(classifier(rate=1e-7), CLASSES, steps=100)
        tried = {c.change: c.tried for c in result.causes}
        self.assertFalse(tried["no augmentation"])
        self.assertFalse(tried["inputs with mean 0, spread 1"])
        self.assertTrue(tried["ten times the rate"])
        notes = [c.note for c in result.causes if not c.tried]
        self.assertNotIn("", notes)

    def test_without_causes(self):
        result = overfit(classifier(rate=1e-7), CLASSES, causes=False)
        self.assertEmpty(result.causes)
        self.assertLen(result.report.findings, 1)


class KeepsTest(parameterized.TestCase):
    @parameterized.parameters(*NAMES)
    def test_changes_nothing(self, name):
        make, x, y = kinds.KINDS[name]
        keras.utils.set_random_seed(1)
        model = make()
        if not model.built:
            model(x[:16])
        before = unchanged.state(model)
        result = overfit(model, y, x, batch_size=16, steps=20, seconds=1)
        unchanged.assert_same(before, unchanged.state(model))
        self.assertLen(result.losses, 20)

    def test_the_same_twice(self):
        one, other = (
            overfit(classifier(between=[layers.Dropout(0.5)]), CLASSES)
            for _ in range(2)
        )
        np.testing.assert_array_equal(one.losses, other.losses)

    def test_first_batch_of_a_stream(self):
        data = tf.data.Dataset.from_tensor_slices((X, CLASSES)).batch(10)
        result = kts.overfit_batch(classifier(), data, verbose=False)
        self.assertEqual(result.measured.rows, 10)
        frequent = np.bincount(CLASSES[:10]) / 10
        guess = -sum(p * np.log(p) for p in frequent if p)
        self.assertAlmostEqual(result.measured.guess, guess, places=4)

    def test_interrupted(self):
        from keras_troubleshoot.remedies import device_loop

        own, calls = device_loop.Loop.run, []

        def interrupting(self, order, rates=None):
            calls.append(1)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return own(self, order, rates)

        device_loop.Loop.run = interrupting
        try:
            result = overfit(classifier(), CLASSES)
        finally:
            device_loop.Loop.run = own
        self.assertTrue(result.stopped)
        self.assertNotEmpty(result.losses)
        self.assertIn("Interrupted", str(result))


class ResultTest(parameterized.TestCase):
    def test_told(self):
        result = overfit(classifier("tanh", LOGITS), CLASSES, steps=200)
        told = str(result)
        self.assertIn(f"One batch of 32 rows, {len(result.losses)} steps", told)
        self.assertIn("Tried on a copy", told)
        self.assertEqual(result.__rich__().plain, told)
        axes = result.plot()
        self.assertIs(result.plot(axes), axes)

    @parameterized.named_parameters(
        ("steps", {"steps": 0}, "steps=0"),
        ("seconds", {"seconds": -1}, "seconds=-1"),
        ("batch", {"batch_size": "all"}, "batch_size='all'"),
    )
    def test_arguments(self, options, said):
        with self.assertRaises(ValueError) as caught:
            overfit(classifier(), CLASSES, **options)
        self.assertIn(said, str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))

    def test_not_compiled(self):
        model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
        with self.assertRaisesRegex(ValueError, "compiled.*To mend it, "):
            overfit(model, NUMBERS)

    def test_targets_that_do_not_fit(self):
        with self.assertRaisesRegex(ValueError, "training step.*To mend it, "):
            overfit(kinds.sequential(), np.zeros((120, 7)))


if __name__ == "__main__":
    absltest.main()
