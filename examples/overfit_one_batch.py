"""Drives the error of a digit classifier on one batch towards zero.

A network that cannot learn 32 images by heart has a bug. `kts.overfit_batch`
trains a copy on them, says what the loss does, and tries the usual causes one
by one where it does not come down.

    python examples/overfit_one_batch.py
    python examples/overfit_one_batch.py --learning_rate=30 --optimizer=SGD
    python examples/overfit_one_batch.py --output=tanh
"""

import keras
from absl import app
from absl import flags
from absl import logging
from sklearn import datasets

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("batch_size", 32, "Rows of the batch.", lower_bound=1)
flags.DEFINE_integer("steps", 1000, "Steps at most.", lower_bound=1)
flags.DEFINE_float("learning_rate", 0.001, "Learning rate.")
flags.DEFINE_enum("optimizer", "Adam", ["Adam", "SGD"], "Optimizer.")
flags.DEFINE_enum(
    "output", "linear", ["linear", "tanh", "relu"], "Activation of the logits."
)
flags.DEFINE_float("dropout", 0.0, "Share of hidden units dropped.")
flags.DEFINE_integer("seed", 0, "Seed of the batch and of the weights.")
flags.DEFINE_string("plot", None, "Where to write the curve, if anywhere.")


def load_digits():
    """The UCI optical digits, scaled to [0, 1]."""
    digits = datasets.load_digits()
    return digits.images.astype("float32") / 16.0, digits.target


def build_model():
    """A small network that returns logits."""
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(FLAGS.dropout),
            keras.layers.Dense(10, activation=FLAGS.output),
        ]
    )
    optimizer = getattr(keras.optimizers, FLAGS.optimizer)
    model.compile(
        optimizer=optimizer(FLAGS.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def main(argv):
    """Builds a model and learns one batch by heart."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    x, y = load_digits()
    result = kts.overfit_batch(
        build_model(),
        x,
        y,
        batch_size=FLAGS.batch_size,
        steps=FLAGS.steps,
        seed=FLAGS.seed,
    )
    print(result)
    if FLAGS.plot:
        result.plot().figure.savefig(FLAGS.plot)
        logging.info("The curve is in %s", FLAGS.plot)
    result.report.raise_if("warning")


if __name__ == "__main__":
    app.run(main)
