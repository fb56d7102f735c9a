import contextlib
import re

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
        (
            "units",
            lambda: kinds.compiled(
                keras.Sequential(
                    [keras.Input((6,)), layers.Dense(3, "softmax")]
                ),
                loss="categorical_crossentropy",
            ),
            kinds.X,
            np.eye(2)[kinds.Y[:, 0].astype(int)],
            "output-units-mismatch",
        ),
        (
            "input",
            lambda: kinds.sequential(),
            kinds.X[:, :4],
            kinds.Y,
            "shape-mismatch",
        ),
        (
            "lengths",
            lambda: kinds.sequential(),
            kinds.X,
            kinds.Y[:50],
            "length-mismatch",
        ),
        (
            "objects",
            lambda: kinds.sequential(),
            np.array([["a"] * 6] * 96, object),
            kinds.Y,
            "input-wrong-dtype",
        ),
        (
            "third_argument",
            lambda: positional(),
            kinds.X,
            kinds.Y,
            "call-failed",
        ),
        (
            "not_compiled",
            lambda: keras.Sequential([layers.Dense(1)]),
            kinds.X,
            kinds.Y,
            "call-failed",
        ),
        (
            "no_loss",
            lambda: kinds.sequential(loss=None),
            kinds.X,
            kinds.Y,
            "call-failed",
        ),
        (
            "none",
            lambda: kinds.sequential(),
            None,
            kinds.Y,
            "input-wrong-dtype",
        ),
        (
            "own_code",
            lambda: kinds.compiled(Broken()),
            kinds.X,
            kinds.Y,
            "call-failed",
        ),
        (
            "no_memory",
            lambda: kinds.compiled(Hungry()),
            kinds.X,
            kinds.Y,
            "out-of-memory",
        ),
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

        model = kinds.sequential(
            loss=keras.losses.BinaryCrossentropy(from_logits=True)
        )
        spy = Calling(interrupt)
        with kts.supervise(quiet=True) as session:
            with self.assertRaises(kind):
                model.fit(
                    kinds.X, kinds.Y, epochs=99, verbose=0, callbacks=[spy]
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


class Hungry(keras.Model):
    """Asks for more memory than any machine has, once it trains."""

    def __init__(self):
        super().__init__()
        self.end = layers.Dense(1, "sigmoid")

    def call(self, x):
        return self.end(x)

    def train_step(self, data):
        raise MemoryError("Unable to allocate 7.4 TiB for an array")


class Broken(keras.Model):
    def call(self, x):
        raise LookupError("the file of the weights is gone")


def positional():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    return model


def same(error):
    """The message without names that count up."""
    return re.sub(r"_\d+|0x[0-9a-f]+", "", str(error))


if __name__ == "__main__":
    absltest.main()
