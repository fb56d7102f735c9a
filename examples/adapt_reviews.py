"""Adapts a classifier of opinions to reviews of other things.

Reviews of books have labels, those of kitchen goods have none. Some words of
praise and blame are used of both, some of books alone, some of kitchen goods
alone. By default the reviews are made up as counts of words.

    python examples/adapt_reviews.py --weight=10
    python examples/adapt_reviews.py --data=reviews.npz

A file for `--data` holds `x_source`, `y_source`, `x_target` and `y_target`:
counts of the same words in the reviews of either kind, and opinions, 0 or 1.
"""

import keras
import numpy as np
from absl import app
from absl import flags

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_string("data", None, "A file of counted words, .npz.")
flags.DEFINE_float("weight", 3.0, "Of the alignment.", lower_bound=0.0)
flags.DEFINE_integer("epochs", 10, "Epochs.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of weights and reviews.")

WORDS = 40  # Of each kind: of both domains, of books, of kitchen goods, plain.


def make_reviews(rows=2000):
    """Counts of words in reviews of books, and in those of kitchen goods."""
    rng = np.random.default_rng(FLAGS.seed)
    made = []
    for own in (1, 2):  # Which kind of words belongs to the domain.
        y = rng.integers(0, 2, rows)
        rates = np.full((rows, 4, WORDS), 0.02)
        rates[:, 3] = 0.1
        # The first half of the words is praise, the second blame.
        praise = np.arange(WORDS) < WORDS // 2
        said = praise[np.newaxis] == (y == 1)[:, np.newaxis]
        rates[:, 0] = np.where(said, 0.08, 0.05)
        rates[:, own] = np.where(said, 0.25, 0.05)
        made += [rng.poisson(rates.reshape(rows, -1)), y]
    return made


def load_file(path):
    """The same of a file."""
    held = np.load(path, allow_pickle=False)
    names = ("x_source", "y_source", "x_target", "y_target")
    return [held[name] for name in names]


def scaled(counts):
    """Logarithms of the counts, every review of the same length."""
    values = np.log1p(np.asarray(counts, "float32"))
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return 5 * values / np.maximum(length, 1e-6)


def build(words, aligner):
    """One hidden layer, aligned between the domains."""
    keras.utils.set_random_seed(FLAGS.seed)
    encoder = keras.Sequential(
        [keras.Input((words,)), keras.layers.Dense(50, activation="relu")]
    )
    head = keras.Sequential(
        [keras.Input((50,)), keras.layers.Dense(1, activation="sigmoid")]
    )
    model = kts.adaptation.AdaptationModel(encoder, head, aligner)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(argv):
    """Trains with and without the target's reviews."""
    del argv
    data = load_file(FLAGS.data) if FLAGS.data else make_reviews()
    x_source, y_source, x_target, y_target = data
    x_source, x_target = scaled(x_source), scaled(x_target)
    for name, aligner in (
        ("source only", None),
        ("aligned by MMD", kts.adaptation.MMD(FLAGS.weight)),
    ):
        model = build(x_source.shape[1], aligner)
        history = model.fit(
            {"source": x_source, "target": x_target},
            y_source,
            batch_size=64,
            epochs=FLAGS.epochs,
            verbose=0,
        ).history
        logs = {key: round(values[-1], 4) for key, values in history.items()}
        accuracy = model.evaluate(x_target, y_target, verbose=0)[1]
        print(f"{name}: {logs}")
        print(f"Accuracy on the target, {name}: {accuracy:.3f}")


if __name__ == "__main__":
    app.run(main)
