"""`Desk`: trials of workers that live, die and come back."""

import copy
import math
import tempfile
import threading

import keras_tuner
from absl.testing import absltest

from keras_troubleshoot.tuning.engines.wire import Sender
from tests.tuning.engines import support

A = Sender("a", "session of a")
B = Sender("b", "session of b")


class DeskTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.clock = support.Clock()

    def desk(self, **options):
        oracle = support.oracle(self.folder, **options)
        self.oracle = oracle
        return support.desk(oracle, clock=self.clock)

    def create(self, desk, tuner_id, who):
        """A trial, in a copy of its own as over the wire."""
        return copy.deepcopy(desk.create(tuner_id, who))

    def ended(self):
        return {
            name: trial.status for name, trial in self.oracle.trials.items()
        }

    def test_a_whole_search(self):
        desk, told = self.desk(max_trials=3)
        for number in range(3):
            self.assertFalse(desk.over())
            trial = self.create(desk, "a", A)
            self.assertEqual(trial.trial_id, str(number))
            desk.update(trial.trial_id, {"score": 1.0}, 0, A)
            trial.status = "COMPLETED"
            desk.end(trial, A)
        self.assertTrue(desk.over())
        self.assertEqual(desk.create("a", A).status, "STOPPED")
        self.assertEqual(desk.waiting(), [])
        self.assertEqual(desk.created, 3)
        self.assertEmpty(told)

    def test_a_silent_worker_loses_its_trial(self):
        desk, told = self.desk(max_trials=1)
        first = self.create(desk, "a", A)
        desk.update("0", {"score": 5.0}, 0, A)
        self.clock.now = 31.0
        self.assertFalse(desk.over())
        again = self.create(desk, "b", B)
        self.assertEqual(again.trial_id, first.trial_id)
        self.assertFalse(again.metrics.exists("score"))
        self.assertIn("Trial 0 will be run anew", told[0])
        # The late answers of the first do no harm.
        self.assertEqual(
            desk.update("0", {"score": -9.0}, 1, A).status, "STOPPED"
        )
        self.assertFalse(desk.beat("0", A))
        first.status = "COMPLETED"
        desk.end(first, A)
        self.assertEqual(self.ended(), {"0": "RUNNING"})
        desk.update("0", {"score": 2.0}, 0, B)
        again.status = "COMPLETED"
        desk.end(again, B)
        desk.end(first, A)
        self.assertEqual(self.oracle.trials["0"].score, 2.0)
        self.assertTrue(desk.over())

    def test_a_beat_keeps_it(self):
        desk, told = self.desk(max_trials=1)
        desk.create("a", A)
        for now in (20.0, 40.0, 60.0):
            self.clock.now = now
            self.assertTrue(desk.beat("0", A))
            desk.tick()
        self.assertEmpty(told)

    def test_a_worker_thought_dead_goes_on_if_nobody_took_it(self):
        desk, _ = self.desk(max_trials=1)
        trial = self.create(desk, "a", A)
        desk.update("0", {"score": 5.0}, 0, A)
        self.clock.now = 31.0
        desk.tick()
        self.assertEmpty(self.oracle.ongoing_trials)
        desk.update("0", {"score": 4.0}, 1, A)
        self.assertEqual(list(self.oracle.ongoing_trials), ["a"])
        self.assertEqual(desk.create("b", B).status, "IDLE")
        trial.status = "COMPLETED"
        desk.end(trial, A)
        self.assertEqual(self.oracle.trials["0"].score, 4.0)

    def test_the_same_worker_gets_its_trial_anew(self):
        desk, _ = self.desk()
        desk.create("a", A)
        desk.update("0", {"score": 5.0}, 0, A)
        trial = self.create(desk, "a", Sender("a", "another session"))
        self.assertEqual(trial.trial_id, "0")
        self.assertFalse(trial.metrics.exists("score"))

    def test_idle_until_the_last_has_ended(self):
        desk, _ = self.desk(max_trials=1)
        desk.create("a", A)
        self.assertEqual(desk.create("b", B).status, "IDLE")
        desk.died("a", "it was killed")
        self.assertEqual(desk.create("b", B).trial_id, "0")

    def test_what_kills_each_worker_fails(self):
        desk, told = self.desk(max_trials=1)
        for _ in range(3):
            self.assertFalse(desk.over())
            desk.create("a", A)
            desk.died("a", "it was killed")
        self.assertEqual(self.ended(), {"0": "FAILED"})
        self.assertIn("it was killed", self.oracle.trials["0"].message)
        self.assertEqual(told[-1], "Trial 0 failed: it was killed")
        self.assertTrue(desk.over())

    def test_no_blame(self):
        desk, told = self.desk(max_trials=1)
        for _ in range(5):
            desk.create("a", A)
            desk.died("a", None)
        desk.died("unknown", "it was killed")
        self.assertEmpty(told)
        self.assertEqual(self.ended(), {"0": "RUNNING"})

    def test_keras_tuners_worker(self):
        desk, told = self.desk(max_trials=1)
        trial = self.create(desk, "plain", None)
        self.clock.now = 3000.0
        desk.tick()
        desk.update("0", {"score": 1.0}, 0, None)
        trial.status = "COMPLETED"
        desk.end(trial, None)
        self.assertEqual(self.ended(), {"0": "COMPLETED"})
        self.assertEmpty(told)

    def test_unknown_trial(self):
        desk, _ = self.desk()
        trial = self.create(desk, "a", A)
        trial.trial_id = "77"
        desk.end(trial, A)
        self.assertEqual(
            desk.update("77", {"score": 1.0}, 0, A).status, "STOPPED"
        )
        self.assertEqual(self.ended(), {"0": "RUNNING"})

    def test_a_chief_started_anew_waits_for_the_workers(self):
        desk, _ = self.desk(max_trials=2)
        first = self.create(desk, "a", A)
        desk.create("b", B)
        desk.update("0", {"score": 3.0}, 0, A)
        desk, told = self.desk(max_trials=2)
        desk.expect()
        self.assertEqual(desk.create("c", Sender("c", "c")).status, "IDLE")
        # One goes on, with what it had reported; the other is gone.
        desk.update("0", {"score": 2.0}, 1, A)
        self.clock.now = 29.0
        self.assertTrue(desk.beat("0", A))
        self.clock.now = 31.0
        self.assertEqual(desk.create("c", Sender("c", "c")).trial_id, "1")
        first.status = "COMPLETED"
        desk.end(first, A)
        self.assertEqual(self.oracle.trials["0"].score, 2.0)
        self.assertLen(self.oracle.trials["0"].metrics.get_history("score"), 2)
        self.assertLen(told, 1)

    def test_an_error_leaves_no_lock(self):
        desk, _ = self.desk()
        desk.create("a", A)
        with self.assertRaisesRegex(ValueError, "Objective value missing"):
            desk.update("0", {"loss": 1.0}, 0, A)
        thread = threading.Thread(
            target=lambda: desk.update("0", {"score": 1.0}, 0, A),
            name="another",
            daemon=True,
        )
        thread.start()
        thread.join(10.0)
        self.assertFalse(thread.is_alive())

    def test_an_end_that_the_oracle_refuses_is_a_failure(self):
        desk, _ = self.desk(max_trials=1, allow_new_entries=False)
        trial = self.create(desk, "a", A)
        desk.update("0", {"score": 1.0}, 0, A)
        trial.hyperparameters.Int("late", 1, 5)
        trial.status = "COMPLETED"
        desk.end(trial, A)
        self.assertEqual(self.ended(), {"0": "FAILED"})
        self.assertIn("late", self.oracle.trials["0"].message)
        self.assertTrue(desk.over())

    def test_too_many_failures_end_it(self):
        desk, _ = self.desk(max_trials=50)
        for _ in range(3):
            trial = self.create(desk, "a", A)
            trial.status, trial.message = "FAILED", "no"
            desk.end(trial, A)
        self.assertTrue(desk.over())
        self.assertEqual(desk.create("a", A).status, "STOPPED")

    def test_a_finished_search_is_over_at_once(self):
        desk, _ = self.desk(max_trials=1)
        trial = self.create(desk, "a", A)
        desk.update("0", {"score": 1.0}, 0, A)
        trial.status = "COMPLETED"
        desk.end(trial, A)
        desk, _ = self.desk(max_trials=1)
        self.assertTrue(desk.over())

    def test_who_is_waited_for(self):
        desk, _ = self.desk(max_trials=1)
        trial = self.create(desk, "a", A)
        desk.create("b", B)
        self.clock.now = 29.0
        desk.beat("0", A)
        self.clock.now = 58.0
        desk.update("0", {"score": 1.0}, 0, A)
        trial.status = "COMPLETED"
        desk.end(trial, A)
        self.assertTrue(desk.over())
        # The other has not asked for half a minute.
        self.assertEqual(desk.waiting(), ["a"])

    def test_any_oracle_of_keras_tuner(self):
        self.assertTrue(issubclass(support.RandomOracle, keras_tuner.Oracle))
        desk, _ = support.desk(support.oracle(self.folder), math.inf, math.inf)
        self.assertEqual(desk.create("a", A).status, "RUNNING")


if __name__ == "__main__":
    absltest.main()
