"""Tests of the page of a training run."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging import layer_health
from keras_troubleshoot.debugging import learning_curves
from keras_troubleshoot.debugging.pages import training_page
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.trace import Trace
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.report import Report

HISTORY = History(
    {
        "loss": [2.0, 1.0, 0.5, 0.25],
        "accuracy": [0.25, 0.5, 0.75, 1.0],
        "val_loss": [2.0, 1.5, 1.0, 1.25],
        "val_accuracy": [0.25, 0.5, 0.625, 0.5],
        "learning_rate": [0.1, 0.1, 0.1, 0.1],
    }
)


def trace(steps=20, dead=0.25):
    """A run of two layers; of the first the given share is dead at the end."""
    late = np.arange(steps) >= 10
    return Trace(
        steps=np.arange(steps),
        loss=np.linspace(2.0, 1.0, steps),
        layers=("hidden", "out"),
        gradient=np.where(late[:, None], [0.5, 2.0], [9.0, 9.0]),
        update=np.where(late[:, None], [1e-3, 2e-3], [1.0, 1.0]),
        weight=np.ones((steps, 2)),
        units=("hidden", "gate", "out"),
        activations=("relu", "relu6", "sigmoid"),
        dead=np.where(late[:, None], [dead, 0.0, 0.75], [0.9, 0.9, 0.9]),
        saturated=np.where(late[:, None], [0.5, 0.125, 0.5], [0, 0, 0]),
    )


def table_of(page):
    (table,) = [block for block in page.blocks if isinstance(block, Table)]
    return table


def titles(page):
    return [b.title for b in page.blocks if isinstance(b, Figure)]


class TrainingPageTest(parameterized.TestCase):
    def test_of_both(self):
        page = training_page(HISTORY, trace())
        self.assertEqual(page.stage, "debug")
        self.assertEqual(
            page.summary,
            "The training loss went from 2 to 0.25 in 4 epochs; the "
            "validation loss was lowest, 1, after epoch 3, and ended at 1.25."
            " At the end 25% of the units of `hidden` were dead.",
        )
        self.assertEqual(
            titles(page),
            [
                "Learning curves: loss",
                "Learning curves: accuracy",
                "Loss of the recorded steps",
                "Gradient norm by layer",
                "Update / weight by layer",
                "Dead units by layer",
                "Saturated by layer",
            ],
        )

    def test_the_table_holds_the_end_of_the_run(self):
        table = table_of(training_page(trace=trace()))
        self.assertIn("last 10 recorded steps", table.title)
        self.assertEqual(
            table.columns,
            (
                "layer",
                "gradient norm",
                "update / weight",
                "dead units",
                "saturated",
            ),
        )
        # Units of a sigmoid do not die, those of a ReLU do not saturate.
        self.assertEqual(
            table.rows,
            (
                ("hidden", 0.5, 1e-3, "25.0%", None),
                ("out", 2.0, 2e-3, None, "50.0%"),
                ("gate", None, None, "0.0%", "12.5%"),
            ),
        )

    def test_a_healthy_run_has_no_word_and_no_bars_of_dead_units(self):
        page = training_page(trace=trace(dead=0.0))
        self.assertNotIn("dead", page.summary)
        self.assertNotIn("Dead units by layer", titles(page))
        self.assertEqual(table_of(page).rows[0][3], "0.0%")

    def test_history_alone(self):
        page = training_page(HISTORY)
        self.assertLen(page.blocks, 2)
        self.assertNotIn("dead", page.summary)

    def test_a_run_that_broke_down(self):
        nan = float("nan")
        held = trace(3)
        broken = Trace(
            np.arange(3), np.full(3, nan), ("a",), np.full((3, 1), nan)
        )
        page = training_page(History({"loss": [nan, nan]}), broken)
        self.assertIn("from nan to nan", page.summary)
        self.assertEqual(titles(page), [])
        self.assertIn("nan", Report(pages=[page]).to_html())
        self.assertIn(
            "last 3 recorded", table_of(training_page(trace=held)).title
        )

    def test_stands_in_a_report(self):
        report = Report(pages=[training_page(HISTORY, trace())])
        self.assertIn("25.0%", str(report))
        back = Report.from_json(report.to_json())
        self.assertEqual(back.to_html(), report.to_html())

    def test_of_a_run_that_a_monitor_watched(self):
        import keras

        from keras_troubleshoot.debugging.training_monitor import (
            TrainingMonitor,
        )

        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(8, "relu", bias_initializer="ones", name="alive"),
                layers.Dense(4, "relu", name="dying"),
                layers.Dense(1, name="last"),
            ]
        )
        model.layers[1].bias.assign([-1e6, 0.0, -1e6, -1e6])
        model.compile("sgd", "mse")
        monitor = TrainingMonitor(quiet=True)
        x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
        model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[monitor])
        history = History(model.history.history)
        page = training_page(history, monitor.trace)
        rows = {row[0]: row[1:] for row in table_of(page).rows}
        self.assertEqual(list(rows), ["alive", "dying", "last"])
        self.assertGreaterEqual(float(rows["dying"][2][:-1]), 75.0)
        self.assertIsNone(rows["last"][2])
        np.testing.assert_allclose(
            rows["last"][0], np.median(monitor.trace.gradient[:, 2])
        )

    @parameterized.named_parameters(
        ("nothing", {}, ValueError, "must hold an epoch.*To mend it"),
        ("empty", {"history": History()}, ValueError, "must hold an epoch"),
        (
            "no_step",
            {"trace": Trace(np.zeros(0), np.zeros(0))},
            ValueError,
            "`trace` a step",
        ),
        ("dictionary", {"history": {"loss": [1]}}, TypeError, "received: dict"),
        ("history", {"trace": HISTORY}, TypeError, "`Trace` or None"),
    )
    def test_refuses(self, given, error, message):
        with self.assertRaisesRegex(error, message):
            training_page(**given)


class LearningCurvesTest(parameterized.TestCase):
    def test_training_and_validation_over_epochs(self):
        loss, accuracy = learning_curves.of_epochs(HISTORY)
        self.assertEqual(loss.labels, ("training", "validation"))
        self.assertEqual(accuracy.labels, ("training", "validation"))
        for (xs, ys), name in zip(
            loss.values, ("loss", "val_loss"), strict=True
        ):
            np.testing.assert_array_equal(xs, [1, 2, 3, 4])
            np.testing.assert_array_equal(ys, HISTORY.epochs[name])

    # By hand: after which epochs `fit` measures with `validation_freq`.
    @parameterized.named_parameters(
        ("each", 4, 4, [1, 2, 3, 4]),
        ("second", 5, 11, [2, 4, 6, 8, 10]),
        ("third", 3, 9, [3, 6, 9]),
        ("none", 0, 9, []),
        ("beyond", 3, 2, [1, 2, 3]),
    )
    def test_places(self, measured, epochs, expected):
        self.assertEqual(
            learning_curves.places(measured, epochs).tolist(), expected
        )

    def test_without_validation(self):
        history = History({"loss": [1.0]})
        (figure,) = learning_curves.of_epochs(history)
        self.assertEqual(figure.labels, ("training",))
        self.assertEqual(
            learning_curves.told(history),
            "The training loss went from 1 to 1 in 1 epoch.",
        )

    def test_of_many_metrics_the_first_are_shown(self):
        history = History({f"m{n}": [1.0] for n in range(20)})
        self.assertLen(learning_curves.of_epochs(history), 4)


class LayerHealthTest(absltest.TestCase):
    def test_nothing_recorded(self):
        empty = Trace(np.arange(3), np.ones(3))
        self.assertEqual(layer_health.blocks(empty), [])
        self.assertEqual(layer_health.told(empty), "")

    def test_what_is_not_finite_is_said(self):
        values = np.array([[1.0, 2.0], [np.nan, 4.0]])
        held = Trace(np.arange(2), np.ones(2), ("a", "b"), values)
        table, _, bars = layer_health.blocks(held)
        self.assertEqual(str(table.rows), "(('a', nan), ('b', 3.0))")
        self.assertEqual(bars.labels, ("a", "b"))


if __name__ == "__main__":
    absltest.main()
