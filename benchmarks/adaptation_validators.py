"""Whether validators that see no target labels rank models rightly.

On MNIST and USPS (2,000 and 1,800 images of 16 x 16), both ways: models of
widely varied quality are trained on the source, by more or less training,
augmentation, regularization, wrong labels, or adapted by simple means
(entropy minimization, information maximization, alignment of mean and
covariance), some of which break down. Each validator sees a fifth of the
source that was held out, and the target without labels. The labels of the
target serve for one thing alone: the accuracy with which the ranking is
compared, by Spearman's correlation over all models and over those that are
not vetoed, and by the accuracy of the model that is chosen. All combinations
of validators by mean rank are compared in the same way. The last line is one
JSON object of the figures.
"""

import dataclasses
import itertools
import json
import pathlib
import time

import keras
import numpy as np
import tensorflow as tf
from absl import app
from absl import flags
from scipy import stats

from keras_troubleshoot.improvement.adaptation.choosing import ranking
from keras_troubleshoot.improvement.adaptation.choosing import validators

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "folder of the data sets")
flags.DEFINE_integer("seeds", 2, "repetitions of each direction")
flags.DEFINE_integer("first", 0, "the first seed")
flags.DEFINE_integer("steps", 200, "of training on the source")
flags.DEFINE_bool("quick", False, "one direction, one seed, 100 steps")

BATCH = 64
REFERENCE = "source only"
# Models that are trained on from the one that saw the source alone: weights
# of the losses, rate, steps as a share of those before.
ADAPTED = {
    "entropy 0.1": ({"source": 1, "entropy": 0.1}, 1e-3, 0.5),
    "entropy 1": ({"source": 1, "entropy": 1}, 1e-3, 0.5),
    "entropy alone": ({"entropy": 1}, 3e-3, 0.5),
    "information 0.3": (
        {"source": 1, "entropy": 0.3, "diversity": 0.3},
        1e-3,
        0.5,
    ),
    "information alone": ({"entropy": 1, "diversity": 1}, 1e-3, 0.25),
    "information, too long": ({"entropy": 1, "diversity": 1}, 1e-2, 1.0),
    "alignment 1": ({"source": 1, "alignment": 1}, 1e-3, 0.5),
    "alignment 10": ({"source": 1, "alignment": 10}, 1e-3, 0.5),
    "alignment alone": ({"alignment": 10}, 1e-3, 0.5),
}


def load(direction):
    """Source and target, scaled to [0, 1]."""
    path = pathlib.Path(FLAGS.data) / "mnist_usps_2000_1800.npz"
    file = np.load(path, allow_pickle=False)
    made = []
    for name in direction:
        x = file[f"x_{name}"][..., None] / np.float32(255)
        made.append((x, file[f"y_{name}"].astype("int64")))
    return made


