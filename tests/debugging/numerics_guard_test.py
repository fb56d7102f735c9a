"""NumericsGuard stops before the first bad update, and says why."""

import builtins
import contextlib
import errno
import io
import os
import pathlib
import subprocess
import sys
import tempfile
from unittest import mock

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

import keras_troubleshoot
from keras_troubleshoot import callbacks
from keras_troubleshoot.report.finding import Severity
from tests.debugging.numerics import planted

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent


def state(model):
    """Weights and optimizer, as arrays."""
    held = [*model.weights, *model.optimizer.variables]
    return [np.array(v.numpy()) for v in held]


def fit(model, x, y, folder=None, **options):
    """Trains with a guard: (guard, what it printed)."""
    guard = callbacks.NumericsGuard(folder)
    with contextlib.redirect_stderr(io.StringIO()) as told:
        model.fit(
            x,
            y,
            batch_size=32,
            shuffle=False,
            verbose=0,
            callbacks=[guard],
            **options,
        )
    return guard, told.getvalue()


class LocatingTest(parameterized.TestCase):
    @parameterized.product(
        case=[case for _, case in planted.CASES], jit_compile=[False, True]
    )
    def test_names_operation_layer_and_example(self, case, jit_compile):
        model, x, y = case.make(jit_compile=jit_compile)
        guard, told = fit(model, x, y)
        self.assertTrue(guard.tripped)
        self.assertEqual(guard.step, 0)
        self.assertEqual(guard.location.operation, case.operation)
        self.assertRegex(guard.finding.where, case.where)
        self.assertEqual(guard.location.rows, case.rows)
        self.assertEqual(guard.finding.rule, "non-finite-values")
        self.assertEqual(guard.finding.severity, Severity.ERROR)
        self.assertIn(guard.finding.summary, told)
        self.assertEqual(guard.report.findings, [guard.finding])

    @parameterized.parameters(False, True)
    def test_weights_and_optimizer_stay_those_before(self, jit_compile):
        model, x, y = planted.division()
        adam = keras.optimizers.Adam(0.01)
        model.compile(adam, "mse", jit_compile=jit_compile)
        good, seen = np.abs(planted.X), []
        note = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: seen.append(state(model))
        )
        guard = callbacks.NumericsGuard(None, quiet=True)
        model.fit(
            np.concatenate([good, good, x, good]),
            np.concatenate([y] * 4),
            batch_size=32,
            shuffle=False,
            verbose=0,
            callbacks=[note, guard],
        )
        self.assertEqual(guard.step, 2)
        np.testing.assert_array_equal(guard.batch[0], x)
        self.assertFalse(np.array_equal(seen[0][0], seen[1][0]))
        for one, other in zip(seen[1], state(model), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_healthy_training_is_left_alone(self):
        model, twin = (planted.network(planted.nothing) for _ in range(2))
        guard, told = fit(model, planted.X, planted.Y, epochs=3)
        twin.fit(planted.X, planted.Y, shuffle=False, verbose=0, epochs=3)
        self.assertFalse(guard.tripped)
        self.assertIsNone(guard.finding)
        self.assertEqual((told, guard.report.findings), ("", []))
        for one, other in zip(state(model), state(twin), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_a_second_fit_begins_anew(self):
        model, x, y = planted.division()
        guard = callbacks.NumericsGuard(None, quiet=True)
        options = {"verbose": 0, "callbacks": [guard]}
        model.fit(x, y, **options)
        self.assertTrue(guard.tripped)
        model.fit(np.abs(planted.X), y, **options)
        self.assertFalse(guard.tripped)
        self.assertIsNone(guard.location)

    def test_quiet(self):
        model, x, y = planted.division()
        guard = callbacks.NumericsGuard(None, quiet=True)
        with contextlib.redirect_stderr(io.StringIO()) as told:
            model.fit(x, y, verbose=0, callbacks=[guard])
        self.assertEqual(told.getvalue(), "")
        self.assertIsNotNone(guard.finding)

    def test_exploding_learning_rate(self):
        model = planted.network(
            planted.nothing, optimizer=keras.optimizers.SGD(1e12)
        )
        guard, told = fit(model, planted.X, planted.Y, epochs=30)
        self.assertTrue(guard.tripped)
        self.assertIn("learning rate", told)
        for values in state(model):
            self.assertTrue(np.isfinite(values).all())


class FolderTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        parent = self.enter_context(tempfile.TemporaryDirectory())
        self.folder = pathlib.Path(parent) / "new"

    def test_replay_reproduces_the_failure(self):
        model, x, y = planted.division(jit_compile=True)
        guard, told = fit(model, x, y, self.folder)
        names = sorted(os.listdir(self.folder))
        self.assertEqual(names, ["batch.npz", "model.keras", "replay.py"])
        with np.load(self.folder / "batch.npz", allow_pickle=False) as batch:
            np.testing.assert_array_equal(batch["x"], x)
            np.testing.assert_array_equal(batch["y"], y)
        self.assertIn(f"python {self.folder / 'replay.py'}", told)
        ran = subprocess.run(
            [sys.executable, self.folder / "replay.py"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stdout.strip(), str(guard.location))

    def test_nothing_is_made_of_a_good_run(self):
        fit(planted.network(planted.nothing), planted.X, planted.Y, self.folder)
        self.assertFalse(self.folder.exists())

    def test_nested_inputs(self):
        a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
        z = planted.Bend("reciprocal")(layers.Add()([a, b]))
        model = keras.Model({"a": a, "b": b}, layers.Dense(1)(z))
        model.compile("sgd", "mse")
        x = -np.abs(planted.X)
        fit(model, {"a": x, "b": x}, planted.Y, self.folder)
        with np.load(self.folder / "batch.npz") as batch:
            self.assertCountEqual(batch.files, ["x['a']", "x['b']", "y"])
        script = (self.folder / "replay.py").read_text()
        self.assertIn("""'a': batch["x['a']"]""", script)

    def test_model_that_cannot_be_saved(self):
        model, x, y = planted.division()
        refuse = mock.patch.object(
            keras.Model, "save", side_effect=NotImplementedError("no config")
        )
        with refuse:
            guard, told = fit(model, x, y, self.folder)
        self.assertRegex(told, "Could not write .*model.keras.*no config")
        self.assertCountEqual(
            os.listdir(self.folder), ["batch.npz", "model.weights.h5"]
        )
        self.assertEqual(guard.location.operation, "RealDiv")

    def test_full_disk(self):
        model, x, y = planted.division()
        before = state(model)
        full = OSError(errno.ENOSPC, "No space left on device")
        real = builtins.open

        def opened(path, mode="r", *rest, **options):
            if "w" in mode and str(path).startswith(str(self.folder)):
                raise full
            return real(path, mode, *rest, **options)

        with (
            mock.patch.object(builtins, "open", opened),
            mock.patch.object(keras.Model, "save", side_effect=full),
            mock.patch.object(keras.Model, "save_weights", side_effect=full),
        ):
            guard, told = fit(model, x, y, self.folder)
        self.assertRegex(told, "Could not write .*batch.npz.*No space left")
        self.assertIn("guard.batch", told)
        self.assertEmpty(os.listdir(self.folder))
        np.testing.assert_array_equal(guard.batch[0], x)
        self.assertEqual(guard.location.rows, (5,))
        # The optimizer was built by `fit`; the weights are as before it.
        for old, new in zip(before, state(model), strict=False):
            np.testing.assert_array_equal(old, new)


if __name__ == "__main__":
    absltest.main()
