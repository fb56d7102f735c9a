"""`ray.search`: trials as tasks of Ray; a few, as processes start slowly."""

import asyncio
import dataclasses
import importlib.util
import math
import os
import tempfile
import threading
import time
import unittest
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.engines import ray as engine
from keras_troubleshoot.tuning.engines import ray_cluster
from keras_troubleshoot.tuning.engines import ray_data
from keras_troubleshoot.tuning.engines import ray_task
from keras_troubleshoot.tuning.engines.ray_board import Board
from keras_troubleshoot.tuning.engines.ray_search import RaySearch
from keras_troubleshoot.tuning.running import tune
from tests.tuning.engines import sleeping
from tests.tuning.engines import support

INSTALLED = importlib.util.find_spec("ray") is not None
WHY = "Ray is not installed"


class Epochs(sleeping.Sleeping):
    """Reports the value of `units` in each of four epochs."""

    def fit(self, hp, model, *data, **options):
        units = hp.get("units")
        hp.Int("late", 1, 9)
        dies = self.mark(units) <= self.kills.get(units, 0)
        reporter = options["callbacks"][0]
        reporter.set_model(model)
        for epoch in range(4):
            if dies and epoch == 1:
                os.kill(os.getpid(), 9)
            reporter.on_epoch_end(epoch, {"score": float(units)})
            if reporter.reason:
                break
        return float(units)


class Above:
    """Ends trials above a score after their second epoch."""

    def reason(self, trial, trials, step, objective):
        high = trial.metrics.get_last_value(objective.name) > 500
        return "Discarded: above." if high and step == 1 else None


@unittest.skipUnless(INSTALLED, WHY)
class RayTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import ray

        ray.init(
            num_cpus=2,
            _node_ip_address="127.0.0.1",
            include_dashboard=False,
            log_to_driver=False,
        )
        cls.addClassCleanup(ray.shutdown)

    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.marks = self.enterContext(tempfile.TemporaryDirectory())
        self.lines = []

    def search(self, oracle, hypermodel, **options):
        work = sleeping.work(oracle, hypermodel)
        return engine.search(oracle, work, tell=self.lines.append, **options)

    def test_workers_that_die_and_trials_that_are_discarded(self):
        import ray

        oracle = support.oracle(self.folder, max_trials=7)
        oracle.discard = Above()
        # Of the first two trials of this seed.
        kills = {237: 1, 957: 99}
        hypermodel = Epochs(marks=self.marks, kills=kills)
        done = self.search(oracle, hypermodel, max_retries=1)
        self.assertEqual(done, 7)
        ended = {
            trial.hyperparameters.get("units"): trial
            for trial in oracle.trials.values()
        }
        self.assertLen(ended, 7)
        failed = ended.pop(957)
        self.assertEqual(failed.status, "FAILED")
        self.assertIn("died", failed.message)
        for units, trial in ended.items():
            self.assertEqual(trial.status, "COMPLETED", trial.message)
            self.assertEqual(trial.score, units)
            history = trial.metrics.get_history("score")
            # Nothing is left of what a run that died had told.
            self.assertTrue(all(len(seen.value) == 1 for seen in history))
            self.assertLen(history, 2 if units > 500 else 4)
            self.assertEqual(trial.message is not None, units > 500)
            self.assertBetween(trial.hyperparameters.get("late"), 1, 9)
        self.assertLen([x for x in self.lines if "run anew" in x], 2)
        self.assertIn("late", [hp.name for hp in oracle.get_space().space])
        self.assertTrue(ray.is_initialized())
        # There is nothing left to do.
        self.assertEqual(self.search(oracle, hypermodel), 0)

    def test_interrupted_and_resumed(self):
        oracle = support.oracle(self.folder, max_trials=5)

        def told(trial):
            if len(oracle.end_order) == 2:
                raise KeyboardInterrupt

        oracle.told = told
        hypermodel = sleeping.Sleeping(0.2, self.marks)
        with self.assertRaises(KeyboardInterrupt):
            self.search(oracle, hypermodel)
        self.assertEmpty(oracle.ongoing_trials)
        again = support.oracle(self.folder, max_trials=5)
        kept = {
            name: trial.score
            for name, trial in again.trials.items()
            if trial.status == "COMPLETED"
        }
        self.assertLen(kept, 2)
        self.search(again, hypermodel)
        self.assertLen(again.end_order, 5)
        self.assertEqual({n: again.trials[n].score for n in kept}, kept)
        values = [
            t.hyperparameters.values["units"] for t in again.trials.values()
        ]
        self.assertLen(set(values), 5)

    def test_a_folder_that_nodes_do_not_see(self):
        oracle = support.oracle(self.folder)
        work = sleeping.work(oracle, sleeping.Sleeping())
        work = dataclasses.replace(work, folder=self.marks)
        with self.assertRaisesRegex(RuntimeError, "seen by all nodes"):
            engine.search(oracle, work, slots=1)
        self.assertEmpty(oracle.ongoing_trials)

    def test_the_whole_call(self):
        import keras

        def build(hp):
            model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
            rate = hp.Float("rate", 1e-4, 1.0, sampling="log")
            model.compile(keras.optimizers.SGD(rate), "mse")
            return model

        x = np.random.default_rng(0).normal(size=(60, 2))
        y = x.sum(axis=1)
        data = tf.data.Dataset.from_tensor_slices((x[:40], y[:40])).batch(8)
        result = tune.tune(
            build,
            data,
            (x[40:], y[40:]),
            max_trials=3,
            epochs=2,
            seeds=0,
            seed=0,
            directory=self.folder,
            engine="ray",
            resources={"num_cpus": 0.5},
            verbose=False,
        )
        self.assertLen(result.trials, 3)
        loss = result.model().evaluate(x[40:], y[40:], verbose=0)
        best = min(trial.score for trial in result.trials)
        self.assertAlmostEqual(loss, best, places=5)

    def test_what_no_node_has(self):
        oracle = support.oracle(self.folder)
        with self.assertRaisesRegex(ValueError, "has 2000 CPUs"):
            self.search(oracle, sleeping.Sleeping(), num_cpus=2000)
        with self.assertRaisesRegex(ValueError, "cannot: "):
            self.search(oracle, sleeping.Sleeping(marks=threading.Lock()))


