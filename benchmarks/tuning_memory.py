"""How the memory of one search grows over its trials.

Usage: python benchmarks/tuning_memory.py [--trials=100] [--quick]

Three searches of the same convolutional network on noise, each in a process of
its own: `kts.tune` in its process, `kts.tune` with one worker, and
keras-tuner's RandomSearch. Resident memory of the process that searches (the
worker's is given back when it is renewed) is read after each trial, in MiB.
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from absl import app
from absl import flags

TRIALS = flags.DEFINE_integer("trials", 100, "of each search")
QUICK = flags.DEFINE_bool("quick", False, "20 trials")
PART = flags.DEFINE_string("part", None, "one search, for the process of it")
SHOWN = (1, 10, 25, 50, 75, 100)


def resident() -> float:
    """MiB of this process that are in memory."""
    with open("/proc/self/statm", encoding="utf-8") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def build(hp):
    """A small network of images."""
    import keras

    model = keras.Sequential([keras.Input((16, 16, 1))])
    for _ in range(hp.Int("blocks", 1, 3)):
        model.add(
            keras.layers.Conv2D(
                hp.Int("filters", 8, 32, step=8), 3, padding="same"
            )
        )
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.ReLU())
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10))
    rate = hp.Float("rate", 1e-4, 1e-1, sampling="log")
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def data():
    """Noise."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 16, 16, 1)).astype("float32")
    return (x[:192], rng.integers(0, 10, 192)), (
        x[192:],
        rng.integers(0, 10, 64),
    )


def ours(trials: int, folder: str, workers: int) -> list[float]:
    """Memory after each trial of `kts.tune`."""
    from keras_troubleshoot.tuning.running import telling
    from keras_troubleshoot.tuning.running import tune

    found = []
    told = telling.Telling.__call__

    def read(self, trial):
        found.append(resident())
        told(self, trial)

    telling.Telling.__call__ = read
    train, validation = data()
    tune.tune(
        build,
        train,
        validation,
        max_trials=trials,
        epochs=2,
        seeds=0,
        seed=0,
        directory=folder,
        workers=workers,
        verbose=False,
    )
    return found


def theirs(trials: int, folder: str) -> list[float]:
    """Memory after each trial of keras-tuner's own search."""
    import keras_tuner

    found = []

    class Watched(keras_tuner.RandomSearch):
        def on_trial_end(self, trial):
            super().on_trial_end(trial)
            found.append(resident())

    tuner = Watched(
        build, "val_loss", max_trials=trials, seed=0, directory=folder
    )
    train, validation = data()
    tuner.search(*train, validation_data=validation, epochs=2, verbose=0)
    return found


PARTS = {
    "kts.tune": lambda trials, folder: ours(trials, folder, 0),
    "kts.tune, workers=1": lambda trials, folder: ours(trials, folder, 1),
    "keras-tuner RandomSearch": theirs,
}


def main(arguments):
    """Runs each search in a process, and prints the table."""
    del arguments
    trials = 20 if QUICK.value else TRIALS.value
    if PART.value:
        with tempfile.TemporaryDirectory() as folder:
            found = PARTS[PART.value](trials, folder)
        print("\n" + json.dumps(found))
        return
    shown = [n for n in SHOWN if n <= trials]
    print("MiB after trial", *shown, "growth from 10 to the last")
    for name in PARTS:
        command = [sys.executable, __file__, f"--part={name}"]
        command.append(f"--trials={trials}")
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode:
            print(name, "failed:", made.stderr[-2000:])
            continue
        found = json.loads(made.stdout.strip().splitlines()[-1])
        growth = found[-1] / found[min(9, len(found) - 1)] - 1
        cells = [f"{found[n - 1]:.0f}" for n in shown]
        print(f"{name:26}", *cells, f"{100 * growth:+.1f}%", flush=True)


if __name__ == "__main__":
    app.run(main)
