"""Several workers against one, workers that die, and workers that wait.

1. Trials that sleep a second, with one worker process and with three: from the
   first trial to the last, and with the start of the processes.
2. The same with three, one of which is killed in the middle of a trial: how
   many trials were run again, and what it cost.
3. A chief and three workers as on several machines, one of which falls silent:
   the lease, and what it cost.
4. How often a worker asks in ten seconds while there is no trial: ours, and
   keras-tuner's own, at our chief and at its own.

The last line is one JSON object of the figures.
"""

import contextlib
import json
import math
import os
import signal
import socket
import tempfile
import threading
import time
import types
from unittest import mock

import keras
import keras_tuner
from absl import app
from absl import flags
from keras_tuner.src.distribute import oracle_chief
from keras_tuner.src.distribute import oracle_client

from keras_troubleshoot.tuning.engines import chief
from keras_troubleshoot.tuning.engines import client
from keras_troubleshoot.tuning.engines import local
from keras_troubleshoot.tuning.engines import payload
from keras_troubleshoot.tuning.engines import process
from keras_troubleshoot.tuning.engines import scratch
from keras_troubleshoot.tuning.running import keeping
from keras_troubleshoot.tuning.running.work import Work

FLAGS = flags.FLAGS
flags.DEFINE_integer("trials", 30, "of each search")
flags.DEFINE_float("seconds", 1.0, "that a trial sleeps")
flags.DEFINE_float("idle", 10.0, "seconds for which questions are counted")
flags.DEFINE_float("lease", 5.0, "seconds, of the chief of part 3")
flags.DEFINE_bool("quick", False, "12 trials, 4 seconds of waiting")

OBJECTIVE = keras_tuner.Objective("score", "min")


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
        path = os.path.join(self.marks, f"{time.time_ns()}-{os.getpid()}")
        open(path, "w").close()
        time.sleep(self.seconds)
        os.rename(path, f"{path}-{time.time_ns()}")
        return float(hp.get("units"))


def search_in(folder, trials):
    """A random search."""
    hp = keras_tuner.HyperParameters()
    hp.Int("units", 1, 10**9)
    oracle = keeping.kept(keras_tuner.oracles.RandomSearchOracle)(
        OBJECTIVE, max_trials=trials, hyperparameters=hp, seed=1
    )
    oracle.verbose = 0
    oracle._set_project_dir(folder, "search")
    return oracle


def work_of(oracle, marks):
    """What its trials do."""
    return Work(
        hypermodel=Sleeping(FLAGS.seconds, marks),
        train=None,
        validation=None,
        options={},
        executions=1,
        seed=0,
        folder=oracle._project_dir,
        objective=OBJECTIVE,
    )


class Killing:
    """Kills the worker of the first trial that has run for a while.

    Args:
        marks: where trials write down that they run.
    """

    def __init__(self, marks):
        self.marks, self.done = marks, False

    def __call__(self):
        """To be called often."""
        names = os.listdir(self.marks)
        running = [n.split("-") for n in names if n.count("-") == 1]
        halfway = time.time_ns() - FLAGS.seconds / 2 * 1e9
        old = [int(pid) for start, pid in running if int(start) < halfway]
        # In the middle of the search, when all workers are at work.
        if not self.done and old and len(names) > FLAGS.trials / 2:
            self.done = True
            os.kill(old[0], signal.SIGKILL)


def measured(oracle, marks, began):
    """Seconds, and how many trials were run."""
    names = [name.split("-") for name in os.listdir(marks)]
    first = min(int(name[0]) for name in names)
    last = max(int(name[2]) for name in names if len(name) == 3)
    ended = [t.status for t in oracle.trials.values()]
    return {
        "trials": ended.count("COMPLETED"),
        "runs": len(names),
        "seconds": round((last - first) / 1e9, 2),
        "with start": round(time.monotonic() - began, 2),
    }


def on_one_machine(workers, kill=False):
    """A search with worker processes."""
    with tempfile.TemporaryDirectory() as folder:
        marks = os.path.join(folder, "marks")
        os.mkdir(marks)
        oracle = search_in(folder, FLAGS.trials)
        began = time.monotonic()
        watch = Killing(marks) if kill else None
        local.search(oracle, work_of(oracle, marks), workers, watch=watch)
        return measured(oracle, marks, began)


