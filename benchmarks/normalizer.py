"""What the statistics of `InputNormalizer` cost, and how right they are.

Two comparisons, each with both sides in turns and the median of the ratios:
the statistics of an array beside NumPy's own mean and standard deviation, and
`adapt` over a `tf.data.Dataset` beside that of `keras.layers.Normalization`.
Then a float32 column of a large mean. The last line is one JSON object of the
figures.
"""

import json
import statistics
import time

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("rows", 10_000_000, "rows of the array")
flags.DEFINE_integer("features", 20, "its columns")
flags.DEFINE_integer("streamed", 300_000, "rows of the dataset")
flags.DEFINE_integer("batch", 32, "rows of a batch of the dataset")
flags.DEFINE_integer("rounds", 5, "rounds of each comparison")
flags.DEFINE_bool("quick", False, "fewer rows and rounds")


def seconds(work):
    """How long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(name, ours, peer, rounds, figures):
    """Times both in turns, and prints the median ratio."""
    ours(), peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds)]
    ratios = [one / other for one, other in pairs]
    figures[name] = {
        "seconds": statistics.median(one for one, _ in pairs),
        "peer_seconds": statistics.median(other for _, other in pairs),
        "ratio": statistics.median(ratios),
        "ratios": [min(ratios), max(ratios)],
    }
    print(
        f"{name:40} {figures[name]['seconds']:7.3f} s, peer "
        f"{figures[name]['peer_seconds']:7.3f} s, ratio "
        f"{figures[name]['ratio']:6.3f} [{min(ratios):.3f}, {max(ratios):.3f}]",
        flush=True,
    )


def array(figures, rounds):
    """The statistics of an array in memory."""
    from keras_troubleshoot.facts.moments import Moments

    rows = FLAGS.rows // (10 if FLAGS.quick else 1)
    x = np.random.default_rng(0).normal(3, 2, (rows, FLAGS.features))
    x = x.astype("float32")

    def ours():
        Moments(FLAGS.features).update(x)

    def numpy():
        x.mean(axis=0), x.std(axis=0)

    name = f"{rows:,} x {FLAGS.features}, NumPy"
    compare(name, ours, numpy, rounds, figures)


def dataset(figures, rounds):
    """`adapt` over a pipeline that shuffles."""
    import keras
    import tensorflow as tf

    import keras_troubleshoot as kts

    rows = FLAGS.streamed // (5 if FLAGS.quick else 1)
    x = np.random.default_rng(0).normal(3, 2, (rows, FLAGS.features))
    data = tf.data.Dataset.from_tensor_slices(x.astype("float32"))
    data = data.shuffle(1000).batch(FLAGS.batch)

    def ours():
        kts.data.InputNormalizer().adapt(data)

    def peer():
        keras.layers.Normalization().adapt(data)

    name = f"tf.data, {rows:,} x {FLAGS.features}, Keras"
    compare(name, ours, peer, rounds, figures)


def large_mean(figures):
    """A float32 column of mean 1e8 and a deviation of 1."""
    import keras

    import keras_troubleshoot as kts

    x = np.random.default_rng(0).normal(1e8, 1, (1_000_000, 1))
    x = x.astype("float32")
    theirs = keras.layers.Normalization()
    theirs.adapt(x)
    ours = kts.data.InputNormalizer().adapt(x)
    for name, layer in (("ours", ours), ("Keras", theirs)):
        made = np.asarray(layer(x), "float64")
        figures[f"mean 1e8, {name}"] = [made.mean(), made.std()]
        print(
            f"float32 column of mean 1e8, {name:5}: becomes mean "
            f"{made.mean():.3g}, standard deviation {made.std():.4g}"
        )


def main(argv):
    """Measures all of it."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    figures = {}
    rounds = 3 if FLAGS.quick else FLAGS.rounds
    array(figures, rounds)
    dataset(figures, rounds)
    large_mean(figures)
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
