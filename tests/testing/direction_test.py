"""Tests of changes with a known effect."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot import testing
from tests.testing import deciding

X = deciding.X
check = testing.assert_direction
message = deciding.message


def up(x):
    x[:, 0] += 1
    return x


def aside(x):
    x[:, 1] += 1
    return x


def spread(x):
    """Up in three rows, down in two."""
    x[:, 0] *= 2
    return x


class DirectionTest(parameterized.TestCase):
    def test_one_unit(self):
        model = deciding.linear([[10.0], [0.0]])
        self.assertIsNone(check(model, X, up))
        check(model, X, lambda x: x - [1, 0], increases=False)
        check(model, X, spread, increases=None)
        said = message(check, model, X, up, increases=False)
        for part in (
            "Output 'end' of 'sequential",
            "must fall by more than 0 under `change`",
            "in 5 of 5 rows it does not (median change 10)",
            "row 0: -30 -> -20; row 1: -10 -> 0;",
            "To mend it",
        ):
            self.assertIn(part, said)

    def test_what_has_no_influence_goes_nowhere(self):
        model = deciding.linear([[10.0], [0.0]])
        for increases in (True, False, None):
            said = message(check, model, X, aside, increases=increases)
            self.assertIn("in 5 of 5 rows it does not", said)

    def test_a_class_is_named_by_its_unit(self):
        model = deciding.softmax()
        check(model, X, up, unit=1)
        check(model, X, up, unit=0, increases=False)
        check(model, X, up, unit=-1)
        said = message(check, model, X, up, unit=0)
        self.assertIn("at 0 must rise", said)

    def test_margin(self):
        model = deciding.linear([[10.0], [0.0]])
        check(model, X, up, margin=9.9)
        said = message(check, model, X, up, margin=10.1)
        self.assertIn("rise by more than 10.1", said)
        # It may fall, though not far.
        down = lambda x: x - [0.1, 0]  # noqa: E731
        check(model, X, down, margin=-1.1)
        self.assertNotEmpty(message(check, model, X, down, margin=-0.9))

    def test_a_share_of_the_rows(self):
        model = deciding.linear([[10.0], [0.0]])
        check(model, X, spread, share=0.6)
        said = message(check, model, X, spread, share=0.61)
        self.assertIn("in 2 of 5 rows it does not", said)
        self.assertIn("row 0: -30 -> -60; row 1: -10 -> -20.", said)

    def test_several_inputs_and_outputs(self):
        def dearer(x):
            return {"a": x["a"] + 1, "b": x["b"]}

        model = deciding.Own()
        check(model, deciding.PARTS, dearer, output="price")
        with self.assertRaisesRegex(ValueError, "take one of: good, price"):
            check(model, deciding.PARTS, dearer)

    @parameterized.named_parameters(
        ("increases", {"increases": "up"}, "`increases` must be True"),
        ("margin", {"margin": None}, "`margin` must be a number"),
        ("no_unit", {}, "`unit` must name one number .* unit=None.*unit=0"),
        ("unit", {"unit": 2}, "received: unit=2"),
        ("units", {"unit": (0, 1)}, r"received: unit=\(0, 1\)"),
        ("share", {"share": 2}, "`share` must be a share"),
    )
    def test_what_is_wrong_with_arguments_is_said(self, options, said):
        with self.assertRaisesRegex(ValueError, said):
            check(deciding.softmax(), X, up, **options)

    def test_no_number_is_no_rise(self):
        model = deciding.linear([[10.0], [0.0]])

        def lost(x):
            x[0] = np.nan
            return x + 1

        said = message(check, model, X, lost)
        self.assertIn("in 1 of 5 rows it does not", said)


if __name__ == "__main__":
    absltest.main()
