import contextlib
import inspect
import io

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

import keras_troubleshoot as kts
from tests.debugging import kinds
from tests.debugging.watching import FIT
from tests.debugging.watching import Calling
from tests.debugging.watching import errors


def sick():
    """Labels that start at 1 for as many units as classes."""
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(3, "softmax", name="end")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


LABELS = 1 + np.arange(kinds.ROWS) % 3


def line():
    """The line that calls this function."""
    return inspect.currentframe().f_back.f_lineno


class SessionTest(parameterized.TestCase):
    def tearDown(self):
        super().tearDown()
        # Whatever happened, `fit` is Keras's own again.
        self.assertIs(keras.Model.fit, FIT)
        self.assertNotIn("fit", vars(keras.Model))

    def test_healthy(self):
        model = kinds.sequential()
        with kts.supervise(quiet=True) as session:
            history = model.fit(kinds.X, kinds.Y, epochs=60, verbose=0)
        self.assertIs(history, model.history)
        self.assertLen(history.history["loss"], 60)
        self.assertTrue(session.report.ok)
        self.assertNotEmpty(session.report.examined)
        self.assertIn(model.name, session.report.title)

    def test_findings_with_the_line_of_the_script(self):
        model = sick()
        with kts.supervise(quiet=True) as session:
            with contextlib.suppress(Exception):
                here = line() + 1
                model.fit(kinds.X, LABELS, verbose=0)
        [found] = errors(session.report)
        self.assertEqual(found.rule, "labels-out-of-range")
        self.assertEqual(found.location.path, __file__)
        self.assertEqual(found.location.line, here)

    def test_told_the_moment_they_are_known(self):
        stream, told = io.StringIO(), []
        model = kinds.sequential(
            loss=keras.losses.BinaryCrossentropy(from_logits=True)
        )
        spy = Calling(lambda: told.append(stream.getvalue()))
        with contextlib.redirect_stderr(stream):
            with kts.supervise():
                model.fit(kinds.X, kinds.Y, verbose=0, callbacks=[spy])
                model.fit(kinds.X, kinds.Y, verbose=0)
        self.assertIn("probabilities-with-from-logits", told[0])
        count = stream.getvalue().count(": probabilities-with-from-logits")
        self.assertEqual(count, 1)

    def test_quiet(self):
        stream = io.StringIO()
        with contextlib.redirect_stderr(stream):
            with kts.supervise(quiet=True) as session:
                with contextlib.suppress(Exception):
                    sick().fit(kinds.X, LABELS, verbose=0)
        self.assertNotIn("keras-troubleshoot", stream.getvalue())
        self.assertNotEmpty(errors(session.report))

    def test_report_during_the_block(self):
        seen = []
        model = kinds.sequential()
        with kts.supervise(quiet=True) as session:
            self.assertEqual(session.report.findings, [])
            self.assertIn("No training", session.report.title)
            spy = Calling(lambda: seen.append(session.report))
            model.fit(kinds.X, kinds.Y, epochs=2, verbose=0, callbacks=[spy])
            seen.append(session.report)
        self.assertLen(seen, 3)
        for report in seen:
            self.assertIn("labels-out-of-range", report.examined)

    def test_disable(self):
        with kts.supervise(["labels-out-of-range"], quiet=True) as session:
            with contextlib.suppress(Exception):
                sick().fit(kinds.X, LABELS, verbose=0)
        rules = {f.rule for f in session.report.findings}
        self.assertNotIn("labels-out-of-range", rules)
        with self.assertRaisesRegex(ValueError, "no-such-rule"):
            with kts.supervise(["no-such-rule"]):
                self.fail("not reached")

    def test_several_models(self):
        one, two = kinds.sequential(), sick()
        with kts.supervise(quiet=True) as session:
            one.fit(kinds.X, kinds.Y, verbose=0)
            with contextlib.suppress(Exception):
                two.fit(kinds.X, LABELS, verbose=0)
        self.assertIn(one.name, session.report.title)
        self.assertIn(two.name, session.report.title)
        self.assertLen(errors(session.report), 1)
        self.assertLen(session.fits, 2)

    def test_folds(self):
        """The same finding of five folds is told once."""
        with kts.supervise(quiet=True) as session:
            for fold in range(3):
                rows = np.arange(kinds.ROWS) % 3 != fold
                model = kinds.sequential(loss="mse", metrics=[])
                model.fit(1e4 * kinds.X[rows], kinds.Y[rows], verbose=0)
        rules = [f.rule for f in session.report.findings]
        self.assertEqual(rules.count("input-not-normalized"), 1)
        self.assertLen(session.fits, 3)

    def test_fit_inside_a_callback(self):
        outer, inner = kinds.sequential(), kinds.sequential()
        spy = Calling(lambda: inner.fit(kinds.X, kinds.Y, verbose=0))
        with kts.supervise(quiet=True) as session:
            outer.fit(kinds.X, kinds.Y, epochs=2, verbose=0, callbacks=[spy])
        names = [fit.model_name for fit in session.fits]
        self.assertEqual(names, [outer.name, inner.name, inner.name])
        self.assertEmpty(errors(session.report))

    def test_check_inside_a_callback(self):
        reports = []
        model = kinds.sequential()
        data = kinds.X, kinds.Y
        spy = Calling(lambda: reports.append(kts.check(model, *data)))
        keras.utils.set_random_seed(1)
        model.fit(kinds.X, kinds.Y, epochs=2, verbose=0, callbacks=[spy])
        self.assertTrue(reports[1].ok)

    def test_nested(self):
        model = kinds.sequential()
        with kts.supervise(quiet=True) as outer:
            with kts.supervise(quiet=True) as inner:
                model.fit(kinds.X, kinds.Y, verbose=0)
            model.fit(kinds.X, kinds.Y, verbose=0)
        self.assertLen(inner.fits, 1)
        self.assertLen(outer.fits, 2)
        self.assertEqual(outer.fits[0].location.path, __file__)

    def test_own_fit(self):
        """A subclass that overrides `fit` and calls that of Keras."""

        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(1, "sigmoid")

            def call(self, x):
                return self.dense(x)

            def fit(self, *args, **kwargs):
                return super().fit(*args, verbose=0, **kwargs)

        with kts.supervise(quiet=True) as session:
            kinds.compiled(Model()).fit(kinds.X, kinds.Y)
        self.assertLen(session.fits, 1)
        self.assertNotEmpty(session.report.examined)

    def test_body_that_raises(self):
        with self.assertRaises(ZeroDivisionError):
            with kts.supervise(quiet=True):
                raise ZeroDivisionError

    def test_fit_keeps_its_signature(self):
        with kts.supervise(quiet=True):
            self.assertEqual(
                inspect.signature(keras.Model.fit), inspect.signature(FIT)
            )
            self.assertEqual(keras.Model.fit.__doc__, FIT.__doc__)

    def test_lets_go_of_model_and_data(self):
        """Only the last `fit` can be repaired."""
        model, last = kinds.sequential(), kinds.sequential()
        with kts.supervise(quiet=True) as session:
            model.fit(kinds.X, kinds.Y, verbose=0)
            last.fit(kinds.X, kinds.Y, verbose=0)
        self.assertIsNone(session.fits[0].model)
        self.assertIs(session.fits[1].model, last)
        self.assertNotEmpty(session.report.examined)


if __name__ == "__main__":
    absltest.main()
