"""The chief and its workers, over loopback."""

import contextlib
import io
import tempfile
import threading
import time
from unittest import mock

import grpc
from absl.testing import absltest
from keras_tuner.src.distribute import oracle_client

from keras_troubleshoot.tuning.engines import chief
from keras_troubleshoot.tuning.engines import client
from keras_troubleshoot.tuning.engines import line
from tests.tuning.engines import support


class ServiceTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.address = support.address()

    def serve(self, max_trials=4, **options):
        self.oracle = support.oracle(self.folder, max_trials=max_trials)
        serving = support.Serving(self.oracle, self.address, **options)
        self.addCleanup(serving.leave)
        return serving

    def worker(self, tuner_id="worker", **options):
        return self.enterContext(
            support.worker(self.address, tuner_id, **options)
        )

    def statuses(self):
        return [trial.status for trial in self.oracle.trials.values()]

    def test_a_whole_search(self):
        serving = self.serve()
        done = support.work_off(self.worker())
        self.assertEqual(done, ["0", "1", "2", "3"])
        serving.join(10.0)
        self.assertEqual(serving.started, 4)
        self.assertLess(serving.seconds, 5.0)
        for trial in self.oracle.trials.values():
            self.assertEqual(trial.status, "COMPLETED")
            self.assertEqual(trial.score, trial.hyperparameters.get("units"))
        self.assertEqual(
            [hp.name for hp in self.oracle.get_space().space],
            [hp.name for hp in support.space().space],
        )

    def test_three_workers_share_and_all_hear_of_the_end(self):
        serving = self.serve(max_trials=9)
        done = []

        def work_off(worker):
            done.append(support.work_off(worker))

        threads = [
            threading.Thread(
                target=work_off, args=[self.worker(f"w{n}")], daemon=True
            )
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in [*threads, serving]:
            thread.join(20.0)
            self.assertFalse(thread.is_alive())
        self.assertLen({name for names in done for name in names}, 9)
        self.assertEqual(sum(map(len, done)), 9)

    def test_a_dead_workers_trial_goes_to_another(self):
        serving = self.serve(max_trials=1, lease=1.0)
        dead = self.worker("dead")
        self.assertEqual(dead.create_trial("dead").trial_id, "0")
        dead.rest()  # Its heartbeat, as if it had been killed.
        began = time.monotonic()
        other = self.worker("other")
        self.assertEqual(support.work_off(other), ["0"])
        self.assertBetween(time.monotonic() - began, 0.5, 4.0)
        serving.join(10.0)
        self.assertFalse(serving.is_alive())
        self.assertLen(serving.lines, 1)

    def test_a_heartbeat_keeps_a_long_trial(self):
        self.serve(max_trials=1, lease=0.6)
        worker = self.worker()
        trial = worker.create_trial("worker")
        time.sleep(2.0)
        support.train(worker, trial)
        self.assertEqual(self.statuses(), ["COMPLETED"])

    def test_a_worker_hears_that_its_trial_is_lost(self):
        self.serve(max_trials=1, lease=0.5)
        late = self.worker("late")
        trial = late.create_trial("late")
        self.assertIsNotNone(late.heartbeat)
        late.heartbeat.stop()
        other = self.worker("other").create_trial("other")
        self.assertEqual(other.trial_id, trial.trial_id)
        stopped = late.update_trial("0", {"score": 1.0}, 0)
        self.assertEqual(stopped.status, "STOPPED")
        self.assertIn("another worker", stopped.message)
        self.assertFalse(self.oracle.trials["0"].metrics.exists("score"))

    def test_messages_go_both_ways(self):
        self.serve(max_trials=2)
        worker = self.worker()
        trial = worker.create_trial("worker")
        trial.status, trial.message = "FAILED", "x" * 9000 + " größer"
        worker.end_trial(trial)
        message = self.oracle.trials["0"].message
        self.assertTrue(message.endswith("xx größer"))
        self.oracle.discard = mock.Mock()
        self.oracle.discard.reason.return_value = "worse than the median"
        worker.create_trial("worker")
        stopped = worker.update_trial("1", {"score": 1.0}, 0)
        self.assertEqual(stopped.status, "STOPPED")
        self.assertEqual(stopped.message, "worse than the median")

    def test_what_the_chief_refuses(self):
        self.serve()
        worker = self.worker()
        worker.create_trial("worker")
        with self.assertRaisesRegex(RuntimeError, "Objective value missing"):
            worker.update_trial("0", {"loss": 1.0}, 0)
        # Nothing is stuck.
        self.assertEqual(
            worker.update_trial("0", {"score": 1.0}, 0).status, "RUNNING"
        )

    def test_a_full_disk_ends_the_search_and_no_trial(self):
        self.oracle = support.oracle(self.folder, max_trials=2)
        raised = []

        def serve():
            try:
                chief.serve(self.oracle, self.address)
            except OSError as error:
                raised.append(error)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        worker = self.worker()
        trial = worker.create_trial("worker")
        full = OSError(28, "No space left on device")
        with mock.patch.object(self.oracle, "_save_trial", side_effect=full):
            with self.assertRaisesRegex(RuntimeError, "No space left"):
                worker.update_trial("0", {"score": 1.0}, 0)
            thread.join(10.0)
            self.assertEqual(raised, [full])
        # Its loop takes what was raised as a failure of the trial.
        trial.status = "FAILED"
        with self.assertRaisesRegex(RuntimeError, "No space left"):
            worker.end_trial(trial)
        again = support.oracle(self.folder, max_trials=2)
        self.assertEqual(again.trials["0"].status, "RUNNING")

    def test_a_repeated_call_counts_once(self):
        self.serve()
        worker = self.worker()
        worker.create_trial("worker")
        stub = worker.stub.stub
        real, failed = stub.UpdateTrial, []

        class Lost(grpc.RpcError):
            def code(self):
                return grpc.StatusCode.UNAVAILABLE

        class Losing:
            def with_call(self, *arguments, **options):
                answer = real.with_call(*arguments, **options)
                if not failed:
                    failed.append(True)
                    raise Lost
                return answer

        stub.UpdateTrial = Losing()
        worker.update_trial("0", {"score": 1.0}, 0)
        history = self.oracle.trials["0"].metrics.get_history("score")
        self.assertEqual([o.value for o in history], [[1.0]])

    def test_nothing_is_printed(self):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            serving = self.serve()
            support.work_off(self.worker())
            serving.join(10.0)
        self.assertEqual(printed.getvalue(), "")

    def test_late_hyperparameters(self):
        self.serve(max_trials=2)
        worker = self.worker()
        trial = worker.create_trial("worker")
        hp = trial.hyperparameters
        hp.Choice("late", ["x", "y"])
        with hp.conditional_scope("late", ["x"]):
            hp.Float("later", 0.0, 1.0)
        worker.update_space(hp)
        names = [hp.name for hp in self.oracle.get_space().space]
        self.assertEqual(names, ["kind", "rate", "units", "late", "later"])
        support.train(worker, trial)
        values = self.oracle.trials["0"].hyperparameters.values
        self.assertEqual((values["late"], values["later"]), ("x", 0.0))

    def test_there_is_no_chief(self):
        worker = self.worker(grace=0.1, start=0.5)
        with mock.patch.object(line, "PAUSE", 0.1):
            began = time.monotonic()
            with self.assertRaisesRegex(client.ChiefAbsent, "0.5 seconds"):
                worker.create_trial("worker")
        self.assertLess(time.monotonic() - began, 3.0)

    def test_the_chief_is_gone(self):
        desk, _ = support.desk(support.oracle(self.folder))
        worker = self.worker(grace=0.5, start=60.0)
        with chief.listening(desk, self.address):
            trial = worker.create_trial("worker")
        with mock.patch.object(line, "PAUSE", 0.1):
            began = time.monotonic()
            with self.assertRaisesRegex(client.ChiefGone, "0.5 seconds"):
                worker.update_trial(trial.trial_id, {"score": 1.0}, 0)
            # Also where a training has swallowed the first.
            with self.assertRaises(client.ChiefGone):
                worker.end_trial(trial)
        self.assertLess(time.monotonic() - began, 3.0)

    def test_the_chief_is_started_anew(self):
        first = support.oracle(self.folder, max_trials=2)
        desk, _ = support.desk(first)
        with chief.listening(desk, self.address):
            worker = self.worker(grace=10.0)
            trial = worker.create_trial("worker")
            worker.update_trial(trial.trial_id, {"score": 3.0}, 0)
        serving = self.serve(max_trials=2)
        support.train(worker, trial, score=2.0)
        self.assertEqual(support.work_off(worker), ["1"])
        serving.join(10.0)
        self.assertFalse(serving.is_alive())
        self.assertEqual(self.statuses(), ["COMPLETED"] * 2)
        self.assertEqual(self.oracle.trials["0"].score, 2.0)

    def test_dead_workers_do_not_hold_the_end_up(self):
        serving = self.serve(max_trials=2, lease=2.0)
        dead = self.worker("dead")
        dead.create_trial("dead")
        dead.rest()
        self.assertEqual(support.work_off(self.worker()), ["1", "0"])
        serving.join(4.0)
        self.assertFalse(serving.is_alive())

    def test_idle_workers_ask_rarely(self):
        self.serve(max_trials=1)
        busy, idle = self.worker("busy"), self.worker("idle")
        trial = busy.create_trial("busy")
        asked = mock.Mock(wraps=idle.stub.stub.CreateTrial)
        idle.stub.stub.CreateTrial = asked
        thread = threading.Thread(
            target=lambda: idle.create_trial("idle"), daemon=True
        )
        thread.start()
        time.sleep(3.0)
        self.assertBetween(asked.with_call.call_count, 4, 8)
        support.train(busy, trial)
        thread.join(5.0)
        self.assertFalse(thread.is_alive())

    def test_idle_workers_of_keras_tuner_are_held_back(self):
        self.serve(max_trials=1)
        self.worker("busy").create_trial("busy")
        with support.environment(self.address, "plain"):
            plain = oracle_client.OracleClient(self.oracle)
        began = time.monotonic()
        self.assertEqual(plain.create_trial("plain").status, "IDLE")
        self.assertGreater(time.monotonic() - began, 0.9)

    def test_a_port_in_use(self):
        self.serve()
        self.worker().get_space()
        with self.assertRaisesRegex(ValueError, "free port"):
            chief.serve(self.oracle, self.address)

    def test_a_finished_search(self):
        serving = self.serve(max_trials=1)
        support.work_off(self.worker())
        serving.join(10.0)
        again = self.serve(max_trials=1)
        again.join(5.0)
        self.assertEqual(again.started, 0)


if __name__ == "__main__":
    absltest.main()