class FakeRay:
    """Ray, as far as it is asked whether it runs."""

    def __init__(self, running):
        self.running, self.calls = running, []

    def is_initialized(self):
        return self.running

    def init(self, **options):
        self.calls.append(("init", options["address"]))

    def shutdown(self):
        self.calls.append(("shutdown",))

    def nodes(self):
        held = {"CPU": 4.0, "GPU": 1.0}
        return [
            {"Alive": True, "Resources": held},
            {"Alive": True, "Resources": {"CPU": 8.0}},
            {"Alive": False, "Resources": {"CPU": 99.0}},
        ]

    def cluster_resources(self):
        return {"CPU": 12.0, "GPU": 1.0}

    def put(self, value):
        return value


class ClusterTest(parameterized.TestCase):
    def test_ray_is_left_as_it_was(self):
        for running in (True, False):
            held = FakeRay(running)
            with self.assertRaises(KeyboardInterrupt):
                with ray_cluster.connected(held, "auto"):
                    raise KeyboardInterrupt
            made = [] if running else [("init", "auto"), ("shutdown",)]
            self.assertEqual(held.calls, made)

    @parameterized.parameters(
        (1, 0, 12), (5, 0, 2), (1, 0.5, 2), (0, 0.25, 4), (0, 0, 12), (99, 0, 1)
    )
    def test_slots(self, cpus, gpus, slots):
        self.assertEqual(ray_cluster.slots_of(FakeRay(1), cpus, gpus), slots)

    def test_nodes_that_may_join(self):
        lines = []
        ray_cluster.require_feasible(FakeRay(1), 8, 2, lines.append)
        self.assertLen(lines, 1)
        self.assertIn("no node of the cluster has 2 GPUs", lines[0])

    @parameterized.named_parameters(
        ("no_slots", {"slots": 0}, "slots"),
        ("half_a_slot", {"slots": 0.5}, "slots", TypeError),
        ("cpus", {"num_cpus": -1}, "num_cpus"),
        ("nan", {"num_gpus": math.nan}, "num_gpus"),
        ("bool", {"num_gpus": True}, "num_gpus"),
        ("retries", {"max_retries": -1}, "max_retries"),
    )
    def test_bad_numbers(self, wrong, name, kind=ValueError):
        given = {
            "slots": None,
            "num_cpus": 1,
            "num_gpus": 0,
            "max_retries": 0,
            "trials_each": 1,
        } | wrong
        with self.assertRaisesRegex(kind, f"`{name}` must be"):
            ray_cluster.check(**given)

    def test_without_ray_one_sentence(self):
        with mock.patch.object(
            ray_cluster.importlib.util, "find_spec", return_value=None
        ):
            with self.assertRaisesRegex(
                ImportError, r"keras-troubleshoot\[ray\]"
            ):
                engine.search(None, None)


