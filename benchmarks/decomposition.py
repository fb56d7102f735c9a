"""Whether the decomposition of the error finds what is short.

On real data (`--data`; they lie outside of the project) one shortage at a time
is made on purpose: a model that is too small, too few training data, a test set
of another domain, a validation set by which 500 models were compared, 10% wrong
labels. Where there are classes, `kts.label_errors` is asked in every run. A run
is right where the term of the shortage is the largest, and the first step that
`kts.recommend` names is one for it. The last line is one JSON object.
"""

import dataclasses
import json
import time

import decomposition_problems as problems
import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "folder of the data")
flags.DEFINE_integer("seeds", 2, "runs of each problem and shortage")
flags.DEFINE_bool("quick", False, "one seed, the small problems")
flags.DEFINE_list("only", [], "problems or shortages; all by default")
flags.DEFINE_bool("verbose", False, "print each decomposition and first step")

ROWS = 4000  # Of a training set at most, and the test set half of it.
FEW = 80  # Rows that are too few.
REUSED = 60  # Rows, at most, of the validation set that is reused,
TRIALS = 500  # so many times,
STEP = 0.1  # with changes of that share of the spread of the weights.
FLIPPED = 0.1  # Of the labels.
QUICK = ("wine", "indoor_movement")

# The term, and the steps that are right for it.
RIGHT = {
    "small": ("avoidable_bias", "under-fitting"),
    "few": ("variance", "over-fitting"),
    "shift": ("distribution_shift", "distribution shift"),
    "reuse": ("validation_overfitting", "re-balancing"),
    "labels": ("labels", "labels"),
}
# A linear model is as good as any on these. Whole reviews are easier than the
# sentences. Labels are flipped where there are enough rows with classes.
NOT_SMALL = ("adult", "indoor_movement", "rt_polarity")
NOT_SHIFTED = ("rt_polarity",)
FLIPS = ("adult", "mnist", "rt_polarity")


@dataclasses.dataclass
class Parts:
    """The parts of the data, each `(x, y)`."""

    train: tuple
    validation: tuple
    test: tuple
    shifted: tuple


