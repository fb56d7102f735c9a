"""Tests of the drawings."""

import re

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report import figures
from keras_troubleshoot.report.figures import axes
from keras_troubleshoot.report.figures import waterfall
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
        ("waterfall", "waterfall", ("a", "b", "c"), (1, -0.4, 0.6)),
        ("totals_alone", "waterfall", ("a", "b"), (0, 0)),
        ("below_zero", "waterfall", ("a", "b", "c"), (-1, (2, 1, 3), 1)),
        ("empty_curves", "curve", (), ()),
        ("empty_curve", "curve", ("a",), (((), ()),)),
        ("gap", "curve", ("a",), (((1, 2, 3), (1, np.nan, 3)),)),
        ("band", "curve", ("a",), (((1, 2), (1, 2), (0, 1), (2, np.inf)),)),
        ("far_curve", "curve", ("a",), (((1, 1e6), (1e-9, 1.0)),)),
        ("array", "curve", ("a",), (np.ones((4, 3)),)),
        ("arrays", "lines", ("a",), (np.arange(3.0),)),
    )
    def test_draws(self, kind, labels, values):
        drawing = figures.draw(Figure(kind, "t", labels, values), "id")
        self.assertStartsWith(drawing, "<svg ")
        self.assertIn("aria-label=", drawing)
        self.assertNotIn("#0102", drawing)
        self.assertNotIn("<style", drawing)

    def test_a_waterfall_falls_from_total_to_total(self):
        figure = Figure(
            "waterfall",
            "t",
            ("floor", "bias", "shift", "test"),
            (0.25, (0.125, 0.0625, 0.25), -0.0625, 0.3125),
        )
        made = waterfall.bars(figure)
        # By hand: each step starts where the one before it ends.
        self.assertEqual([bar.start for bar in made], [0, 0.25, 0.375, 0])
        self.assertEqual(
            [bar.end for bar in made], [0.25, 0.375, 0.3125, 0.3125]
        )
        self.assertEqual((made[1].low, made[1].high), (0.3125, 0.5))
        self.assertEqual(
            [bar.filled for bar in made], [True, True, False, True]
        )
        self.assertLen({bar.color for bar in made}, 3)
        drawing = figures.draw(figure, "id")
        for number in (">0.25<", ">+0.125<", ">-0.0625<", ">0.3125<"):
            self.assertIn(number, drawing)

    @parameterized.named_parameters(
        (
            "waterfall",
            Figure("waterfall", "t", ("a", "b", "c"), (1, (-0.5, -1, 0), 0.5)),
            "t: a 1, b -0.5 (between -1 and 0), c 0.5",
        ),
        (
            "curve",
            Figure("curve", "t", ("a",), (((10, 20), (0.5, 0.25)),)),
            "t: a from 0.5 at 10 to 0.25 at 20",
        ),
    )
    def test_is_told_to_who_cannot_see_it(self, figure, expected):
        self.assertEqual(figures.description(figure), expected)

    @parameterized.named_parameters(
        ("near", (10, 1000), 0), ("far", (10, 100_000), 1)
    )
    def test_positions_far_apart_make_the_axis_logarithmic(self, xs, expected):
        figure = Figure(
            "curve", "t", ("a",), ((xs, (1, 2)),), "error", "examples"
        )
        drawing = figures.draw(figure, "id")
        self.assertEqual(drawing.count("examples (logarithmic)"), expected)
        self.assertEqual(drawing.count("(logarithmic)"), expected)

    # A mark for each point, and one in the legend.
    @parameterized.named_parameters(("few", 5, 6), ("many", 100, 0))
    def test_few_points_are_marked(self, size, expected):
        line = (np.arange(size), np.arange(size))
        drawing = figures.draw(Figure("curve", "t", ("a",), (line,)), "id")
        uses = re.findall("<use [^>]*>", drawing)
        marks = [use for use in uses if "--kts-series-1" in use]
        self.assertLen(marks, expected)

    def test_a_long_curve_is_thinned(self):
        xs = np.arange(100_000)
        figure = Figure("curve", "t", ("a",), ((xs, xs % 7, xs - 1, xs + 1),))
        self.assertLess(len(figures.draw(figure, "id")), 100_000)

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
        positions = axes.thinned(list(line))
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
