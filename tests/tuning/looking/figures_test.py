import math

import keras_tuner
import numpy as np
from absl.testing import absltest

from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.tuning.looking import curves
from keras_troubleshoot.tuning.looking import figures
from keras_troubleshoot.tuning.looking import plots
from keras_troubleshoot.tuning.looking.importance import importance
from keras_troubleshoot.tuning.looking.showing import page
from tests.tuning.looking import support

ADAM = {"learning_rate": 0.01, "optimizer": "adam", "units": 8, "flag": True}


def with_scores(scores, direction="min"):
    held = support.oracle(direction)
    for score in scores:
        support.add(held, ADAM, score)
    return held


class HistoryTest(absltest.TestCase):
    def test_the_best_so_far(self):
        made = figures.history(with_scores([3.0, math.inf, 4.0, 1.0]))
        each, best = (ys for _, ys in made.values)
        np.testing.assert_array_equal(each, [3, np.nan, 4, 1])
        self.assertEqual(best, (3, 3, 3, 1))

    def test_the_greatest_where_it_is_maximized(self):
        made = figures.history(with_scores([3.0, math.inf, 4.0, 1.0], "max"))
        self.assertEqual(made.values[1][1], (3, 3, 4, 4))

    def test_in_the_order_of_the_ends(self):
        held = with_scores([3.0, 1.0])
        held.end_order.reverse()
        self.assertEqual(figures.history(held).values[0][1], (1, 3))


class SlicesTest(absltest.TestCase):
    def test_categories_are_bars_from_low_to_high(self):
        held = support.oracle()
        for name, score in (("sgd", 2.0), ("adam", 1.0), ("sgd", 4.0)):
            support.add(held, {**ADAM, "optimizer": name}, score)
        made = figures.slices(held)
        self.assertEqual(list(made), ["optimizer"])
        bars = made["optimizer"]
        self.assertEqual(bars.labels, ("adam (1)", "sgd (2)"))
        self.assertEqual(bars.values, (1.0, 3.0))

    def test_numbers_are_curves_with_quartiles(self):
        held = support.oracle()
        for units, score in ((16, 1.0), (8, 5.0), (16, 3.0), (16, 2.0)):
            support.add(held, {**ADAM, "units": units}, score)
        ((xs, ys, low, high),) = figures.slices(held)["units"].values
        self.assertEqual((xs, ys), ((8, 16), (5, 2)))
        self.assertEqual((low, high), ((5, 1.5), (5, 2.5)))

    def test_many_values_are_grouped(self):
        made = figures.slices(support.filled(support.depth, 100))
        ((xs, ys, *_),) = made["learning_rate"].values
        self.assertLen(xs, 10)
        self.assertEqual(sorted(ys), list(ys))

    def test_what_was_off_or_diverged_is_left_out(self):
        held = support.oracle()
        for place, name in enumerate(["sgd", "adam", "sgd", "sgd"]):
            values = {**ADAM, "optimizer": name, "momentum": place / 4}
            support.add(held, values, [1.0, 2.0, 3.0, math.nan][place])
        ((xs, *_),) = figures.slices(held)["momentum"].values
        self.assertEqual(xs, (0, 0.5))


class LearningCurvesTest(absltest.TestCase):
    def test_the_best_first(self):
        held = support.oracle()
        support.add(held, ADAM, 2.0, history=(3.0, 2.0))
        support.add(held, ADAM, 1.0, history=(4.0, [0.5, 1.5]))
        support.add(held, ADAM, 0.5)
        made = figures.learning_curves(held)
        self.assertEqual(made.labels, ("001: 1", "000: 2"))
        self.assertEqual(made.values[0], ((0, 1), (4.0, 1.0)))
        self.assertLen(figures.learning_curves(held, most=1).labels, 1)

    def test_the_spread_of_many(self):
        held = support.oracle()
        for last in range(1, 11):
            support.add(held, ADAM, last, history=(10.0 + last, float(last)))
        support.add(held, ADAM, math.inf, history=(20.0, math.nan))
        support.add(held, ADAM, 3.0, history=(20.0, math.nan, 3.0))
        made = figures.learning_curves(held)
        self.assertLen(made.labels, 8)
        self.assertEqual(made.labels[:2], ("median of 12, quartiles", "000: 1"))
        steps, median, low, high = made.values[0]
        self.assertEqual(steps, (0, 1, 2))
        first = [10.0 + last for last in range(1, 11)] + [20.0, 20.0]
        self.assertEqual(median, (np.median(first), 5.5, 3.0))
        self.assertEqual(low[1], np.quantile(range(1, 11), 0.25))
        self.assertEqual(high[1], np.quantile(range(1, 11), 0.75))
        self.assertIn("median of 12", Report(pages=[page(held)]).to_html())


