"""Oracles, chiefs and workers of small searches."""

import contextlib
import os
import threading
import time
import types
from unittest import mock

import keras_tuner

from keras_troubleshoot.tuning.engines import chief
from keras_troubleshoot.tuning.engines import client
from keras_troubleshoot.tuning.engines.desk import Desk
from keras_troubleshoot.tuning.engines.leases import Leases
from keras_troubleshoot.tuning.running import keeping

RandomOracle = keeping.kept(keras_tuner.oracles.RandomSearchOracle)


def space():
    """Two hyperparameters, the second only where the first says so."""
    hp = keras_tuner.HyperParameters()
    hp.Choice("kind", ["a", "b"])
    with hp.conditional_scope("kind", ["b"]):
        hp.Float("rate", 1e-4, 1.0, sampling="log")
    hp.Int("units", 1, 1000)
    return hp


def oracle(folder, max_trials=4, **options):
    """A random search in a folder; it goes on where there is one."""
    made = RandomOracle(
        keras_tuner.Objective("score", "min"),
        max_trials=max_trials,
        hyperparameters=space(),
        seed=1,
        **options,
    )
    made.verbose = 0
    made.patient = True
    made._set_project_dir(str(folder), "search")
    if os.path.exists(made._get_oracle_fname()):
        made.reload()
    return made


class Clock:
    """Tells the time that it is told."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def desk(oracle, lease=30.0, silent=3600.0, attempts=3, clock=time.monotonic):
    """A desk and what it told."""
    told = []
    made = Desk(oracle, Leases(lease, silent, clock), attempts, told.append)
    return made, told


def address():
    """A free port of this machine."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@contextlib.contextmanager
def environment(address, tuner_id):
    """keras-tuner's environment, for Python alone.

    That of the process is left as it is: setting it while gRPC reads it in
    another thread, as it does where it opens a port, ends the process.
    """
    host, port = address.split(":")
    told = {
        "KERASTUNER_TUNER_ID": tuner_id,
        "KERASTUNER_ORACLE_IP": host,
        "KERASTUNER_ORACLE_PORT": port,
    }
    with mock.patch.object(os, "environ", {**os.environ, **told}):
        yield


@contextlib.contextmanager
def worker(address, tuner_id="worker", grace=5.0, start=10.0):
    """A client."""
    objective = keras_tuner.Objective("score", "min")
    with environment(address, tuner_id):
        made = client.Client(
            types.SimpleNamespace(objective=objective), grace, start
        )
    with contextlib.closing(made):
        yield made


class Ended(Exception):
    """A test has no more use for its chief."""


class Serving(threading.Thread):
    """`chief.serve` in a thread, until the search is over or it is left."""

    def __init__(self, oracle, address, **options):
        super().__init__(daemon=True, name="serving")
        self.lines = []
        options.setdefault("tell", self.lines.append)
        self.arguments = oracle, address, options
        self.started, self.seconds = None, None
        self.left = threading.Event()
        self.start()

    def run(self):
        oracle, address, options = self.arguments
        began = time.monotonic()
        with contextlib.suppress(Ended):
            self.started = chief.serve(
                oracle, address, watch=self.watch, **options
            )
        self.seconds = time.monotonic() - began

    def watch(self):
        if self.left.is_set():
            raise Ended

    def leave(self):
        """Ends it, if it is still there."""
        self.left.set()
        self.join(10.0)


def until(condition, seconds=10.0):
    """Waits for a condition; whether it came true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def train(client, trial, epochs=2, score=None):
    """What a worker does with a trial."""
    value = trial.hyperparameters.get("units") if score is None else score
    for epoch in range(epochs):
        client.update_trial(trial.trial_id, {"score": value}, step=epoch)
    trial.status = "COMPLETED"
    client.end_trial(trial)


def work_off(client):
    """All trials; returns their ids."""
    done = []
    while True:
        trial = client.create_trial(client.tuner_id)
        if trial.status == "STOPPED":
            return done
        train(client, trial)
        done.append(trial.trial_id)
