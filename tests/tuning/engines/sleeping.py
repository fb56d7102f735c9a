"""Work for worker processes that trains nothing."""

import os
import signal
import time

import keras
import keras_tuner

from keras_troubleshoot.tuning.running.work import Work


class Sleeping(keras_tuner.HyperModel):
    """Sleeps; some trials kill their process.

    Args:
        seconds: of a trial.
        marks: a folder; each training leaves a file there, whose name is the
            value of `units`, a time and the process.
        kills: how often a process dies of a value of `units`.
    """

    def __init__(self, seconds=0.0, marks=None, kills=None):
        super().__init__()
        self.seconds, self.marks = seconds, marks
        self.kills = kills or {}

    def build(self, hp):
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    def fit(self, hp, model, *data, **options):
        units = hp.get("units")
        if self.marks and self.mark(units) <= self.kills.get(units, 0):
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.seconds)
        return float(units)

    def mark(self, units):
        """Leaves a mark; how many there are of this value."""
        name = f"{units}-{time.time_ns()}-{os.getpid()}"
        open(os.path.join(self.marks, name), "w").close()
        names = os.listdir(self.marks)
        return sum(other.startswith(f"{units}-") for other in names)


def work(oracle, hypermodel):
    """Work of one of them."""
    return Work(
        hypermodel=hypermodel,
        train=None,
        validation=None,
        options={},
        executions=1,
        seed=0,
        folder=oracle._project_dir,
        objective=oracle.objective,
    )
