"""Searches on Ray: several slots against one, deaths of workers and drivers.

1. Trials that sleep a second, with one slot and with three, on processes that
   have TensorFlow already: from the first trial to the last. The start of
   these processes is told apart.
2. The same with three slots, and a process that is killed in the middle of a
   trial: how many trials were run again, and what it cost.
3. The process with the oracle is killed at random moments and started again:
   what had finished must stay as it was, and in the end there must be as many
   trials as were asked for, none twice, none trained again after its end.

Ray runs on this machine: `pip install 'keras-troubleshoot[ray]'`. The last line
is one JSON object of the figures.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import keras
import keras_tuner
import numpy as np
import ray
from absl import app
from absl import flags

from keras_troubleshoot.tuning.engines import ray as engine
from keras_troubleshoot.tuning.running import keeping
from keras_troubleshoot.tuning.running.tune import tune
from keras_troubleshoot.tuning.running.work import Work

FLAGS = flags.FLAGS
flags.DEFINE_integer("trials", 30, "of each search")
flags.DEFINE_float("seconds", 1.0, "that a trial sleeps")
flags.DEFINE_integer("kills", 20, "of the process with the oracle")
flags.DEFINE_float("life", 25.0, "seconds that it lives at most")
flags.DEFINE_integer("killed_trials", 60, "of the search that it makes")
flags.DEFINE_bool("quick", False, "12 trials, 3 deaths")
# Of the processes that this one starts.
flags.DEFINE_string("folder", "", "of the search of a child")
flags.DEFINE_string("address", "", "of Ray, to a child")

OBJECTIVE = keras_tuner.Objective("score", "min")
SLOTS = 3
ENDED = ("COMPLETED", "FAILED")


class Sleeping(keras_tuner.HyperModel):
    """Sleeps, and writes down when, and who.

    Args:
        seconds: of a trial.
        marks: the folder to write to.
    """

    def __init__(self, seconds, marks):
        super().__init__()
        self.seconds, self.marks = seconds, marks

    def build(self, hp):
        """A model that is not trained."""
        hp.Int("units", 1, 10**9)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    def fit(self, hp, model, *data, **options):
        """Sleeps."""
        units = hp.get("units")
        name = f"{time.time_ns()}-{os.getpid()}-{units}"
        path = os.path.join(self.marks, name)
        open(path, "w").close()
        time.sleep(self.seconds)
        os.rename(path, f"{path}-{time.time_ns()}")
        return float(units)


def marks_of(folder):
    """Start, process, units and, if it came to its end, end of each run."""
    names = os.listdir(os.path.join(folder, "marks"))
    return [tuple(map(int, name.split("-"))) for name in names]


def search(folder, slots, trials, seconds):
    """A random search on Ray."""
    hp = keras_tuner.HyperParameters()
    hp.Int("units", 1, 10**9)
    oracle = keeping.kept(keras_tuner.oracles.RandomSearchOracle)(
        OBJECTIVE, max_trials=trials, hyperparameters=hp, seed=1
    )
    oracle.verbose = 0
    oracle._set_project_dir(folder, "search")
    os.makedirs(os.path.join(folder, "marks"), exist_ok=True)
    work = Work(
        hypermodel=Sleeping(seconds, os.path.join(folder, "marks")),
        train=None,
        validation=None,
        options={},
        executions=1,
        seed=0,
        folder=oracle._project_dir,
        objective=OBJECTIVE,
    )
    # No process is renewed meanwhile: they are compared warm.
    engine.search(oracle, work, slots=slots, trials_each=1000)
    return oracle


def kill_one(folder, done):
    """Kills the process of a trial that is half over, in mid-search."""
    while not done.wait(0.02):
        runs = marks_of(folder) if os.path.isdir(f"{folder}/marks") else []
        halfway = time.time_ns() - FLAGS.seconds / 2 * 1e9
        old = [r for r in runs if len(r) == 3 and r[0] < halfway]
        if old and len(runs) > FLAGS.trials / 2:
            os.kill(old[0][1], signal.SIGKILL)
            return


def measured(slots, kill=False):
    """Figures of a search."""
    with tempfile.TemporaryDirectory() as folder:
        done = threading.Event()
        if kill:
            killer = threading.Thread(target=kill_one, args=(folder, done))
            killer.start()
        oracle = search(folder, slots, FLAGS.trials, FLAGS.seconds)
        done.set()
        runs = marks_of(folder)
        last = max(run[3] for run in runs if len(run) == 4)
        ended = [trial.status for trial in oracle.trials.values()]
        return {
            "completed": ended.count("COMPLETED"),
            "runs": len(runs),
            "seconds": round((last - min(runs)[0]) / 1e9, 2),
        }


def warm_up():
    """Lets all processes of Ray import TensorFlow; returns the seconds."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        # Long enough that no process takes two of them.
        search(folder, SLOTS, SLOTS, 15.0)
    return round(time.monotonic() - began - 15.0, 1)


