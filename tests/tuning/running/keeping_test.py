import json
import os
import warnings

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.tuning.running import support

KINDS = list(support.ORACLES)


class ReloadTest(support.Case):
    @parameterized.parameters(*KINDS)
    def test_a_resumed_search_ends_as_the_whole_one(self, kind):
        whole = self.ran(self.oracle(kind), 99)
        wanted = support.values(whole)
        self.folder += "-again"
        self.ran(self.oracle(kind), 5)
        again = self.oracle(kind)
        again.reload()
        self.assertLen(again.end_order, 5)
        self.ran(again, 99)
        self.assertEqual(support.values(again), wanted)

    @parameterized.parameters(*KINDS)
    def test_killed_before_the_oracle_knew_of_the_end(self, kind):
        oracle = self.ran(self.oracle(kind), 3)
        with open(self.path("oracle.json"), encoding="utf-8") as file:
            before = file.read()
        self.ran(oracle, 1)
        with open(self.path("oracle.json"), "w", encoding="utf-8") as file:
            file.write(before)
        again = self.oracle(kind)
        again.reload()
        self.assertLen(again.end_order, 4)
        self.assertEqual(support.values(again), support.values(oracle))
        self.assertEmpty(again._retry_queue)

    def test_a_trial_under_way_is_run_again_without_its_past(self):
        oracle = self.ran(self.oracle(), 2)
        trial = oracle.create_trial("one")
        oracle.update_trial(trial.trial_id, {"loss": -5.0})
        again = self.oracle()
        again.reload()
        anew = again.create_trial("other")
        self.assertEqual(anew.trial_id, trial.trial_id)
        self.assertEqual(
            anew.hyperparameters.values, trial.hyperparameters.values
        )
        self.assertFalse(anew.metrics.exists("loss"))

    @parameterized.parameters(*KINDS)
    def test_a_corrupt_trial_is_set_aside_and_drawn_again(self, kind):
        oracle = self.ran(self.oracle(kind), 6)
        kept = support.values(oracle)
        name = sorted(kept)[2]
        with open(self.path(f"trial_{name}", "trial.json"), "w") as file:
            file.write('{"trial_id": "02", "hyper')
        again = self.oracle(kind)
        with self.assertWarnsRegex(UserWarning, "set aside as trial.json.corr"):
            again.reload()
        self.assertLen(again.end_order, 5)
        self.ran(again, 99)
        self.assertEqual(sorted(again.trials), sorted(set(again.end_order)))
        self.assertLen(again.trials, 12)
        told = [
            tuple(sorted(v.items())) for v in support.values(again).values()
        ]
        self.assertLen(set(told), 12)
        kept.pop(name)
        for trial_id, held in kept.items():
            self.assertEqual(support.values(again)[trial_id], held)

    @parameterized.parameters(*KINDS)
    def test_a_corrupt_oracle_is_set_aside(self, kind):
        oracle = self.ran(self.oracle(kind), 5)
        with open(self.path("oracle.json"), "w", encoding="utf-8") as file:
            file.write("")
        again = self.oracle(kind)
        with self.assertWarnsRegex(UserWarning, "oracle.json cannot be read"):
            again.reload()
        self.assertTrue(os.path.exists(self.path("oracle.json.corrupt")))
        self.assertEqual(support.values(again), support.values(oracle))
        self.ran(again, 99)
        self.assertLen(again.end_order, 12)

    def test_numbers_of_another_width_are_not_lost(self):
        self.ran(self.oracle(max_trials=3), 3)
        again = self.oracle(max_trials=12)
        again.reload()
        self.ran(again, 99)
        more = self.oracle(max_trials=14)
        more.reload()
        self.ran(more, 99)
        self.assertLen(more.end_order, 14)
        self.assertEqual(sorted(map(int, more.trials)), list(range(14)))

    def test_another_kind_of_search_is_refused(self):
        self.ran(self.oracle("random"), 3)
        with self.assertRaisesRegex(RuntimeError, "another kind than Coarse"):
            self.oracle("coarse").reload()

    def test_healthy_files_warn_of_nothing(self):
        self.ran(self.oracle(), 4)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.oracle().reload()


