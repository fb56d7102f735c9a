"""What a search of keras-tuner's own leaves, and what is read again."""

import math
import tempfile

import keras_tuner
from absl.testing import absltest

from keras_troubleshoot.tuning.looking import tables
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.looking.importance import importance
from keras_troubleshoot.tuning.looking.showing import page
from tests.tuning.looking import support


class Search(keras_tuner.RandomSearch):
    def run_trial(self, trial, **options):
        found = support.depth(trial.hyperparameters.values)
        return math.nan if found > 0.4 else found


class SearchTest(absltest.TestCase):
    def test_what_is_read_again_is_the_same(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)

        def search(overwrite):
            return Search(
                lambda hp: None,
                max_trials=20,
                max_consecutive_failed_trials=20,
                hyperparameters=support.space(),
                seed=1,
                directory=folder.name,
                overwrite=overwrite,
            )

        tuner = search(True)
        tuner.search(verbose=0)
        rows = tables.to_json(tuner)
        self.assertLen(rows, 20)
        failed = [row for row in rows if row["status"] == "FAILED"]
        self.assertNotEmpty(failed)
        self.assertTrue(all(row["diverged"] for row in failed))
        found = importance(tuner, repeats=2)
        self.assertEqual(found.entries[0].name, "learning_rate")
        again = search(False)
        self.assertEqual(tables.to_json(again), rows)
        self.assertEqual(importance(again, repeats=2), found)
        best = trials_lib.best(trials_lib.finished(again.oracle), "min")
        self.assertEqual(
            best.trial_id, tuner.oracle.get_best_trials()[0].trial_id
        )
        # As text: NaN is not equal to itself.
        self.assertEqual(str(page(again)), str(page(tuner)))


if __name__ == "__main__":
    absltest.main()