def finished(folder):
    """What the files say of the trials that have ended."""
    found = {}
    where = os.path.join(folder, "search")
    for name in sorted(os.listdir(where)) if os.path.isdir(where) else []:
        path = os.path.join(where, name, "trial.json")
        if os.path.exists(path):
            with open(path) as file:
                state = json.load(file)
            if state["status"] in ENDED:
                values = state["hyperparameters"]["values"]
                found[state["trial_id"]] = (values["units"], state["score"])
    return found


def child(folder, address):
    """The process with the oracle, which is killed."""
    ray.init(address, log_to_driver=False, logging_level="ERROR")
    x = np.zeros((4, 1), "float32")
    tune(
        Sleeping(0.3, os.path.join(folder, "marks")),
        (x, x),
        (x, x),
        objective=OBJECTIVE,
        max_trials=FLAGS.killed_trials,
        seeds=0,
        seed=0,
        directory=folder,
        engine="ray",
        workers=SLOTS,
        verbose=False,
    )


def start_child(folder):
    """Starts it."""
    told = {
        "folder": folder,
        "address": ray.get_runtime_context().gcs_address,
        "killed_trials": FLAGS.killed_trials,
    }
    arguments = [f"--{name}={value}" for name, value in told.items()]
    return subprocess.Popen(
        [sys.executable, __file__, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed_drivers(moments):
    """Figures of a search of which the driver is killed again and again."""
    kills, lost, before, ended_at = 0, 0, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "marks"))
        while True:
            process = start_child(folder)
            alive = kills < FLAGS.kills
            try:
                limit = moments.uniform(5.0, FLAGS.life) if alive else None
                process.wait(limit)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
            now = finished(folder)
            lost += sum(now.get(n) != held for n, held in before.items())
            for name in now:
                ended_at.setdefault(name, time.time_ns())
            before = now
            if process.returncode == 0:
                break
        runs = marks_of(folder)
        again = sum(
            run[0] > ended_at[name]
            for name, (units, _) in before.items()
            for run in runs
            if run[2] == units
        )
        return {
            "kills": kills,
            "finished": len(before),
            "lost": lost,
            "twice": len(before) - len({held for held, _ in before.values()}),
            "trained after their end": again,
            "runs": len(runs),
        }


def main(argv):
    """Measures, and prints a table."""
    del argv
    if FLAGS.folder:
        child(FLAGS.folder, FLAGS.address)
        return
    if FLAGS.quick:
        FLAGS.trials, FLAGS.kills, FLAGS.killed_trials = 12, 3, 20
    ray.init(
        num_cpus=SLOTS,
        _node_ip_address="127.0.0.1",
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
    )
    figures = {"start of three processes": warm_up()}
    print("seconds until three processes have TensorFlow:", *figures.values())
    for name, slots, kill in (
        ("one slot", 1, False),
        ("three slots", SLOTS, False),
        ("three, one killed", SLOTS, True),
    ):
        figures[name] = measured(slots, kill)
        print(f"{name:18}", figures[name], flush=True)
    one, three = figures["one slot"], figures["three slots"]
    figures["times faster"] = round(one["seconds"] / three["seconds"], 2)
    print("times faster:", figures["times faster"])
    figures["driver killed"] = killed_drivers(random.Random(0))
    print("driver killed", figures["driver killed"])
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
