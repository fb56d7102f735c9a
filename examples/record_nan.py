"""Stops a training before its first NaN, and keeps what is needed to see why.

A shop divides each basket by its total. Few baskets are empty; the first one
that comes makes the loss NaN, and would make all weights NaN with the next
update. `NumericsGuard` withholds this update, names the operation, the layer,
the line and the basket, and leaves a folder from which it can be replayed.

    python examples/record_nan.py
    python examples/record_nan.py --jit_compile
    python examples/record_nan.py --least=0.1
    python /tmp/numerics/replay.py
"""

import keras
import numpy as np
from absl import app
from absl import flags

import keras_troubleshoot as kts
from keras_troubleshoot import callbacks

FLAGS = flags.FLAGS

flags.DEFINE_integer("epochs", 2, "Number of epochs.", lower_bound=1)
flags.DEFINE_integer("batch_size", 32, "Batch size.", lower_bound=1)
flags.DEFINE_integer("baskets", 2000, "Number of baskets.", lower_bound=1)
flags.DEFINE_float("least", 0.0, "Totals are taken to be at least this.")
flags.DEFINE_boolean("jit_compile", False, "Whether to train under XLA.")
flags.DEFINE_string(
    "folder", "/tmp/numerics", "Where to leave it, if anywhere."
)
flags.DEFINE_integer("seed", 0, "Seed of baskets and weights.")


@keras.saving.register_keras_serializable("record_nan")
class Shares(keras.layers.Layer):
    """Divides each basket by its total."""

    def __init__(self, least=0.0, **options):
        super().__init__(**options)
        self.least = least

    def call(self, amounts):
        """Amounts of shape (baskets, products), as shares."""
        total = keras.ops.sum(amounts, axis=-1, keepdims=True)
        return amounts / keras.ops.maximum(total, self.least)

    def get_config(self):
        """What it takes to make this layer again."""
        return {**super().get_config(), "least": self.least}


def make_baskets():
    """Amounts of 20 products; one customer in two likes the first half."""
    rng = np.random.default_rng(FLAGS.seed)
    taste = rng.integers(0, 2, FLAGS.baskets)
    liked = np.where(np.arange(20) < 10, 0.4, 0.1)
    rate = np.where(taste[:, None] == 1, liked, liked[::-1])
    return rng.poisson(rate).astype("float32"), taste


def build_model():
    """A small network on shares."""
    model = keras.Sequential(
        [
            keras.Input((20,)),
            Shares(FLAGS.least),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", jit_compile=FLAGS.jit_compile)
    return model


def main(argv):
    """Trains, and tells where it failed."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    x, y = make_baskets()
    model = build_model()
    guard = callbacks.NumericsGuard(FLAGS.folder or None)
    model.fit(
        x,
        y,
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.epochs,
        callbacks=[guard],
        verbose=2,
    )
    if not guard.tripped:
        print(f"All steps were finite (keras_troubleshoot {kts.__version__}).")
        return
    print(guard.report)
    finite = all(np.isfinite(w).all() for w in model.get_weights())
    print(f"The weights are finite: {finite}")


if __name__ == "__main__":
    app.run(main)
