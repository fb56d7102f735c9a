"""Searches whose processes are killed, again and again, and what is lost.

A search in one process, the chief of a search with two workers, and one of the
two workers are killed with SIGKILL at random moments, and started again. After
each time, no trial that had finished may be gone or changed; in the end there
must be as many trials as were asked for, none of them twice, and none trained
again after it had finished. The last line is one JSON object of the figures.
"""

import json
import multiprocessing
import os
import random
import signal
import socket
import tempfile
import time

import keras
import keras_tuner
import numpy as np
from absl import app
from absl import flags

from keras_troubleshoot.tuning.engines import roles
from keras_troubleshoot.tuning.running.tune import tune

FLAGS = flags.FLAGS
flags.DEFINE_integer("kills", 20, "of each kind")
flags.DEFINE_integer("trials", 60, "of each search")
flags.DEFINE_float("seconds", 0.15, "that a trial takes")
flags.DEFINE_float("life", 2.5, "seconds that a process lives at most")
flags.DEFINE_string("method", "coarse_to_fine", "of the search")
flags.DEFINE_bool("quick", False, "5 kills and 20 trials")

ENDED = ("COMPLETED", "FAILED")


class Sleeping(keras_tuner.HyperModel):
    """Sleeps, and notes it; two epochs, each of which is reported.

    Args:
        marks: a folder; each training leaves a file there.
    """

    def __init__(self, marks):
        super().__init__()
        self.marks, self.seconds = marks, FLAGS.seconds

    def build(self, hp):
        """A model that hardly trains."""
        hp.Float("rate", 1e-4, 1.0, sampling="log")
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse", run_eagerly=True)
        return model

    def fit(self, hp, model, *data, **options):
        """Sleeps; the score is the rate."""
        name = f"{hp.get('rate')!r} {time.time_ns()} {os.getpid()}"
        open(os.path.join(self.marks, name), "w").close()
        reporter = options["callbacks"][-2]
        reporter.set_model(model)
        for epoch in range(2):
            time.sleep(self.seconds / 2)
            reporter.on_epoch_end(epoch, {"score": hp.get("rate")})


def search(folder, role=None, address=None, name=None):
    """Searches, or takes part, until it is over, or this process is killed."""
    x = np.zeros((4, 1), "float32")
    options = {
        "method": FLAGS.method,
        "objective": keras_tuner.Objective("score", "min"),
        "max_trials": FLAGS.trials,
        "seeds": 0,
        "seed": 0,
        "directory": folder,
        "verbose": False,
    }
    builder = Sleeping(os.path.join(folder, "marks"))
    if role is None:
        tune(builder, (x, x), (x, x), **options)
        return
    with roles.playing(role, address, name):
        tune(builder, (x, x), (x, x), **options)


def finished(folder):
    """What the files say of the trials that have finished."""
    found = {}
    search_folder = os.path.join(folder, "search")
    for name in sorted(os.listdir(search_folder)):
        path = os.path.join(search_folder, name, "trial.json")
        if not os.path.exists(path):
            continue
        with open(path) as file:
            state = json.load(file)
        if state["status"] in ENDED:
            values = state["hyperparameters"]["values"]
            found[state["trial_id"]] = (values["rate"], state["score"])
    return found


class Observed:
    """Compares what has finished before and after each death.

    Args:
        folder: of the search.
    """

    def __init__(self, folder):
        self.folder, self.before, self.lost = folder, {}, 0
        self.ended_at = {}

    def look(self):
        """Counts what was lost or changed; notes what has finished."""
        if not os.path.isdir(os.path.join(self.folder, "search")):
            return
        now = finished(self.folder)
        self.lost += sum(
            now.get(n) != value for n, value in self.before.items()
        )
        for name in now:
            self.ended_at.setdefault(name, time.time_ns())
        self.before = now

    def conclude(self):
        """The figures of the search."""
        self.look()
        rates = [rate for rate, _ in self.before.values()]
        marks = [
            name.split(" ")
            for name in os.listdir(os.path.join(self.folder, "marks"))
        ]
        again = sum(
            int(at) > self.ended_at[name]
            for name, (rate, _) in self.before.items()
            for of, at, _ in marks
            if of == repr(rate)
        )
        return {
            "finished": len(rates),
            "lost": self.lost,
            "twice": len(rates) - len(set(rates)),
            "trained after their end": again,
            "runs": len(marks),
        }


class Fleet:
    """The processes of a search; forked, as an import takes seconds."""

    def __init__(self):
        self.context = multiprocessing.get_context("fork")
        self.count = 0

    def start(self, *arguments):
        """A process that searches or takes part."""
        self.count += 1
        process = self.context.Process(target=quietly, args=arguments)
        process.start()
        return process

    def kill(self, process):
        """Kills it; whether it was still alive."""
        alive = process.is_alive()
        if alive:
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        return alive


def quietly(*arguments):
    """Searches without the words of TensorFlow."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    search(*arguments)


def free_address():
    """A free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def faults(kind, moments):
    """Kills processes of one kind, then lets the search end.

    Args:
        kind: "single", "chief" or "worker".
        moments: draws them.
    """
    fleet, address = Fleet(), free_address()
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "marks"))
        observed, began, kills = Observed(folder), time.monotonic(), 0

        def begin(role):
            name = f"worker-{fleet.count}"
            if kind == "single":
                return fleet.start(folder)
            return fleet.start(folder, role, address, name)

        others = []
        if kind != "single":
            others = [begin("worker")]
            others.append(begin("worker" if kind == "chief" else "chief"))
        while kills < FLAGS.kills:
            victim = begin("worker" if kind == "worker" else "chief")
            victim.join(moments.uniform(0.0, FLAGS.life))
            if not fleet.kill(victim):
                break  # The search is over.
            kills += 1
            observed.look()
        others.append(begin("worker" if kind == "worker" else "chief"))
        for process in others:
            process.join()
        figures = observed.conclude()
        seconds = round(time.monotonic() - began, 1)
        return {"kills": kills, **figures, "seconds": seconds}


def main(argv):
    """Measures, and prints a table."""
    del argv
    if FLAGS.quick:
        FLAGS.kills, FLAGS.trials = 5, 20
    moments = random.Random(0)
    figures = {}
    for kind in ("single", "chief", "worker"):
        figures[kind] = faults(kind, moments)
        shown = (f"{name} {value}" for name, value in figures[kind].items())
        print(f"{kind:8}", ", ".join(shown), flush=True)
    print(f"asked for: {FLAGS.trials} trials each")
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
