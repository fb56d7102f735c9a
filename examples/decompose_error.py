"""Says where the test error of a digit classifier comes from.

`kts.decompose_error` splits the test error into irreducible error, avoidable
bias, variance, distribution shift and validation overfitting, each with an
interval. Here the test images lie one pixel to the right of where those for
training do, as if another scanner had made them; `--moved=0` takes that away,
`--units=2` makes the model too small, `--train_images=60` the training data
too few.

    python examples/decompose_error.py
    python examples/decompose_error.py --moved=0 --train_images=60
    python examples/decompose_error.py --moved=0 --units=2
"""

import keras
import numpy as np
from absl import app
from absl import flags
from sklearn import datasets
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("units", 64, "Units of the hidden layer.", lower_bound=1)
flags.DEFINE_integer("train_images", 800, "Images to train on.", lower_bound=20)
flags.DEFINE_integer("moved", 1, "Pixels by which test images are moved.")
flags.DEFINE_float("human", 0.01, "Error rate of a human.")
flags.DEFINE_integer("epochs", 30, "Number of epochs.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of the split and of the weights.")


def load_digits():
    """Training, validation, test validation and test images with labels."""
    digits = datasets.load_digits()
    x = digits.images.astype("float32") / 16
    x, x_held, y, y_held = model_selection.train_test_split(
        x, digits.target, test_size=900, random_state=FLAGS.seed
    )
    held = [
        (x_held[start : start + 300], y_held[start : start + 300])
        for start in (0, 300, 600)
    ]
    moved = [(np.roll(x, FLAGS.moved, axis=2), y) for x, y in held[1:]]
    return (x[: FLAGS.train_images], y[: FLAGS.train_images]), held[0], *moved


def build_model():
    """A network with one hidden layer."""
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Flatten(),
            keras.layers.Dense(FLAGS.units, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy"
    )
    return model


def main(argv):
    """Trains, and says where the error comes from."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    train, validation, test_validation, test = load_digits()
    model = build_model()
    model.fit(*train, epochs=FLAGS.epochs, verbose=0)
    found = kts.decompose_error(
        model,
        train,
        validation,
        test_validation,
        test,
        irreducible=FLAGS.human,
        seed=FLAGS.seed,
    )
    print(found)
    if found.largest().name == "distribution_shift":
        # Which features move, and how far.
        print(kts.distribution_shift(train[0], test_validation[0]))


if __name__ == "__main__":
    app.run(main)