class LearningPlotTest(absltest.TestCase):
    def test_all_trials_and_how_they_ended(self):
        held = support.oracle()
        support.add(held, ADAM, 2.0, history=(3.0, 2.0))
        support.add(held, ADAM, math.inf, history=(4.0, 5.0, math.nan))
        support.add(held, ADAM, 1.0, history=(2.0, [0.5, 1.5]))
        for _ in range(2):
            support.add(
                held, ADAM, 9.0, message="Discarded after 1.", history=(9.0,)
            )
        support.add(held, ADAM, None, "FAILED", message="Boom")
        axes = curves.plot_learning_curves(held)
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        self.assertEqual(
            labels, ["diverged or failed", "discarded", "best: 002, 1"]
        )
        lines = {line.get_label(): line for line in axes.lines}
        np.testing.assert_array_equal(lines[labels[2]].get_ydata(), [2, 1])
        # Where it was finite last.
        np.testing.assert_array_equal(lines[labels[0]].get_xydata(), [[1, 5]])
        self.assertGreater(
            lines[labels[2]].get_zorder(), axes.lines[0].get_zorder()
        )
        axes.figure.canvas.draw()

    def test_none_has_a_score(self):
        axes = curves.plot_learning_curves(support.oracle())
        self.assertEmpty(axes.lines)
        held = support.oracle()
        support.add(held, ADAM, None, "FAILED", history=(1.0, math.nan))
        axes = curves.plot_learning_curves(held, axes)
        self.assertLen(axes.lines, 2)


class PlotsTest(absltest.TestCase):
    def test_history(self):
        axes = plots.plot_history(with_scores([3.0, math.inf, 1.0]))
        labels = [line.get_label() for line in axes.lines]
        self.assertEqual(labels, ["each trial", "best so far", "diverged"])
        np.testing.assert_array_equal(axes.lines[1].get_ydata(), [3, 3, 1])

    def test_slices_have_the_scale_of_the_hyperparameter(self):
        held = support.filled(support.depth, 12)
        axes = plots.plot_slices(held)
        scales = {one.get_xlabel(): one.get_xscale() for one in axes}
        self.assertEqual(scales["learning_rate"], "log")
        self.assertEqual(scales["momentum"], "linear")
        self.assertLen(axes, 5)
        axes[0].figure.canvas.draw()
        with self.assertRaisesRegex(ValueError, "`axes` must be 5"):
            plots.plot_slices(held, axes[:2])

    def test_reverse_logarithmic(self):
        hp = keras_tuner.HyperParameters()
        hp.Float("decay", 0.9, 0.999, sampling="reverse_log")
        held = support.oracle(hp=hp)
        for value in (0.9, 0.99, 0.999):
            support.add(held, {"decay": value}, value)
        (axes,) = plots.plot_slices(held)
        axes.figure.canvas.draw()
        middle = axes.transAxes.transform((0.5, 0))
        decay = axes.transData.inverted().transform(middle)[0]
        expected = hp.space[0].prob_to_value(0.5)
        self.assertAlmostEqual(decay, expected, places=5)

    def test_importance_with_intervals(self):
        found = importance(support.filled(support.depth, 20), repeats=2)
        axes = plots.plot_importance(found)
        wide = [bar.get_width() for bar in axes.patches]
        expected = [100 * entry.share for entry in found.entries[::-1]]
        np.testing.assert_allclose(wide, expected)
        axes.figure.canvas.draw()


class PageTest(absltest.TestCase):
    def test_a_page_that_the_report_renders(self):
        held = support.filled(support.depth, 20)
        support.add(held, ADAM, None, "FAILED", message="Trace\nBoom <b>")
        made = page(held)
        self.assertIsInstance(made, Page)
        self.assertEqual(made.stage, "tune")
        self.assertIn("21 trials finished, 1 of them", made.summary)
        best = min(
            held.trials.values(), key=lambda t: t.score if t.score else 9
        )
        self.assertEqual(made.blocks[0].rows[0][0], best.trial_id)
        html = Report(pages=[made]).to_html()
        self.assertIn("What the hyperparameters explain", html)
        self.assertIn("Boom &lt;b&gt;", html)

    def test_few_trials(self):
        held = with_scores([1.0, 2.0])
        told = [getattr(block, "text", "") for block in page(held).blocks]
        self.assertIn("at least 10 finished trials", " ".join(told))

    def test_none_has_a_score(self):
        made = page(with_scores([math.nan, math.nan]))
        self.assertIn("None has a score", made.summary)
        self.assertEmpty(made.blocks)

    def test_a_tuner(self):
        tuner = type("Tuner", (), {"oracle": with_scores([1.0])})()
        self.assertEqual(page(tuner), page(tuner.oracle))


if __name__ == "__main__":
    absltest.main()
