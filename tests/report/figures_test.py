"""Tests of the drawings."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import figures
from keras_troubleshoot.report.finding import Figure


class FigureTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.enter_context(np.errstate(all="raise"))

    @parameterized.named_parameters(
        ("empty_bars", "bars", (), ()),
        ("empty_lines", "lines", (), ()),
        ("empty_line", "lines", ("a",), ((),)),
        ("zeros", "bars", ("a", "b"), (0, 0)),
        ("negative", "bars", ("a", "b"), (-1, 2.5)),
        ("not_finite", "bars", ("a", "b", "c"), (np.nan, np.inf, 1.0)),
        ("all_nan", "lines", ("a",), ((np.nan, np.nan),)),
        ("far_apart", "bars", ("a", "b"), (1e-9, 1e9)),
        ("far_lines", "lines", ("a",), ((1e-9, 1.0, 1e9),)),
        ("other_scripts", "bars", ("日本", "$x$_^\\"), (1, 2)),
        ("arrays", "lines", ("a",), (np.arange(3.0),)),
    )
    def test_draws(self, kind, labels, values):
        drawing = figures.draw(Figure(kind, "t", labels, values), "id")
        self.assertStartsWith(drawing, "<svg ")
        self.assertIn("aria-label=", drawing)
        self.assertNotIn("#0102", drawing)
        self.assertNotIn("<style", drawing)

    def test_a_dollar_is_a_dollar(self):
        drawing = figures.draw(Figure("bars", "t", ("$a$",), (1,)), "id")
        self.assertIn(">$a$</text>", drawing)

    def test_of_many_bars_the_largest_are_drawn(self):
        values = tuple(range(100))
        figure = Figure("bars", "t", tuple(map(str, values)), values)
        self.assertEqual(figures.drawn(figure), list(range(70, 100)))
        self.assertEqual(figures.left_out(figure), "the largest 30 of 100")

    def test_a_long_line_keeps_its_peak_and_its_gap(self):
        line = np.zeros(100_000)
        line[54_321] = 7.0
        line[77_777] = np.nan
        drawing = figures.draw(Figure("lines", "t", ("a",), (line,)), "id")
        self.assertLess(len(drawing), 40_000)
        positions = figures._thinned(list(line))
        self.assertContainsSubset([54_321, 77_777], positions)
        self.assertEqual(positions, sorted(positions))

    def test_the_settings_of_the_caller_are_left_alone(self):
        import matplotlib

        with matplotlib.rc_context({"text.usetex": True, "font.size": 3}):
            before = dict(matplotlib.rcParams)
            figures.draw(Figure("bars", "t", ("a",), (1,)), "id")
            self.assertEqual(dict(matplotlib.rcParams), before)


if __name__ == "__main__":
    absltest.main()
