"""Trains a digit classifier for a style of images that has no labels.

The labelled digits of scikit-learn are white on black; those that are to be
recognized are dark and thick on a coloured ground. A CycleGAN learns to
translate the first into the style of the second, without labels or pairs. The
same classifier is trained on the labelled digits as they are, and translated.

    python examples/cyclegan_digits.py --html=translated.html
    python examples/cyclegan_digits.py --data=mnist_usps.npz --epochs=60

A file for `--data` holds `x_mnist`, `y_mnist`, `x_usps` and `y_usps`: images
of the source and of the target of one size, and labels, of which those of the
target are used for the test alone.
"""

import keras
import numpy as np
from absl import app
from absl import flags
from sklearn import datasets

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_string("data", None, "A file of images, .npz.")
flags.DEFINE_integer("epochs", 30, "Epochs of the CycleGAN.", lower_bound=1)
flags.DEFINE_float("rate", 1e-3, "Learning rate of the CycleGAN.")
flags.DEFINE_integer("seed", 0, "Seed of weights, colours and splits.")
flags.DEFINE_string("folder", None, "Where to write pictures of samples.")
flags.DEFINE_string("html", None, "Where to write a report.")


def load_digits():
    """Digits for the source, and others in the style of the target."""
    digits = datasets.load_digits()
    images = (digits.images / 16).astype("float32")[..., np.newaxis]
    rng = np.random.default_rng(FLAGS.seed)
    order = rng.permutation(len(images))
    source, target = np.split(order, [len(images) // 2])
    x_target = restyled(images[target], rng)
    return (
        images[source],
        digits.target[source],
        x_target,
        digits.target[target],
    )


def restyled(images, rng):
    """Thick, dark on a ground of any colour."""
    thick = np.maximum(images, np.roll(images, 1, axis=2))
    ground = rng.uniform(0.5, 1.0, (len(images), 1, 1, 3))
    return (ground * (1 - thick)).astype("float32")


def load_file(path):
    """The same of a file."""
    held = np.load(path, allow_pickle=False)
    return [held[name] for name in ("x_mnist", "y_mnist", "x_usps", "y_usps")]


def with_channels(images):
    """Images of shape (rows, height, width, channels)."""
    return images if images.ndim == 4 else images[..., np.newaxis]


def train_cyclegan(source, target):
    """A CycleGAN, and the pictures of its training."""
    gan = kts.adaptation.CycleGAN(source.shape[1:], target.shape[1:])
    gan.compile(keras.optimizers.Adam(FLAGS.rate, beta_1=0.5))
    grid = kts.adaptation.SampleGrid(
        source, target, every=10, folder=FLAGS.folder
    )
    gan.fit(
        source,
        target,
        batch_size=16,
        epochs=FLAGS.epochs,
        callbacks=[grid],
        verbose=2,
    )
    return gan, grid


def accuracy(x, y, x_test, y_test):
    """Accuracy on the target of a classifier that is trained on `x`."""
    keras.utils.set_random_seed(FLAGS.seed)
    if x.shape[-1] < x_test.shape[-1]:
        x = np.repeat(x, x_test.shape[-1], axis=-1)
    scale = 1 / 255 if x_test.max() > 1 else 1.0
    model = keras.Sequential(
        [
            keras.Input(x_test.shape[1:]),
            keras.layers.Rescaling(scale),
            keras.layers.Conv2D(20, 3, activation="relu", padding="same"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(40, 3, activation="relu", padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x, y, epochs=20, verbose=0)
    return model.evaluate(x_test, y_test, verbose=0)[1]


def main(argv):
    """Trains both, and prints how right the classifiers are."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    x, y, x_target, y_target = (
        load_file(FLAGS.data) if FLAGS.data else load_digits()
    )
    x, x_target = with_channels(x), with_channels(x_target)
    gan, grid = train_cyclegan(x, x_target)
    x_translated, y_translated = gan.adapt_dataset(x, y)
    raw = accuracy(x, y, x_target, y_target)
    print(f"Accuracy on the target, trained on the raw images: {raw:.3f}")
    translated = accuracy(x_translated, y_translated, x_target, y_target)
    print(
        f"Accuracy on the target, trained on translated ones: {translated:.3f}"
    )
    if FLAGS.html:
        kts.Report((), pages=(grid.page(),)).to_html(FLAGS.html)


if __name__ == "__main__":
    app.run(main)
