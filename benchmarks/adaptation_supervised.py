"""What a few labelled rows of the target are worth, MNIST and USPS.

A small network (convolutions of 20 and 40 filters of 5x5 with pooling, 100
hidden units, Adam at 1e-3, batches of 64, 1,000 steps) is trained on 2,000
digits of MNIST or 1,800 of USPS, both 16x16 pixels. Of the other set 1, 5 or 10
rows a class have labels; it is tested on the official test set of that other
one, of which nothing was seen. Compared are the source alone, the labelled rows
of the target alone, `fine_tune`, `mix_target`, and `fine_tune` of what
`mix_target` made, all with their defaults. Means over seeds, and the smallest
difference to the source alone. The last line is one JSON object of the figures.
"""

import collections
import json
import pathlib
import time

import adaptation_problems as problems
import keras
import numpy as np
import tensorflow as tf
from absl import app
from absl import flags

from keras_troubleshoot.improvement.adaptation.supervised import fine_tune
from keras_troubleshoot.improvement.adaptation.supervised import mix_target

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "folder of the data sets")
flags.DEFINE_integer("seeds", 3, "repetitions")
flags.DEFINE_integer("steps", 1000, "steps of each training from scratch")
flags.DEFINE_list("labels", ["1", "5", "10"], "labelled rows of each class")
flags.DEFINE_bool("quick", False, "one seed, 200 steps, 5 labels a class")

FILES = ("mnist_usps_2000_1800.npz", "usps.npz", "mnist.npz")
BATCH_SIZE, CLASSES = 64, 10


def domains():
    """Training and test rows of both, by name."""
    found = {}
    for problem in problems.digits(FLAGS.data):
        source, target = problem.name.lower().split(" -> ")
        found.setdefault(source, {})["train"] = problem.source
        found.setdefault(target, {})["test"] = problem.test
    return found


def network(seed):
    """The network, not yet trained."""
    keras.utils.set_random_seed(seed)
    return problems.convolutions((problems.SIDE, problems.SIDE, 1))


def trained(data, steps, seed):
    """The network, trained on a dataset or on rows."""
    model = network(seed)
    if isinstance(data, tuple):
        rows = tf.data.Dataset.from_tensor_slices(data)
        rows = rows.shuffle(len(data[1]), seed=seed).repeat()
        data = rows.batch(BATCH_SIZE).take(steps)
    model.fit(data, verbose=0)
    return model


def few(rows, count, seed):
    """So many rows of each class."""
    x, y = rows
    rng = np.random.default_rng(seed)
    chosen = [
        rng.permutation(np.flatnonzero(y == label))[:count]
        for label in range(CLASSES)
    ]
    chosen = np.concatenate(chosen)
    return x[chosen], y[chosen]


def tuned(model, rows, seed):
    """The model after `fine_tune`."""
    found = fine_tune.fine_tune(model, *rows, seed=seed, verbose=False)
    return found.model


def compare(source, target, base, count, steps, seed):
    """The test accuracy of each way with so many labels a class."""
    rows = few(target["train"], count, seed)
    mixture = mix_target.mix_target(
        source["train"], rows, BATCH_SIZE, steps=steps, seed=seed
    )
    mixed = trained(mixture, steps, seed)
    models = {
        "source only": base,
        "target only": trained(rows, steps, seed),
        "fine_tune": tuned(base, rows, seed),
        "mix_target": mixed,
        "both": tuned(mixed, rows, seed),
    }
    return {name: accuracy(m, target["test"]) for name, m in models.items()}


def accuracy(model, rows):
    """The share of test rows that is right."""
    made = model.predict(rows[0], batch_size=500, verbose=0)
    return float((made.argmax(axis=1) == rows[1]).mean())


def measure(seeds, steps, counts):
    """Accuracies by direction, labels a class and way, one a seed."""
    both = domains()
    made = collections.defaultdict(list)
    for source, target in (("mnist", "usps"), ("usps", "mnist")):
        for seed in range(seeds):
            base = trained(both[source]["train"], steps, seed)
            for count in counts:
                got = compare(
                    both[source], both[target], base, count, steps, seed
                )
                for way, value in got.items():
                    made[f"{source}->{target}", count, way].append(value)
                print(f"{source}->{target}", seed, count, got, flush=True)
    return made


def show(made):
    """Prints the table, and returns its figures."""
    print(f"{'':34}{'mean':>9}{'spread':>9}{'least gain':>12}")
    figures = {}
    for key, values in made.items():
        base = np.array(made[(*key[:2], "source only")])
        gain = float((np.array(values) - base).min())
        name = f"{key[0]}, {key[1]} a class, {key[2]}"
        mean, spread = float(np.mean(values)), float(np.ptp(values))
        print(f"{name:34}{mean:9.3f}{spread:9.3f}{gain:12.3f}")
        figures[name] = {"mean": mean, "spread": spread, "least_gain": gain}
    return figures


def main(argv):
    """Measures and prints all of it."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    missing = [f for f in FILES if not (pathlib.Path(FLAGS.data) / f).exists()]
    if missing:
        print(f"Nothing measured: {', '.join(missing)} not in {FLAGS.data}.")
        print(json.dumps({"missing": missing}))
        return
    began = time.perf_counter()
    counts = [5] if FLAGS.quick else list(map(int, FLAGS.labels))
    seeds, steps = (1, 200) if FLAGS.quick else (FLAGS.seeds, FLAGS.steps)
    figures = show(measure(seeds, steps, counts))
    figures["seconds"] = time.perf_counter() - began
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
