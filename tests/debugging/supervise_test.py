import contextlib
import inspect
import io

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

import keras_troubleshoot as kts
from keras_troubleshoot.report.finding import Severity
from tests.debugging import kinds

FIT = keras.Model.fit


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


def errors(report):
    """The findings that are errors."""
    return report.at_least(Severity.ERROR)


class Calling(keras.callbacks.Callback):
    """Runs a function at the end of each epoch."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def on_epoch_end(self, epoch, logs=None):
        self.function()


class SessionTest(parameterized.TestCase):
    def tearDown(self):
        super().tearDown()
        # Whatever happened, `fit` is Keras's own again.
        self.assertIs(keras.Model.fit, FIT)
        self.assertNotIn("fit", vars(keras.Model))

    def test_healthy(self):
        model = kinds.sequential()
        with kts.supervise(quiet=True) as session:
            history = model.fit(kinds.X, kinds.Y, epochs=2, verbose=0)
        self.assertIs(history, model.history)
        self.assertLen(history.history["loss"], 2)
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
        model = kinds.sequential(loss=keras.losses.BinaryCrossentropy(
            from_logits=True))
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
        self.assertTrue(session.report.ok)

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
        model = kinds.sequential()
        with kts.supervise(quiet=True) as session:
            model.fit(kinds.X, kinds.Y, verbose=0)
        self.assertIsNone(session.fits[0].model)
        self.assertNotEmpty(session.report.examined)


class RaisingTest(parameterized.TestCase):
    """An exception of `fit` is explained once, and goes on as it was."""

    def raised(self, model, *args, **kwargs):
        """What `fit` raises without supervision and with it."""
        caught = []
        for supervised in (False, True):
            with contextlib.ExitStack() as stack:
                if supervised:
                    session = stack.enter_context(kts.supervise(quiet=True))
                try:
                    model().fit(*args, verbose=0, **kwargs)
                except Exception as error:
                    caught.append(error)
        alone, watched = caught
        self.assertIs(type(watched), type(alone))
        return alone, watched, session.report

    @parameterized.named_parameters(
        ("units", lambda: kinds.compiled(keras.Sequential(
            [keras.Input((6,)), layers.Dense(3, "softmax")]),
            loss="categorical_crossentropy"),
         kinds.X, np.eye(2)[kinds.Y[:, 0].astype(int)],
         "output-units-mismatch"),
        ("input", lambda: kinds.sequential(),
         kinds.X[:, :4], kinds.Y, "shape-mismatch"),
        ("lengths", lambda: kinds.sequential(),
         kinds.X, kinds.Y[:50], "length-mismatch"),
        ("objects", lambda: kinds.sequential(),
         np.array([["a"] * 6] * 96, object), kinds.Y, "input-wrong-dtype"),
        ("third_argument", lambda: positional(),
         kinds.X, kinds.Y, "call-failed"),
        ("not_compiled", lambda: keras.Sequential([layers.Dense(1)]),
         kinds.X, kinds.Y, "call-failed"),
        ("no_loss", lambda: kinds.sequential(loss=None),
         kinds.X, kinds.Y, "call-failed"),
        ("none", lambda: kinds.sequential(),
         None, kinds.Y, "input-wrong-dtype"),
        ("own_code", lambda: kinds.compiled(Broken()),
         kinds.X, kinds.Y, "call-failed"),
    )
    def test_explained(self, model, x, y, rule):
        alone, watched, report = self.raised(model, x, y)
        self.assertEqual(same(watched), same(alone))
        found = errors(report)
        self.assertEqual([f.rule for f in found], [rule])
        self.assertEqual(found[0].location.path, __file__)
        self.assertNotEmpty(found[0].fix)
        self.assertNotIn("Traceback", found[0].summary)
        self.assertNotIn("\n", found[0].summary)

    def test_the_very_exception(self):
        mine = ArithmeticError("one of the user's")

        def fail():
            raise mine

        model = kinds.sequential()
        with kts.supervise(quiet=True) as session:
            with self.assertRaises(ArithmeticError) as caught:
                model.fit(
                    kinds.X, kinds.Y, verbose=0, callbacks=[Calling(fail)]
                )
        self.assertIs(caught.exception, mine)
        [found] = errors(session.report)
        self.assertEqual(found.rule, "call-failed")
        self.assertIn("one of the user's", found.summary)

    def test_unknown_argument(self):
        model = kinds.sequential()
        with kts.supervise(quiet=True) as session:
            with self.assertRaisesRegex(TypeError, "nb_epoch"):
                model.fit(kinds.X, kinds.Y, nb_epoch=2)
        [found] = errors(session.report)
        self.assertIn("nb_epoch", found.summary)

    @parameterized.parameters(KeyboardInterrupt, SystemExit)
    def test_interrupted(self, kind):
        def interrupt():
            raise kind

        model = kinds.sequential(loss=keras.losses.BinaryCrossentropy(
            from_logits=True))
        with kts.supervise(quiet=True) as session:
            with self.assertRaises(kind):
                model.fit(
                    kinds.X, kinds.Y, verbose=0, callbacks=[Calling(interrupt)]
                )
        rules = [f.rule for f in session.report.at_least("warning")]
        self.assertEqual(rules, ["probabilities-with-from-logits"])
        self.assertIs(keras.Model.fit, FIT)

    def test_raised_by_a_fit_inside_another(self):
        """The inner one says why; the outer one does not say it again."""
        inner = kinds.sequential()
        spy = Calling(lambda: inner.fit(kinds.X[:, :4], kinds.Y, verbose=0))
        with kts.supervise(quiet=True) as outer:
            with kts.supervise(quiet=True) as session:
                with self.assertRaises(ValueError):
                    kinds.sequential().fit(
                        kinds.X, kinds.Y, verbose=0, callbacks=[spy]
                    )
        for each in (session, outer):
            rules = [f.rule for f in errors(each.report)]
            self.assertEqual(rules, ["shape-mismatch"])

    def test_goes_on_after_an_exception(self):
        with kts.supervise(quiet=True) as session:
            with self.assertRaises(ValueError):
                kinds.sequential().fit(kinds.X[:, :4], kinds.Y, verbose=0)
            kinds.sequential().fit(kinds.X, kinds.Y, verbose=0)
        self.assertLen(errors(session.report), 1)
        self.assertLen(session.fits, 2)


class Broken(keras.Model):
    def call(self, x):
        raise LookupError("the file of the weights is gone")


def positional():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    return model


def same(error):
    """The message without names that count up."""
    import re

    return re.sub(r"_\d+|0x[0-9a-f]+", "", str(error))


if __name__ == "__main__":
    absltest.main()