def cut(problem, rng) -> Parts:
    """Training, validation and test of one domain, and another's rows."""
    order = rng.permutation(len(problem.x))
    size = min(ROWS, int(0.6 * len(order)))
    rest = min(ROWS // 2, (len(order) - size) // 2)
    ends = np.cumsum([size, rest, rest])
    train, validation, test = (
        (problem.x[rows], problem.y[rows])
        for rows in np.split(order[: ends[-1]], ends[:-1])
    )
    x, y = problem.other
    rows = rng.permutation(len(x))[:ROWS]
    return Parts(train, validation, test, (x[rows], y[rows]))


def network(problem, train, seed, layers=2, units=64, epochs=40, stop=None):
    """A trained network; with data to stop by, the best epoch of it."""
    import keras

    import keras_troubleshoot as kts

    keras.utils.set_random_seed(seed)
    task = "regression" if problem.regression else None
    model = kts.models.mlp(
        *train, task=task, layers=layers, units=units, learning_rate=1e-3
    )
    callbacks = []
    if stop is not None:
        callbacks = [
            keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
        ]
    model.fit(
        *train,
        epochs=epochs,
        batch_size=64,
        validation_data=stop,
        callbacks=callbacks,
        verbose=0,
    )
    return model


def small(problem, parts, seed):
    """A network of one unit."""
    model = network(problem, parts.train, seed, layers=1, units=1)
    return model, {
        "train": parts.train,
        "validation": parts.validation,
        "test": parts.test,
    }


def few(problem, parts, seed):
    """A network that saw a few rows, and knows them by heart."""
    train = tuple(a[:FEW] for a in parts.train)
    model = network(problem, train, seed, epochs=400)
    return model, {
        "train": train,
        "validation": parts.validation,
        "test": parts.test,
    }


def shift(problem, parts, seed):
    """A sound network, tested on rows of another domain."""
    model = network(problem, parts.train, seed, stop=parts.validation)
    half = len(parts.shifted[0]) // 2
    return model, {
        "train": parts.train,
        "validation": parts.test,
        "test_validation": tuple(a[:half] for a in parts.shifted),
        "test": tuple(a[half:] for a in parts.shifted),
    }


def reuse(problem, parts, seed):
    """A network that was improved step by step on a few rows of validation.

    Each trial moves the last layer a little, and is kept where these rows have
    no larger error: so small changes of a model are chosen one by one.
    """
    model = network(problem, parts.train, seed, stop=parts.validation)
    rng = np.random.default_rng(seed)
    few = min(REUSED, len(parts.test[0]) // 2)
    reused = tuple(a[:few] for a in parts.test)
    best = last_dense(model).get_weights()
    least = error_with(model, best, reused)
    for _ in range(TRIALS):
        trial = [w + STEP * w.std() * rng.normal(size=w.shape) for w in best]
        error = error_with(model, trial, reused)
        if error <= least:
            best, least = trial, error
    last_dense(model).set_weights(best)
    return model, {
        "train": parts.train,
        "validation": reused,
        "test": tuple(a[few:] for a in parts.test),
    }


def error_with(model, weights, data) -> float:
    """The error of the network with another last layer."""
    kernel, bias = weights
    x, y = data
    made = features(model, x) @ kernel + bias
    if y.dtype.kind == "f":
        if model.layers[-1] is not last_dense(model):
            made = np.asarray(model.layers[-1](made))  # In the targets' units.
        return float(np.mean((made[:, 0] - y) ** 2))
    decided = made.argmax(1) if made.shape[1] > 1 else made[:, 0] > 0
    return float(np.mean(decided != y))


def last_dense(model):
    """The last layer with a kernel."""
    return [layer for layer in model.layers if hasattr(layer, "kernel")][-1]


def features(model, x):
    """What the last layer is given."""
    import keras

    key = (id(model), x.shape, float(x[0].sum()))
    if key not in CACHE:
        body = keras.Model(model.input, last_dense(model).input)
        CACHE[key] = body.predict(x, verbose=0, batch_size=512)
    return CACHE[key]


CACHE: dict = {}


def labels(problem, parts, seed):
    """A sound network, on data of which a tenth of the labels is wrong."""
    rng = np.random.default_rng(seed)
    classes = int(problem.y.max()) + 1

    def flipped(data):
        x, y = data
        wrong = rng.random(len(y)) < FLIPPED
        turned = (y + rng.integers(1, classes, len(y))) % classes
        return x, np.where(wrong, turned, y).astype(y.dtype)

    train, validation, test = map(
        flipped, (parts.train, parts.validation, parts.test)
    )
    model = network(problem, train, seed, units=32, stop=validation)
    return model, {"train": train, "validation": validation, "test": test}


SHORTAGES = {
    "small": small,
    "few": few,
    "shift": shift,
    "reuse": reuse,
    "labels": labels,
}


def measure(name, problem, shortage, seed) -> dict:
    """One run: whether the term and the first step are the right ones."""
    import keras_troubleshoot as kts
    from keras_troubleshoot.improvement import groups

    began = time.perf_counter()
    parts = cut(problem, np.random.default_rng(seed))
    model, given = SHORTAGES[shortage](problem, parts, seed)
    noise = None
    if not problem.regression:
        noise = kts.label_errors(*given["train"], seed=seed, verbose=False)
    found = kts.decompose_error(model, **given, irreducible=problem.irreducible)
    advice = kts.recommend(found, model=model, label_noise=noise)
    term, group = RIGHT[shortage]
    terms = dict(found.terms)
    if noise is not None:
        # Wrong labels are training errors as well, though no bias.
        terms["labels"] = groups.noise_of(noise).excess(found)
        terms["labels"] = max(0.0, terms["labels"])
        terms["avoidable_bias"] -= terms["labels"]
    largest = max(terms, key=terms.get)
    step = advice.first
    first = "nothing" if step is None else f"{step.group}: {step.id}"
    if FLAGS.verbose:
        print(found)
    figures = {
        "problem": name,
        "shortage": shortage,
        "seed": seed,
        "terms": {k: round(v, 4) for k, v in found.terms.items()},
        "noise": None if noise is None else round(noise.noise, 4),
        "term_right": largest == term,
        "step_right": first.startswith(f"{group}:"),
        "seconds": round(time.perf_counter() - began, 1),
    }
    told = ", ".join(f"{k} {v:.3f}" for k, v in found.terms.items())
    told += "" if noise is None else f", wrong labels {noise.noise:.3f}"
    mark = "right" if figures["term_right"] else "WRONG"
    mark += "/right" if figures["step_right"] else "/WRONG"
    print(
        f"{name:16} {shortage:7} {seed} {mark:12} {told}; first: {first} "
        f"({figures['seconds']} s)",
        flush=True,
    )
    return figures


def wanted(name, shortage) -> bool:
    """Whether a pair is asked for, and makes sense."""
    if shortage == "small" and name in NOT_SMALL:
        return False
    if shortage == "shift" and name in NOT_SHIFTED:
        return False
    if shortage == "labels" and name not in FLIPS:
        return False
    if FLAGS.quick and name not in QUICK:
        return False
    return not FLAGS.only or bool({name, shortage} & set(FLAGS.only))


def main(argv):
    """Measures all, or those that are asked for."""
    del argv
    figures = []
    for name, read in problems.PROBLEMS.items():
        chosen = [s for s in SHORTAGES if wanted(name, s)]
        problem = read(FLAGS.data) if chosen else None
        for shortage in chosen:
            for seed in range(1 if FLAGS.quick else FLAGS.seeds):
                figures.append(measure(name, problem, shortage, seed))
                CACHE.clear()
    terms = sum(f["term_right"] for f in figures)
    steps = sum(f["step_right"] for f in figures)
    both = sum(f["term_right"] and f["step_right"] for f in figures)
    print(
        f"{len(figures)} runs: the largest term is right in {terms}, the "
        f"first step in {steps}, both in {both} "
        f"({100 * both / max(len(figures), 1):.0f}%)"
    )
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