class EndTest(support.Case):
    def test_a_trial_ends_once(self):
        oracle = self.oracle()
        trial = oracle.create_trial("one")
        oracle.update_trial(trial.trial_id, {"loss": 1.0})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        oracle.end_trial(trial)
        self.assertEqual(oracle.end_order, [trial.trial_id])
        late = oracle.update_trial(trial.trial_id, {"loss": 0.0})
        self.assertEqual(late.status, "STOPPED")
        self.assertEqual(oracle.trials[trial.trial_id].score, 1.0)

    def test_what_goes_back_is_handed_out_again(self):
        oracle = self.oracle()
        first, second = oracle.create_trial("one"), oracle.create_trial("two")
        oracle.requeue(first.trial_id)
        self.assertNotIn("one", oracle.ongoing_trials)
        third = oracle.create_trial("three")
        self.assertEqual(third.trial_id, first.trial_id)
        self.assertNotEqual(second.trial_id, first.trial_id)

    def test_a_late_end_of_a_trial_that_waits_counts(self):
        oracle = self.oracle()
        trial = oracle.create_trial("one")
        oracle.update_trial(trial.trial_id, {"loss": 1.0})
        oracle.requeue(trial.trial_id)
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        self.assertEqual(oracle.end_order, [trial.trial_id])
        self.assertNotEqual(oracle.create_trial("two").trial_id, trial.trial_id)

    def test_the_last_trials_are_waited_for(self):
        oracle = self.oracle(max_trials=1)
        trial = oracle.create_trial("one")
        self.assertEqual(oracle.create_trial("two").status, "IDLE")
        oracle.update_trial(trial.trial_id, {"loss": 1.0})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        self.assertEqual(oracle.create_trial("two").status, "STOPPED")

    @parameterized.parameters(*KINDS)
    def test_a_nan_is_the_worst_and_no_failure(self, kind):
        oracle = self.ran(self.oracle(kind), 12, lambda trial: np.nan)
        self.assertLen(oracle.end_order, 12)
        self.assertEqual(
            {t.status for t in oracle.trials.values()}, {"COMPLETED"}
        )
        self.assertEqual({t.score for t in oracle.trials.values()}, {np.inf})

    def test_without_a_score_it_failed(self):
        oracle = self.oracle()
        trial = oracle.create_trial("one")
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        self.assertEqual(oracle.trials[trial.trial_id].status, "FAILED")
        self.assertIn("without 'loss'", oracle.trials[trial.trial_id].message)


class FailureTest(support.Case):
    def failing(self, oracle, count, good=()):
        for number in range(count):
            trial = oracle.create_trial("one")
            if trial.status == "STOPPED":
                return number
            trial.status = "FAILED"
            if number in good:
                oracle.update_trial(trial.trial_id, {"loss": 1.0})
                trial.status = "COMPLETED"
            oracle.end_trial(trial)
        return count

    def test_patience_ends_a_hopeless_search_without_an_exception(self):
        oracle = self.oracle(max_consecutive_failed_trials=5)
        oracle.patient = True
        self.assertEqual(self.failing(oracle, 12), 3)
        self.assertEqual(oracle.stop_reason, "3 trials in a row failed")

    def test_patience_goes_on_where_something_succeeded(self):
        oracle = self.oracle(max_consecutive_failed_trials=5)
        oracle.patient = True
        self.assertEqual(self.failing(oracle, 12, good=(0, 5)), 11)

    def test_else_it_raises_as_keras_tuner_does(self):
        with self.assertRaisesRegex(RuntimeError, "consecutive failures"):
            self.failing(self.oracle(), 12)


class FilesTest(support.Case):
    def test_a_full_disk_leaves_the_old_state(self):
        oracle = self.ran(self.oracle(), 3)
        with open(self.path("oracle.json"), encoding="utf-8") as file:
            before = json.load(file)
        with absltest.mock.patch("os.replace", side_effect=OSError(28, "full")):
            with self.assertRaises(OSError):
                oracle.create_trial("one")
        with open(self.path("oracle.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), before)
        self.assertEmpty([n for n in os.listdir(self.path()) if "draft" in n])

    def test_weights_of_the_best_stay(self):
        oracle = self.oracle()
        oracle.keep_checkpoints = 2
        for _ in range(6):
            trial = oracle.create_trial("one")
            name = f"trial_{trial.trial_id}"
            with open(self.path(name, "checkpoint.weights.h5"), "w") as file:
                file.write("weights")
            oracle.update_trial(trial.trial_id, {"loss": support.cost(trial)})
            trial.status = "COMPLETED"
            oracle.end_trial(trial)
        left = [
            name
            for name in oracle.trials
            if os.path.exists(
                self.path(f"trial_{name}", "checkpoint.weights.h5")
            )
        ]
        best = [trial.trial_id for trial in oracle.ranked()[:2]]
        self.assertCountEqual(left, best)


if __name__ == "__main__":
    absltest.main()
