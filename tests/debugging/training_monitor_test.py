"""TrainingMonitor: what it says, where it writes, and that it is in no way."""

import contextlib
import csv
import io
import json
import pathlib
import tempfile

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.callbacks import TrainingMonitor
from keras_troubleshoot.report.finding import Severity
from tests.debugging import kinds
from tests.debugging.watching import Calling

X, Y = kinds.X, kinds.Y


def line(rate=0.01, **options):
    """A linear model, which diverges at a large rate."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", **options)
    return model


def fit(model, *watchers, **options):
    """(the history, what was printed)."""
    options = {"batch_size": 16, "epochs": 2} | options
    with contextlib.redirect_stderr(io.StringIO()) as told:
        history = model.fit(
            X, Y, shuffle=False, verbose=0, callbacks=list(watchers), **options
        )
    return history, told.getvalue()


class FindingsTest(parameterized.TestCase):
    def test_a_finding_is_told_once_and_in_time(self):
        monitor, known = TrainingMonitor(), []
        spy = Calling(lambda: known.append(len(monitor.findings)))
        # As many steps as it takes until the numbers are no more.
        history, told = fit(line(1e3), monitor, spy, epochs=8)
        self.assertLen(history.history["loss"], 8)
        grave = [
            f for f in monitor.findings if f.severity is not Severity.ADVICE
        ]
        self.assertNotEmpty(grave)
        for finding in grave:
            self.assertEqual(told.count(finding.summary), 1)
        self.assertLess(known.index(max(known)), 7)

    def test_quiet_and_healthy(self):
        monitor = TrainingMonitor(quiet=True)
        self.assertEqual(fit(line(1e3), monitor, epochs=8)[1], "")
        self.assertNotEmpty(monitor.findings)
        # Another training: nothing of the first one is left.
        self.assertEqual(fit(line(), monitor, epochs=8)[1], "")
        self.assertEmpty(monitor.findings)
        self.assertLen(monitor.trace.steps, 48)

    @parameterized.named_parameters(
        ("error", "error", 1e3, True),
        ("warning", "warning", 1e3, True),
        ("healthy", "error", 0.01, False),
        ("never", None, 1e3, False),
    )
    def test_stop_on(self, stop_on, rate, stops):
        monitor = TrainingMonitor(stop_on=stop_on, quiet=True)
        model = line(rate)
        history, _ = fit(model, monitor, epochs=20)
        self.assertEqual(len(history.epoch) < 20, stops)
        self.assertEqual(model.stop_training, stops)

    def test_under_supervision(self):
        monitor, model = TrainingMonitor(quiet=True), line()
        with kts.supervise(quiet=True) as session:
            history, _ = fit(model, monitor)
        self.assertEqual(monitor.trace.steps.tolist(), list(range(12)))
        self.assertNotEmpty(session.report.examined)
        alone, _ = fit(line())
        self.assertEqual(history.history, alone.history)


class ArgumentsTest(parameterized.TestCase):
    @parameterized.parameters(
        ("every", 0),
        ("every", 2.5),
        ("every", True),
        ("dense", -1),
        ("dense", None),
        ("stop_on", "advice"),
        ("stop_on", ["error"]),
        ("csv", 3),
        ("log_dir", True),
    )
    def test_what_does_not_fit_is_said_at_once(self, name, value):
        with self.assertRaises(ValueError) as caught:
            TrainingMonitor(**{name: value})
        self.assertIn(f"`{name}` must be", str(caught.exception))
        self.assertIn(f"{name}={value!r}", str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))

    def test_every_and_dense(self):
        monitor = TrainingMonitor(every=4, dense=2, quiet=True)
        fit(line(), monitor)
        self.assertEqual(monitor.trace.steps.tolist(), [0, 1, 4, 8])


class FilesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        parent = self.enter_context(tempfile.TemporaryDirectory())
        self.folder = pathlib.Path(parent)

    def test_two_fits_into_the_same_files(self):
        monitor = TrainingMonitor(
            csv=self.folder / "run.csv",
            json=self.folder / "run.json",
            log_dir=self.folder / "logs",
            quiet=True,
        )
        model = line()
        # The second one is no longer than the first: it is written, too.
        for epochs in (2, 1):
            history, told = fit(model, monitor, epochs=epochs)
            self.assertEqual(told, "")
            with open(self.folder / "run.csv", newline="") as file:
                rows = list(csv.DictReader(file))
            self.assertEqual(
                [int(row["step"]) for row in rows], list(range(6 * epochs))
            )
            np.testing.assert_allclose(
                [float(row["loss"]) for row in rows], monitor.trace.loss
            )
            held = json.loads((self.folder / "run.json").read_text())
            self.assertEqual(held["history"], history.history)
            # Batches are equally large: the mean is what Keras logged.
            means = np.reshape(held["loss"], (epochs, 6)).mean(axis=1)
            np.testing.assert_allclose(means, history.history["loss"], 1e-5)
        paths = sorted(map(str, (self.folder / "logs").iterdir()))
        self.assertLen(paths, 2)
        events = sum(1 for _ in tf.data.TFRecordDataset(paths))
        # One for each number of each step, and the version of each file.
        self.assertEqual(events, (12 + 6) * 4 + 2)

    def test_what_cannot_be_written_does_not_end_the_training(self):
        (self.folder / "file").touch()
        place = self.folder / "file" / "run.csv"
        monitor = TrainingMonitor(csv=place, log_dir=self.folder / "file")
        model, twin = line(), line()
        history, told = fit(model, monitor)
        alone, _ = fit(twin)
        self.assertEqual(told.count("could not be written"), 2)
        self.assertIn(str(place), told)
        self.assertEqual(history.history, alone.history)
        np.testing.assert_equal(model.get_weights(), twin.get_weights())


class OthersTest(absltest.TestCase):
    def test_callbacks_of_the_user(self):
        """Before and after it, with words of their own in the logs."""

        def note(epoch, logs):
            logs["note"], logs["nothing"] = "half way", None

        model, seen = line(), []
        monitor = TrainingMonitor(quiet=True)
        history, _ = fit(
            model,
            keras.callbacks.LambdaCallback(on_epoch_end=note),
            monitor,
            keras.callbacks.EarlyStopping("val_loss", patience=9),
            keras.callbacks.LearningRateScheduler(lambda epoch: 0.1**epoch),
            Calling(lambda: seen.append(len(monitor.trace.steps))),
            validation_data=(X, Y),
        )
        self.assertEqual(seen, [6, 12])
        self.assertIn("val_loss", history.history)
        self.assertLess(monitor.trace.update[6, 0], monitor.trace.update[5, 0])

    def test_a_fit_that_fails_keeps_the_record(self):
        def fail(epoch, logs):
            raise RuntimeError("out of luck")

        monitor, model = TrainingMonitor(quiet=True), line()
        failing = keras.callbacks.LambdaCallback(on_epoch_end=fail)
        with self.assertRaisesRegex(RuntimeError, "out of luck"):
            fit(model, monitor, failing)
        self.assertEqual(monitor.trace.steps.tolist(), list(range(6)))
        fit(model, epochs=1)
        self.assertLen(monitor.trace.steps, 6)
        fit(model, monitor, epochs=1)
        self.assertEqual(monitor.trace.steps.tolist(), list(range(6)))


if __name__ == "__main__":
    absltest.main()
