"""Adapts a digit classifier to another style of digits without labels.

The labelled digits of scikit-learn are the source; other ones, blurred and of
less contrast on a grey ground, the target, whose labels are used for the last
line alone. Several ways of adaptation are trained, and one is chosen.

    python examples/adapt_digits.py --candidates=coral,mmd
    python examples/adapt_digits.py --data=mnist_usps.npz --steps=1000

A file for `--data` holds `x_mnist`, `y_mnist`, `x_usps` and `y_usps`: images
of the source and of the target of one size, and labels.
"""

import keras
import numpy as np
from absl import app
from absl import flags
from scipy import ndimage
from sklearn import datasets

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_string("data", None, "A file of images, .npz.")
flags.DEFINE_list("candidates", ["coral", "adversarial"], "Ways to try.")
flags.DEFINE_integer("steps", 300, "Batches of each.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of weights, noise and splits.")
flags.DEFINE_string("html", None, "Where to write a report.")


def load_digits():
    """Digits for the source, and others in the style of the target."""
    digits = datasets.load_digits()
    images = (digits.images / 16).astype("float32")[..., np.newaxis]
    rng = np.random.default_rng(FLAGS.seed)
    source, target = np.array_split(rng.permutation(len(images)), 2)
    blurred = ndimage.gaussian_filter(images[target], (0, 0.6, 0.6, 0))
    noise = rng.normal(0, 0.05, blurred.shape)
    restyled = (0.4 + 0.5 * blurred + noise).astype("float32")
    return (
        images[source],
        digits.target[source],
        restyled,
        digits.target[target],
    )


def load_file(path):
    """The same of a file."""
    held = np.load(path, allow_pickle=False)
    x_source, y_source, x_target, y_target = (
        held[name] for name in ("x_mnist", "y_mnist", "x_usps", "y_usps")
    )
    pixels = [
        (x[..., np.newaxis] / 255).astype("float32")
        for x in (x_source, x_target)
    ]
    return pixels[0], y_source, pixels[1], y_target


def build(shape):
    """A small network; its last hidden layer will be aligned."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(20, 5, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.Conv2D(40, 5, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(argv):
    """Adapts, and tests what came of it."""
    del argv
    data = load_file(FLAGS.data) if FLAGS.data else load_digits()
    x_source, y_source, x_target, y_target = data
    print(kts.adaptation.domain_gap(x_source, x_target))
    found = kts.adaptation.adapt(
        (x_source, y_source),
        x_target,
        build=lambda: build(x_source.shape[1:]),
        candidates=FLAGS.candidates,
        steps=FLAGS.steps,
        seed=FLAGS.seed,
    )
    print(found)
    if FLAGS.html:
        kts.Report((), pages=(found.page(),)).to_html(FLAGS.html)
    # Here the target has labels, to see what no label has helped with.
    for name, one in found.candidates.items():
        accuracy = one.model.evaluate(x_target, y_target, verbose=0)[1]
        print(f"Accuracy on the target, {name}: {accuracy:.3f}")


if __name__ == "__main__":
    app.run(main)
