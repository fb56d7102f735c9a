"""Finds a learning rate for a digit classifier, and trains with it.

`kts.find_learning_rate` raises the rate on copies of the model until the loss
diverges, in several passes, and says which rate to take and how far the
passes agree. The model itself is changed by `apply` only.

    python examples/find_learning_rate.py
    python examples/find_learning_rate.py --optimizer=SGD --plot=rates.png
"""

import keras
from absl import app
from absl import flags
from absl import logging
from sklearn import datasets
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("epochs", 5, "Number of epochs.", lower_bound=1)
flags.DEFINE_integer("batch_size", 32, "Batch size.", lower_bound=1)
flags.DEFINE_enum("optimizer", "Adam", ["Adam", "SGD"], "Optimizer.")
flags.DEFINE_integer("passes", 3, "Orders of the batches.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of the split and of the weights.")
flags.DEFINE_string("plot", None, "Where to write the curve, if anywhere.")


def load_digits():
    """The UCI optical digits, split into training and test data."""
    digits = datasets.load_digits()
    return model_selection.train_test_split(
        digits.images.astype("float32") / 16.0,
        digits.target,
        test_size=0.2,
        stratify=digits.target,
        random_state=FLAGS.seed,
    )


def build_model():
    """A small convolutional network; its rate is a first guess."""
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Reshape((8, 8, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    optimizer = getattr(keras.optimizers, FLAGS.optimizer)
    model.compile(
        optimizer=optimizer(1e-5),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def find(model, x, y):
    """Prints what is found, and gives the model the rate."""
    found = kts.find_learning_rate(
        model,
        x,
        y,
        batch_size=FLAGS.batch_size,
        passes=FLAGS.passes,
        seed=FLAGS.seed,
    )
    print(found)
    if FLAGS.plot:
        found.plot().figure.savefig(FLAGS.plot)
        logging.info("The curve is in %s", FLAGS.plot)
    found.apply(model)


def main(argv):
    """Builds, finds a rate, trains and evaluates."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    x_train, x_test, y_train, y_test = load_digits()
    model = build_model()
    find(model, x_train, y_train)
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
