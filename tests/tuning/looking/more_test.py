"""Parallel coordinates, narrowing and TensorBoard."""

import glob
import importlib.util
import math
import tempfile
import unittest
from unittest import mock

import keras_tuner
import numpy as np
from absl.testing import absltest

from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle
from keras_troubleshoot.tuning.coarse.span import Span
from keras_troubleshoot.tuning.looking import narrowing as narrowing_lib
from keras_troubleshoot.tuning.looking import tensorboard
from keras_troubleshoot.tuning.looking.parallel import plot_parallel
from keras_troubleshoot.tuning.looking.showing import page
from tests.tuning.looking import support

ADAM = {"learning_rate": 0.01, "optimizer": "adam", "units": 8, "flag": True}


class ParallelTest(absltest.TestCase):
    def test_the_best_lies_on_top(self):
        held = support.oracle()
        sgd = {**ADAM, "optimizer": "sgd", "momentum": 0.25}
        support.add(held, sgd, 1.0)
        support.add(held, ADAM, 2.0)
        support.add(held, ADAM, math.nan)
        axes = plot_parallel(held)
        drawn = [
            line.get_ydata()
            for line in axes.lines
            if len(line.get_xdata()) == 5
        ]
        self.assertLen(drawn, 2)
        np.testing.assert_allclose(drawn[1][:3], [0.5, 0.75, 0.25])
        self.assertTrue(np.isnan(drawn[0][2]))
        axes.figure.canvas.draw()

    def test_no_trials(self):
        plot_parallel(support.oracle()).figure.canvas.draw()


class NarrowingTest(absltest.TestCase):
    def search(self):
        held = CoarseToFineOracle(
            keras_tuner.Objective("val_loss", "min"),
            hyperparameters=support.space(),
            max_trials=40,
            seed=3,
        )
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        held._set_project_dir(folder.name, "search")
        held.verbose = 0
        for _ in range(40):
            trial = held.create_trial("tuner")
            score = abs(support.depth(trial.hyperparameters.values))
            held.update_trial(trial.trial_id, {"val_loss": score})
            trial.status = "COMPLETED"
            held.end_trial(trial)
        return held

    def test_the_ranges_of_a_search(self):
        held = self.search()
        made = narrowing_lib.narrowing(held)
        place = made.labels.index("learning_rate")
        xs, ys = made.values[place]
        self.assertEqual(xs, tuple(r.number for r in held.rounds))
        self.assertEqual(ys[0], 100)
        self.assertLess(ys[-1], 50)
        titles = [getattr(block, "title", "") for block in page(held).blocks]
        self.assertIn("How the ranges narrow", titles)

    def test_categories_that_are_left(self):
        self.assertEqual(narrowing_lib.left(Span(0.25, 0.5)), 0.25)
        halved = Span(chances=(0.5, 0.5, 0.0, 0.0))
        self.assertAlmostEqual(narrowing_lib.left(halved), 0.5)

    def test_no_rounds(self):
        with self.assertRaisesRegex(TypeError, "`CoarseToFine`"):
            narrowing_lib.narrowing(support.oracle())


class TensorBoardTest(absltest.TestCase):
    @unittest.skipUnless(
        importlib.util.find_spec("tensorboard"), "no TensorBoard"
    )
    def test_summaries_of_each_trial(self):
        from tensorboard.backend.event_processing import event_accumulator

        held = support.oracle()
        support.add(held, ADAM, 1.0, history=(4.0, 1.0))
        support.add(held, ADAM, None, "FAILED")
        with tempfile.TemporaryDirectory() as folder:
            tensorboard.to_tensorboard(held, folder)
            self.assertLen(glob.glob(folder + "/*/events*"), 2)
            seen = event_accumulator.EventAccumulator(folder + "/000")
            tags = seen.Reload().Tags()["tensors"]
            values = "_hparams_/session_start_info"
            self.assertCountEqual(tags, ["val_loss", "score", values])

    def test_without_it_one_sentence(self):
        with mock.patch.object(
            tensorboard.importlib.util, "find_spec", return_value=None
        ):
            with self.assertRaisesRegex(ImportError, "pip install tensorboard"):
                tensorboard.to_tensorboard(support.oracle(), "folder")


if __name__ == "__main__":
    absltest.main()
