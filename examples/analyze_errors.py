"""Sorts the errors of a digit classifier into types, and ranks them.

The classifier is trained on the clean digits of scikit-learn. In the test
distribution some were taken at night: dark, and noisy. `kts.analyze_errors`
is not told which these are; it is given the brightness of each image as
metadata, and a tag for the rows that somebody has looked at.

    python examples/analyze_errors.py
    python examples/analyze_errors.py --night=0  # No shift: a healthy twin.
"""

import keras
import numpy as np
from absl import app
from absl import flags
from sklearn import datasets
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("epochs", 10, "Epochs.", lower_bound=1)
flags.DEFINE_float("night", 0.2, "Share of the test images taken at night.")
flags.DEFINE_integer("seed", 0, "Seed of weights, splits and noise.")


def load_digits():
    """Images of 8 x 8 pixels in three parts: train, validation, test."""
    digits = datasets.load_digits()
    images = digits.images[..., np.newaxis].astype("float32") / 16
    x, x_rest, y, y_rest = model_selection.train_test_split(
        images, digits.target, test_size=0.6, random_state=FLAGS.seed
    )
    halves = model_selection.train_test_split(
        x_rest, y_rest, test_size=0.5, random_state=FLAGS.seed
    )
    return x, y, *halves


def at_night(images, share, rng):
    """Some of the images, dark and noisy, and which these are."""
    night = rng.random(len(images)) < share
    dark = 0.2 * images + rng.normal(0, 0.1, images.shape)
    shown = np.where(night[:, None, None, None], dark, images)
    return shown.astype("float32"), night


def build_model():
    """A small convolutional network."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def main(argv):
    """Trains, and prints the table of error types."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    rng = np.random.default_rng(FLAGS.seed)
    x, y, x_validation, x_test, y_validation, y_test = load_digits()
    x_test, night = at_night(x_test, FLAGS.night, rng)
    model = build_model()
    model.fit(x, y, epochs=FLAGS.epochs, verbose=2)
    analysis = kts.analyze_errors(
        model,
        x_validation,
        y_validation,
        test_validation=(x_test, y_test),
        metadata=(
            {"brightness": x_validation.mean(axis=(1, 2, 3))},
            {"brightness": x_test.mean(axis=(1, 2, 3))},
        ),
        tags=({"night": np.zeros(len(y_validation), bool)}, {"night": night}),
        seed=FLAGS.seed,
    )
    print(analysis)


if __name__ == "__main__":
    app.run(main)
