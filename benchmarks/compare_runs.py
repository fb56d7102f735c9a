"""False alarms and hits of `compare_runs` and `compare_curves`.

Trains small programs on digits (scikit-learn's) and on a made-up regression,
each with many seeds, and with planted faults. A seed that is left out is
compared with 1, 2, 3 and 5 others: each difference is a false alarm. So are
the sick runs: each is a hit. The last line is one JSON object of the figures.

    python benchmarks/compare_runs.py
    python benchmarks/compare_runs.py --quick
"""

import json
import os
import tempfile

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("seeds", 16, "healthy runs of each program")
flags.DEFINE_integer("sick", 3, "runs with each fault")
flags.DEFINE_integer("draws", 200, "comparisons of healthy runs")
flags.DEFINE_bool("quick", False, "6 seeds of two programs")
flags.DEFINE_string("keep", None, "folder in which runs are kept and found")

FAULTS = {
    "20% of labels wrong": {"corrupt": 0.2},
    "rate x 10": {"rate": 10.0},
    "rate / 10": {"rate": 0.1},
    "a frozen layer": {"freeze": True},
    "inputs not normalized": {"scale": 16.0},
    "no augmentation": {"augment": False},
}
REFERENCES = (1, 2, 3, 5)
CURVES = ("loss", "val_loss", "val_accuracy")


def digits():
    """Images of 8 x 8 and their classes, in one order."""
    from sklearn import datasets

    held = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(held.target))
    return held.images[order].astype("float32") / 16, held.target[order]


def noisy():
    """A regression whose loss is mostly noise."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1797, 8, 8)).astype("float32")
    y = np.tanh(x[:, 0] @ rng.normal(size=8)) + x[:, 1, 0] * x[:, 1, 1]
    return x, (y + rng.normal(size=len(y))).astype("float32")


def model_of(program: str, freeze: bool, augment: bool):
    """One of the programs."""
    import keras
    from keras import layers

    dense = layers.Dense
    if program == "convolution":
        moved = [layers.RandomTranslation(0.12, 0.12)] if augment else []
        first = layers.Conv2D(16, 3, activation="relu", name="first")
        body = [*moved, first, layers.Flatten(), dense(32, "relu", name="mid")]
    elif program == "normalized":
        first = layers.Conv2D(16, 3, use_bias=False, name="first")
        body = [first, layers.BatchNormalization(name="mid"), layers.ReLU()]
        body += [layers.Flatten(), layers.Dropout(0.3)]
    elif program == "LSTM":
        first = layers.LSTM(32, name="first")
        body = [first, dense(16, "relu", name="mid")]
    else:
        first = dense(64, "relu", name="first")
        body = [layers.Flatten(), first, dense(32, "relu", name="mid")]
    image = program in ("convolution", "normalized")
    shaped = [layers.Reshape((8, 8, 1))] if image else []
    first.trainable = not freeze
    last = dense(1) if program == "regression" else dense(10, "softmax")
    return keras.Sequential([keras.Input((8, 8)), *shaped, *body, last])


PROGRAMS = {
    "convolution": ("Adam", 1e-3),
    "dense, SGD": ("SGD", 0.05),
    "normalized": ("Adam", 1e-3),
    "LSTM": ("Adam", 2e-3),
    "regression": ("Adam", 1e-3),
}


def train(path, program, seed, rate=1.0, corrupt=0.0, freeze=False, **more):
    """Trains once, and records it in a file."""
    import keras

    from keras_troubleshoot.callbacks import TrainingMonitor

    keras.utils.set_random_seed(seed)
    regression = program == "regression"
    x, y = noisy() if regression else digits()
    x, y = x * more.get("scale", 1.0), y.copy()
    rng = np.random.default_rng(seed)
    wrong = np.flatnonzero(rng.random(1400) < corrupt)
    y[wrong] = y[rng.permutation(wrong)]
    model = model_of(program, freeze, more.get("augment", True))
    optimizer, own = PROGRAMS[program]
    model.compile(
        getattr(keras.optimizers, optimizer)(own * rate),
        "mse" if regression else "sparse_categorical_crossentropy",
        metrics=[] if regression else ["accuracy"],
    )
    model.fit(
        x[:1400],
        y[:1400],
        batch_size=32,
        epochs=6,
        validation_data=(x[1400:], y[1400:]),
        callbacks=[TrainingMonitor(json=path, quiet=True)],
        verbose=0,
    )


def recorded(folder: str, program: str, fault: str, seeds) -> list:
    """Runs of one kind, trained where they are not there yet."""
    from keras_troubleshoot.debugging.runs import parsing

    found = []
    for seed in seeds:
        name = f"{program} {fault} {seed}".replace("/", "by").replace(" ", "_")
        path = os.path.join(folder, f"{name}.json")
        if not os.path.exists(path):
            train(path, program, seed, **FAULTS.get(fault, {}))
        found.append(parsing.read_file(path))
    return found


def differs(references, run) -> dict[str, bool]:
    """Whether each comparison says that a run differs."""
    from keras_troubleshoot.debugging.runs.compare_curves import compare_curves
    from keras_troubleshoot.debugging.runs.compare_runs import compare_runs

    curves = [name for name in CURVES if name in run.history]
    return {"runs": not compare_runs(references, run).ok} | {
        name: not compare_curves(run, references, name).ok for name in curves
    }


def measure(good: list, others: list | None, count: int, draws: int) -> dict:
    """Share of comparisons that say so; of healthy runs where none others."""
    rng, found = np.random.default_rng(0), []
    for turn in range(draws):
        order = rng.permutation(len(good))
        run = good[order[0]] if others is None else others[turn % len(others)]
        found.append(differs([good[i] for i in order[1 : count + 1]], run))
    return {
        n: round(float(np.mean([f[n] for f in found])), 3) for n in found[0]
    }


def of_program(folder: str, program: str) -> dict:
    """Prints and returns the figures of one program."""
    good = recorded(folder, program, "good", range(seeds()))
    counts = [count for count in REFERENCES if count < len(good)]
    figures = {"healthy": {}}
    for count in counts:
        made = measure(good, None, count, FLAGS.draws)
        figures["healthy"][count] = made
        print(f"{program:12} {'healthy':22} {count} references  {told(made)}")
    for fault in FAULTS:
        if fault == "no augmentation" and program != "convolution":
            continue
        sick = recorded(folder, program, fault, range(100, 100 + FLAGS.sick))
        figures[fault] = {}
        for count in (1, 3):
            made = measure(good, sick, count, 5 * len(sick))
            figures[fault][count] = made
            print(f"{program:12} {fault:22} {count} references  {told(made)}")
    return figures


def told(made: dict) -> str:
    """Shares on one line."""
    return "  ".join(f"{n} {share:.3f}" for n, share in made.items())


def seeds() -> int:
    """How many healthy runs there are."""
    return 6 if FLAGS.quick else FLAGS.seeds


def main(argv):
    """Prints the figures of all programs."""
    if len(argv) > 1:
        raise app.UsageError("It takes flags only.")
    programs = list(PROGRAMS)[1:3] if FLAGS.quick else list(PROGRAMS)
    with tempfile.TemporaryDirectory() as folder:
        folder = FLAGS.keep or folder
        os.makedirs(folder, exist_ok=True)
        figures = {name: of_program(folder, name) for name in programs}
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