def on_several(workers, kill=False):
    """A chief, and workers that it knows by their words only."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch.private_folder())
        marks = os.path.join(folder, "marks")
        os.mkdir(marks)
        oracle = search_in(folder, FLAGS.trials)
        payload.write(folder, work_of(oracle, marks))
        address = f"127.0.0.1:{free_port()}"
        for number in range(workers):
            started = process.Process(
                f"worker-{number}", folder, address, None, os.environ
            )
            stack.callback(started.kill)
        watch = Killing(marks) if kill else None
        began = time.monotonic()
        chief.serve(oracle, address, lease=FLAGS.lease, watch=watch)
        return measured(oracle, marks, began)


def free_port():
    """A port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def addressed(port, tuner_id):
    """keras-tuner's environment, for Python alone.

    gRPC reads that of the process in other threads meanwhile, which ends the
    process where it is set then.
    """
    told = {
        "KERASTUNER_TUNER_ID": tuner_id,
        "KERASTUNER_ORACLE_IP": "127.0.0.1",
        "KERASTUNER_ORACLE_PORT": str(port),
    }
    with mock.patch.object(os, "environ", {**os.environ, **told}):
        yield


def questions(ours_chief, ours_worker):
    """How often a worker asks while the only trial is another's."""
    with tempfile.TemporaryDirectory() as folder:
        oracle, port = search_in(folder, 1), free_port()
        serve = chief.serve if ours_chief else oracle_chief.start_server
        arguments = [f"127.0.0.1:{port}"] if ours_chief else []
        with addressed(port, "chief"):
            threading.Thread(
                target=serve, args=[oracle, *arguments], daemon=True
            ).start()
            time.sleep(0.5)
        asked = []
        threading.Thread(
            target=wait_for_a_trial,
            args=[port, ours_worker, asked],
            daemon=True,
        ).start()
        while not asked:
            time.sleep(0.01)
        asked.clear()
        time.sleep(FLAGS.idle)
        return len(asked)


def wait_for_a_trial(port, ours, asked):
    """Asks as a worker does; another has the only trial."""
    with addressed(port, "busy"):
        busy = client.Client(types.SimpleNamespace(objective=OBJECTIVE))
    busy.create_trial("busy")
    with addressed(port, "idle"):
        if ours:
            idle = client.Client(types.SimpleNamespace(objective=OBJECTIVE))
        else:
            idle = oracle_client.OracleClient(None)
    method = idle.stub.CreateTrial
    if ours:
        stub = idle.stub.stub
        method = stub.CreateTrial.with_call
        stub.CreateTrial = mock.Mock()
        stub.CreateTrial.with_call = counted(method, asked)
    else:
        idle.stub.CreateTrial = counted(method, asked)
    while True:  # As keras-tuner's own search does.
        idle.create_trial("idle")


def counted(method, asked):
    """A method that notes its calls."""

    def call(*arguments, **options):
        asked.append(None)
        return method(*arguments, **options)

    return call


def main(argv):
    """Measures, and prints the tables."""
    del argv
    if FLAGS.quick:
        FLAGS.trials, FLAGS.idle = 12, 4.0
    figures = {
        "one worker": on_one_machine(1),
        "three workers": on_one_machine(3),
        "three, one killed": on_one_machine(3, kill=True),
        "chief and three": on_several(3),
        "chief and three, one killed": on_several(3, kill=True),
    }
    for name, row in figures.items():
        print(f"{name:28}", *(f"{n} {v:<7}" for n, v in row.items()))
    one, three = figures["one worker"], figures["three workers"]
    for name in ("seconds", "with start"):
        print(f"{one[name] / three[name]:.2f} times as fast ({name})")
    ideal = math.ceil(FLAGS.trials / 3) * FLAGS.seconds
    print(f"at best: {ideal:g} s with three; lease {FLAGS.lease:g} s")
    figures["questions"] = {
        "our chief, our worker": questions(True, True),
        "our chief, keras-tuner's worker": questions(True, False),
        "keras-tuner's chief and worker": questions(False, False),
    }
    for name, count in figures["questions"].items():
        print(f"{count:6} questions in {FLAGS.idle:g} s: {name}")
    print(json.dumps(figures))
    # Those that wait, wait for ever.
    os._exit(0)


if __name__ == "__main__":
    app.run(main)
