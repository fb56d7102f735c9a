"""Checks a digit classifier before it is trained.

`kts.check` looks at the model and the data and trains nothing. Here it stands
between building the model and `fit`, and stops the program where it finds an
error, before any time is spent on training.

    python examples/check_before_training.py
    python examples/check_before_training.py --divide_by=255
    python examples/check_before_training.py --labels_from=1
"""

import keras
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
flags.DEFINE_float("divide_by", 16.0, "The pixels, 0 to 16, are divided by it.")
flags.DEFINE_integer("labels_from", 0, "The label of the digit zero.")
flags.DEFINE_integer("seed", 0, "Seed of the split and of the weights.")
flags.DEFINE_string("html", None, "Where to write the report, if anywhere.")


def load_digits():
    """The UCI optical digits, split into training and test data."""
    digits = datasets.load_digits()
    x = digits.images.astype("float32") / FLAGS.divide_by
    y = digits.target + FLAGS.labels_from
    return model_selection.train_test_split(
        x, y, test_size=0.2, stratify=y, random_state=FLAGS.seed
    )


def build_model():
    """A small convolutional network."""
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Reshape((8, 8, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(FLAGS.learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def check(model, x, y):
    """Prints the report, and raises if there is an error in it."""
    report = kts.check(model, x, y)
    print(report)
    if FLAGS.html:
        report.to_html(FLAGS.html)
        logging.info("The report is in %s", FLAGS.html)
    report.raise_if("error")


def main(argv):
    """Builds, checks, trains and evaluates."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    x_train, x_test, y_train, y_test = load_digits()
    model = build_model()
    check(model, x_train, y_train)
    model.fit(
        x_train,
        y_train,
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.epochs,
        verbose=2,
    )
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Accuracy on the test images: {accuracy:.3f}")


if __name__ == "__main__":
    app.run(main)