def network(augmented=False, standardized=False):
    """Convolutions of 20 and 40 channels, 100 units, logits of 10 classes."""
    layers = [keras.Input((16, 16, 1))]
    if standardized:
        layers.append(keras.layers.LayerNormalization(axis=(1, 2, 3)))
    if augmented:
        layers += [
            keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
            keras.layers.RandomRotation(0.04, fill_mode="constant"),
            keras.layers.RandomZoom(0.2, 0.2, fill_mode="constant"),
        ]
    layers += [
        keras.layers.Conv2D(20, 5, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(40, 5, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(100, activation="relu"),
        keras.layers.Dense(10),
    ]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def penalties(model, xs, ys, xt):
    """The losses that may be combined."""
    inner = keras.Sequential(model.layers[:-1])
    features = inner(xs, training=True), inner(xt, training=True)
    logits = [model.layers[-1](each) for each in features]
    shares = tf.nn.softmax(logits[1])
    mean = tf.reduce_mean(shares, axis=0)
    centred = [f - tf.reduce_mean(f, axis=0) for f in features]
    spreads = [tf.matmul(c, c, transpose_a=True) / (BATCH - 1) for c in centred]
    means = [tf.reduce_mean(f, axis=0) for f in features]
    return {
        "source": tf.reduce_mean(model.loss(ys, logits[0])),
        "entropy": -tf.reduce_mean(
            tf.reduce_sum(shares * tf.math.log(shares + 1e-7), axis=1)
        ),
        "diversity": tf.reduce_sum(mean * tf.math.log(mean + 1e-7)),
        "alignment": tf.reduce_mean((spreads[0] - spreads[1]) ** 2)
        + tf.reduce_mean((means[0] - means[1]) ** 2),
    }


def adapt(model, source, xt, seed, steps, weights, rate):
    """Trains on both domains by a weighted sum of losses."""
    optimizer = keras.optimizers.Adam(rate)
    rng = np.random.default_rng(seed)

    @tf.function
    def step(xs, ys, other):
        with tf.GradientTape() as tape:
            made = penalties(model, xs, ys, other)
            total = sum(w * made[name] for name, w in weights.items())
        trained = model.trainable_variables
        found = tape.gradient(
            total,
            [each.value for each in trained],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        optimizer.apply(found, trained)

    for _ in range(steps):
        a = rng.integers(len(source[0]), size=BATCH)
        b = rng.integers(len(xt), size=BATCH)
        step(
            tf.constant(source[0][a]),
            tf.constant(source[1][a]),
            tf.constant(xt[b]),
        )


def fit(model, x, y, steps):
    """Trains on the source for so many steps."""
    rows = np.random.default_rng(0).integers(len(x), size=steps * BATCH)
    model.fit(x[rows], y[rows], BATCH, 1, verbose=0, shuffle=False)


def models(source, xt, seed, steps):
    """Names and models, one after the other.

    They share a network, so each must be judged before the next is asked for.
    """
    keras.utils.set_random_seed(seed)
    model = network()
    done = 0
    for share, name in (
        (0.05, "source only, 5% of the steps"),
        (0.25, "source only, 25% of the steps"),
        (1.0, REFERENCE),
    ):
        fit(model, *source, int(share * steps) - done)
        done = int(share * steps)
        yield name, model
    start = model.get_weights()
    for name, (weights, rate, share) in ADAPTED.items():
        model.set_weights(start)
        adapt(model, source, xt, seed, int(share * steps), weights, rate)
        yield name, model
    yield from others(source, xt, seed, steps)


def others(source, xt, seed, steps):
    """Those that start anew."""
    model = network()
    model.compile(keras.optimizers.AdamW(1e-3, weight_decay=1.0), model.loss)
    fit(model, *source, steps)
    yield "weight decay", model
    x, y = source
    rng = np.random.default_rng(seed)
    wrong = np.where(rng.random(len(y)) < 0.4, rng.integers(10, size=len(y)), y)
    model = network()
    fit(model, x, wrong, steps)
    yield "wrong labels", model
    model = network(standardized=True)
    fit(model, x, y, steps)
    yield "standardized", model
    model = network(augmented=True)
    fit(model, x, y, steps)
    yield "augmented", model
    model = network(augmented=True, standardized=True)
    fit(model, x, y, steps)
    yield "augmented, standardized", model
    weights = {"source": 1, "entropy": 0.3, "diversity": 0.3}
    adapt(model, source, xt, seed, steps // 2, weights, 1e-3)
    yield "augmented, information", model


def judge(direction, seed, steps):
    """Accuracy on the target and what validators say, by name of the model."""
    (xs, ys), (xt, yt) = load(direction)
    held = np.random.default_rng(seed).permutation(len(xs)) < len(xs) // 5
    source, kept = (xs[~held], ys[~held]), (xs[held], ys[held])
    found, took = {}, 0.0
    for name, model in models(source, xt, seed, steps):
        began = time.perf_counter()
        said = validators.assess(
            model, kept, xt, validators.VALIDATORS, rows=2000
        )
        took += time.perf_counter() - began
        accuracy = np.mean(model.predict(xt, verbose=0).argmax(1) == yt)
        found[name] = float(accuracy), said
    return found, took


def show(title, found):
    """One line for each model, the best first."""
    names = list(validators.VALIDATORS)
    short = "risk", "entropy", "inform.", "density", "DEV"
    vetoed = ranking.rank(
        {n: said for n, (_, said) in found.items()}, reference=REFERENCE
    ).vetoed
    head = "".join(f"{s:>9}" for s in ("target", "source", "classes", *short))
    print(f"\n{title:31}{head}")
    for name, (accuracy, said) in sorted(
        found.items(), key=lambda item: -item[1][0]
    ):
        cells = [f"{accuracy:9.3f}{said.source_accuracy:9.3f}"]
        cells += [f"{said.target_classes:9.2f}"]
        cells += [f"{said.scores[each]:9.3f}" for each in names]
        print(f"{name:31}{''.join(cells)}{' vetoed' * (name in vetoed)}")


def quality(found, names, with_vetoes):
    """Spearman's correlation with the accuracy, and that of the choice."""
    said = {n: each for n, (_, each) in found.items()}
    scores = {}
    for name, each in said.items():
        some = {v: each.scores[v] for v in names}
        scores[name] = some
        if with_vetoes:
            scores[name] = dataclasses.replace(each, scores=some)
    made = ranking.rank(scores, reference=REFERENCE)
    accuracies = [found[n][0] for n in made.order]
    means = [-made.mean_ranks[n] for n in made.order]
    # Fewer than two that are left have none.
    alike = np.nan_to_num(stats.spearmanr(means, accuracies).statistic)
    return float(alike), accuracies[0]


def compare(runs):
    """Means over runs for all combinations of validators."""
    names = list(validators.VALIDATORS)
    made = {}
    for size in range(1, len(names) + 1):
        for some in itertools.combinations(names, size):
            figures = []
            for found in runs:
                plain = quality(found, some, False)
                figures.append((*plain, *quality(found, some, True)))
            spread = np.array(figures)
            made[" + ".join(some)] = [
                *spread.mean(axis=0).round(4).tolist(),
                round(float(spread[:, 3].min()), 4),
            ]
    return made


def measure():
    """Each run's models with what is said of them, and seconds for one."""
    runs, took = [], []
    ways = [("mnist", "usps"), ("usps", "mnist")][: 1 if FLAGS.quick else 2]
    seeds = range(FLAGS.first, FLAGS.first + FLAGS.seeds)
    for way in ways:
        for seed in seeds[: 1 if FLAGS.quick else None]:
            found, seconds = judge(
                way, seed, 100 if FLAGS.quick else FLAGS.steps
            )
            runs.append(found)
            took.append(seconds / len(found))
            show(f"{' -> '.join(way)}, seed {seed}", found)
    return runs, float(np.mean(took))


def show_combinations(made):
    """One line for each combination, the best choice first."""
    print(f"\n{'':66}{'all models':>18}{'with vetoes':>28}")
    head = ("Spearman", "chosen", "Spearman", "chosen", "at worst")
    print(f"{'':68}" + "".join(f"{h:>9}" for h in head))
    for name, figures in sorted(made.items(), key=lambda m: -m[1][3]):
        short = name.replace("information_maximization", "information")
        short = short.replace("soft_neighborhood_density", "density")
        short = short.replace("deep_embedded_validation", "DEV")
        print(f"{short:68}" + "".join(f"{v:9.3f}" for v in figures))


def main(argv):
    """Measures and prints all of it."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    if not (pathlib.Path(FLAGS.data) / "mnist_usps_2000_1800.npz").exists():
        print(f"{FLAGS.data} has no mnist_usps_2000_1800.npz; see --data.")
        print(json.dumps({}))
        return
    began = time.perf_counter()
    runs, took = measure()
    made = compare(runs)
    show_combinations(made)
    best = [max(a for a, _ in found.values()) for found in runs]
    plain = [found[REFERENCE][0] for found in runs]
    figures = {
        "combinations": made,
        "best": float(np.mean(best)),
        "source_only": float(np.mean(plain)),
        "seconds_to_judge_one_model": took,
        "seconds": time.perf_counter() - began,
    }
    print(
        f"the best model: {np.mean(best):.3f}, source only "
        f"{np.mean(plain):.3f}; {took:.1f} s to judge one model"
    )
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
