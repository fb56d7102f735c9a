"""Trains a digit classifier under supervision.

Inside `kts.supervise()` every `fit` is checked before it starts and watched
while it runs. Afterwards `session.report` holds what was found, also where
`fit` raised.

    python examples/supervise_training.py
    python examples/supervise_training.py --sorted
    python examples/supervise_training.py --double_softmax --html=report.html
"""

import keras
import numpy as np
from absl import app
from absl import flags
from absl import logging
from sklearn import datasets
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("epochs", 10, "Number of epochs.", lower_bound=1)
flags.DEFINE_integer("batch_size", 32, "Batch size.", lower_bound=1)
flags.DEFINE_float("learning_rate", 0.001, "Learning rate of Adam.")
flags.DEFINE_bool("sorted", False, "Bug: sort the images by digit.")
flags.DEFINE_bool("double_softmax", False, "Bug: apply softmax twice.")
flags.DEFINE_integer("seed", 0, "Seed of the split and of the weights.")
flags.DEFINE_string("html", None, "Where to write the report, if anywhere.")


def load_digits():
    """The UCI optical digits, split into training and test data."""
    digits = datasets.load_digits()
    x_train, x_test, y_train, y_test = model_selection.train_test_split(
        digits.images.astype("float32") / 16.0,
        digits.target,
        test_size=0.2,
        stratify=digits.target,
        random_state=FLAGS.seed,
    )
    if FLAGS.sorted:
        order = np.argsort(y_train, kind="stable")
        x_train, y_train = x_train[order], y_train[order]
    return (x_train, y_train), (x_test, y_test)


def build_model():
    """A multilayer perceptron."""
    layers = [
        keras.Input((8, 8)),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    if FLAGS.double_softmax:
        layers.append(keras.layers.Softmax())
    model = keras.Sequential(layers)
    model.compile(
        optimizer=keras.optimizers.Adam(FLAGS.learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def train(model, x, y):
    """Trains under supervision; returns the report."""
    with kts.supervise() as session:
        model.fit(
            x,
            y,
            batch_size=FLAGS.batch_size,
            epochs=FLAGS.epochs,
            validation_split=0.2,
            shuffle=not FLAGS.sorted,
            verbose=2,
        )
    return session.report


def main(argv):
    """Trains, reports and evaluates."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    train_data, test_data = load_digits()
    model = build_model()
    report = train(model, *train_data)
    print(report)
    if FLAGS.html:
        report.to_html(FLAGS.html)
        logging.info("The report is in %s", FLAGS.html)
    _, accuracy = model.evaluate(*test_data, verbose=0)
    print(f"Accuracy on the test images: {accuracy:.3f}")


if __name__ == "__main__":
    app.run(main)
