"""Tests that findings of `check` fail a test, and nothing else does."""

import keras
import numpy as np
from absl.testing import absltest

from keras_troubleshoot import testing
from tests.debugging import kinds

X, Y = kinds.X, kinds.Y
RAW = X * 1000


def message(*data, **options):
    keras.utils.set_random_seed(0)
    try:
        testing.assert_no_findings(kinds.sequential(), *data, **options)
    except AssertionError as error:
        return str(error)
    return ""


class FindingsTest(absltest.TestCase):
    def test_healthy_models_pass(self):
        self.assertEmpty(message(X, Y))
        self.assertEmpty(message(X, Y, validation_data=(X[:20] + 0.5, Y[:20])))

    def test_what_cannot_be_examined_does_not_count(self):
        keras.utils.set_random_seed(0)
        model = kinds.Subclass()
        self.assertIsNone(testing.assert_no_findings(model, X))

    def test_the_report_of_what_was_found_is_told(self):
        said = message(RAW, Y)
        for part in (
            "must find no warning or graver in 'sequential",
            "but it found 2",
            "WARNING  input-not-normalized  layer",
            "To mend it",
        ):
            self.assertIn(part, said)

    def test_less_grave_findings_are_left_out(self):
        self.assertEmpty(message(RAW, Y, severity="error"))
        said = message(RAW, Y, disable=["initial-loss-unexpected"])
        self.assertIn("but it found 1", said)
        self.assertNotIn("initial-loss-unexpected", said)

    def test_validation_data_are_looked_at(self):
        said = message(X, Y, validation_data=(X, Y))
        self.assertIn("leak", said)

    def test_what_is_wrong_with_arguments_is_said(self):
        with self.assertRaisesRegex(ValueError, "`severity` must be one of"):
            message(X, Y, severity="grave")
        with self.assertRaisesRegex(ValueError, "`disable` must name"):
            message(X, Y, disable=["no-such"])
        with self.assertRaisesRegex(TypeError, "`model` must be a `keras.Mod"):
            testing.assert_no_findings(np.ones(3), X)


if __name__ == "__main__":
    absltest.main()