class DataTest(absltest.TestCase):
    def test_data_sets_are_written(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        oracle = support.oracle(folder)
        data = tf.data.Dataset.range(5)
        work = dataclasses.replace(
            sleeping.work(oracle, sleeping.Sleeping()), train=data
        )
        held = ray_data.put(FakeRay(1), work)
        self.assertIsInstance(held.train, ray_data.Saved)
        again = ray_data.loaded(held)
        self.assertEqual(list(again.train.as_numpy_iterator()), [0, 1, 2, 3, 4])
        self.assertIsNone(again.validation)
        endless = dataclasses.replace(work, validation=data.repeat())
        with self.assertRaisesRegex(ValueError, "must end"):
            ray_data.put(FakeRay(1), endless)


class BoardTest(absltest.TestCase):
    def test_each_is_answered(self):
        async def talk():
            board = Board()
            telling = [asyncio.create_task(board.tell(n)) for n in (10, 20)]
            await asyncio.sleep(0)
            told = await board.take()
            await board.answer({n: m + 1 for n, m in told})
            await board.answer({99: "nobody waits"})
            return await asyncio.gather(*telling)

        self.assertEqual(asyncio.run(talk()), [11, 21])


class AnswerTest(absltest.TestCase):
    """What trials are answered, without Ray."""

    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.oracle = support.oracle(self.folder)
        made = object.__new__(RaySearch)
        made.oracle, made.options = self.oracle, {"max_retries": 1}
        made.running, made.tell = {}, lambda line: None
        self.search = made

    def begin(self):
        from keras_troubleshoot.tuning.engines import ray_search

        trial = self.oracle.create_trial("ray-0")
        self.search.running["ref"] = ray_search.Running(trial.trial_id, "ray-0")
        return trial

    def say(self, trial, run, metrics=None, step=0):
        message = ray_task.Message(trial.trial_id, run, metrics, step)
        return self.search.answer(message)

    def test_only_the_last_run_is_heard(self):
        trial = self.begin()
        self.assertIsNone(self.say(trial, "a").stop)
        self.assertIsNone(self.say(trial, "a", {"score": 1.0}).stop)
        self.assertIsNone(self.say(trial, "b").stop)
        self.assertFalse(self.oracle.has_score(trial))
        self.assertIn("another worker", self.say(trial, "a", {"score": 9}).stop)
        self.assertIsNone(self.say(trial, "b", {"score": 2.0}).stop)
        self.assertIn("It ended 2 processes", self.say(trial, "c").stop)

    def test_metrics_without_the_objective(self):
        trial = self.begin()
        self.say(trial, "a")
        self.assertIn("score", self.say(trial, "a", {"loss": 1.0}).error)
        # The lock of keras-tuner was let go.
        began = time.monotonic()
        self.say(trial, "a", {"score": 1.0})
        self.assertLess(time.monotonic() - began, 5)

    def test_a_trial_that_has_ended(self):
        trial = self.begin()
        self.search.running.clear()
        self.assertIn("ended", self.say(trial, "a", {"score": 1.0}).stop)


if __name__ == "__main__":
    absltest.main()
