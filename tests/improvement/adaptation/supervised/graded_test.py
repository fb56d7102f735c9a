import json
import os
import pathlib
import subprocess
import sys
import tempfile

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot
from keras_troubleshoot.improvement.adaptation.supervised import graded

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent
PACKAGE = "tests.improvement.adaptation.supervised"
OPTIMIZERS = (
    ("adam", lambda: keras.optimizers.Adam(0.1)),
    ("adamw", lambda: keras.optimizers.AdamW(0.1, weight_decay=0.5)),
    ("sgd", lambda: keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.3)),
    ("rmsprop", lambda: keras.optimizers.RMSprop(0.1, clipvalue=0.5)),
    ("lion", lambda: keras.optimizers.Lion(0.1, weight_decay=0.3)),
    ("muon", lambda: keras.optimizers.Muon(0.1, adam_weight_decay=0.3)),
    ("schedule", lambda: keras.optimizers.Adam(decaying())),
)


def decaying(rate=0.1):
    return keras.optimizers.schedules.ExponentialDecay(rate, 2, 0.5)


def variables():
    return [
        keras.Variable(np.ones((3, 2), "float32"), name="kernel"),
        keras.Variable(np.ones(2, "float32"), name="bias"),
    ]


def gradients(steps=4):
    rng = np.random.default_rng(0)
    return [
        [rng.normal(size=s).astype("float32") for s in ((3, 2), (2,))]
        for _ in range(steps)
    ]


class GradedRatesTest(parameterized.TestCase):
    @parameterized.named_parameters(*OPTIMIZERS)
    def test_is_as_an_optimizer_for_each_weight(self, make):
        ours, theirs = variables(), variables()
        optimizer = graded.GradedRates(make(), [0.25, 1.0])
        others = [make(), make()]
        config = others[0].get_config()
        rate = decaying(0.025)
        if not isinstance(config["learning_rate"], dict):
            rate = 0.025
        others[0] = type(others[0]).from_config(
            config | {"learning_rate": rate}
        )
        for pair in gradients():
            optimizer.apply(pair, ours)
            for other, gradient, variable in zip(
                others, pair, theirs, strict=True
            ):
                other.apply([gradient], [variable])
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one.numpy(), two.numpy(), rtol=1e-6)

    def test_global_norm_is_of_all_weights(self):
        ours = variables()
        optimizer = graded.GradedRates(
            keras.optimizers.SGD(1.0, global_clipnorm=1.0), [0.5, 1.0]
        )
        pair = gradients(1)[0]
        optimizer.apply(pair, ours)
        norm = np.sqrt(sum((g**2).sum() for g in pair))
        self.assertGreater(norm, 1)
        for factor, gradient, variable in zip(
            (0.5, 1.0), pair, ours, strict=True
        ):
            np.testing.assert_allclose(
                variable.numpy(), 1 - factor * gradient / norm, rtol=1e-5
            )

    def test_factor_one_is_the_optimizer_itself_in_fit(self):
        x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
        y = x.sum(axis=1)
        weights = []
        for wrap in (False, True):
            keras.utils.set_random_seed(0)
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            optimizer = keras.optimizers.Adam(0.01)
            if wrap:
                optimizer = graded.GradedRates(optimizer, [1.0, 1.0])
            model.compile(optimizer, "mse")
            model.fit(x, y, epochs=2, verbose=0)
            weights.append(model.get_weights())
        np.testing.assert_array_equal(weights[0][0], weights[1][0])

    def test_factor_zero_stays(self):
        ours = variables()
        optimizer = graded.GradedRates(
            keras.optimizers.AdamW(0.1, weight_decay=0.5), [0, 1]
        )
        optimizer.apply(gradients(1)[0], ours)
        np.testing.assert_array_equal(ours[0].numpy(), np.ones((3, 2)))
        self.assertTrue((ours[1].numpy() != 1).all())

    def test_callbacks_set_the_rate(self):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        inner = keras.optimizers.SGD(0.5)
        model.compile(graded.GradedRates(inner, [0.1, 1.0]), "mse")
        halve = keras.callbacks.LearningRateScheduler(lambda e, r: r / 2)
        x = np.ones((4, 3), "float32")
        model.fit(x, x[:, 0], epochs=2, verbose=0, callbacks=[halve])
        self.assertAlmostEqual(float(inner.learning_rate), 0.125)
        self.assertEqual(int(model.optimizer.iterations), 2)

    def test_saved_and_loaded_it_goes_on(self):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        inner = keras.optimizers.Adam(0.05)
        model.compile(graded.GradedRates(inner, [0.1, 1.0]), "mse")
        x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
        model.fit(x, x[:, 0], epochs=2, verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.keras"
            model.save(path)
            loaded = keras.models.load_model(path)
        self.assertEqual(list(loaded.optimizer.factors), [0.1, 1.0])
        for each in (model, loaded):
            each.fit(x, x[:, 0], epochs=2, verbose=0, shuffle=False)
        for one, two in zip(
            model.get_weights(), loaded.get_weights(), strict=True
        ):
            np.testing.assert_allclose(one, two, rtol=1e-6)

    def test_loss_scaling_around_it(self):
        ours, plain = variables(), variables()
        scaled = keras.optimizers.LossScaleOptimizer(
            graded.GradedRates(keras.optimizers.SGD(0.1), [0.5, 1.0]),
            initial_scale=4.0,
        )
        pair = gradients(1)[0]
        scaled.apply([4 * g for g in pair], ours)
        graded.GradedRates(keras.optimizers.SGD(0.1), [0.5, 1.0]).apply(
            pair, plain
        )
        for one, two in zip(ours, plain, strict=True):
            np.testing.assert_allclose(one.numpy(), two.numpy(), rtol=1e-6)

    def test_two_replicas_are_as_one(self):
        ran = subprocess.run(
            [sys.executable, "-m", f"{PACKAGE}.replicas"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        one, two = json.loads(ran.stdout.splitlines()[-1])
        for first, second in zip(one, two, strict=True):
            np.testing.assert_allclose(first, second, rtol=1e-4)

    def test_refuses_other_factors(self):
        with self.assertRaisesRegex(ValueError, "`factors` must be finite"):
            graded.GradedRates(keras.optimizers.SGD(), [-1.0])
        optimizer = graded.GradedRates(keras.optimizers.SGD(), [1.0])
        with self.assertRaisesRegex(ValueError, "received: 1 for 2"):
            optimizer.apply(gradients(1)[0], variables())


if __name__ == "__main__":
    absltest.main()
