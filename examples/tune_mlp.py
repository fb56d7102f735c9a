"""Tunes a small network on digits, and says how good the best really is.

`kts.tune` searches coarse to fine: a first round covers the space, each
other one draws around the best so far. At the end the best is trained again
from new seeds and judged on test data, as the best of many trials also had
luck. The same command goes on where it was after Ctrl-C.

    python examples/tune_mlp.py
    python examples/tune_mlp.py --trials=40 --method=coarse_then_bayesian
    python examples/tune_mlp.py --early_discard=median --html=search.html
"""

import keras
from absl import app
from absl import flags
from sklearn import datasets
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("trials", 14, "Configurations to try.", lower_bound=1)
flags.DEFINE_integer("epochs", 3, "Epochs of each trial.", lower_bound=1)
flags.DEFINE_integer("seeds", 2, "New trainings of the best.")
flags.DEFINE_enum(
    "method",
    "coarse_to_fine",
    ["coarse_to_fine", "coarse_then_bayesian", "bayesian", "random"],
    "How to search.",
)
flags.DEFINE_enum(
    "early_discard",
    None,
    ["median", "halving"],
    "How to end trials that will hardly become good.",
)
flags.DEFINE_string("directory", "tuned", "Where the search is kept.")
flags.DEFINE_bool("overwrite", False, "Whether to begin anew.")
flags.DEFINE_string("html", "", "File for the report; none by default.")
flags.DEFINE_integer("seed", 0, "Seed of the search and all trainings.")


def load_digits():
    """Training, validation and test images with labels."""
    digits = datasets.load_digits()
    x = digits.data.astype("float32") / 16
    x, x_test, y, y_test = model_selection.train_test_split(
        x, digits.target, test_size=400, random_state=FLAGS.seed
    )
    x, x_val, y, y_val = model_selection.train_test_split(
        x, y, test_size=400, random_state=FLAGS.seed
    )
    return (x, y), (x_val, y_val), (x_test, y_test)


def build(hp):
    """A network with one or two hidden layers."""
    rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log", default=1e-3)
    units = hp.Int("units", 16, 256, sampling="log", default=64)
    layers = hp.Int("layers", 1, 2)
    dropout = hp.Float("dropout", 0.0, 0.5)
    model = keras.Sequential([keras.Input((64,))])
    for _ in range(layers):
        model.add(keras.layers.Dense(units, activation="relu"))
        model.add(keras.layers.Dropout(dropout))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(argv):
    """Searches, and tells what came of it."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    train, validation, test = load_digits()
    result = kts.tune(
        build,
        train,
        validation,
        test=test,
        method=FLAGS.method,
        objective="val_accuracy",
        max_trials=FLAGS.trials,
        epochs=FLAGS.epochs,
        early_discard=FLAGS.early_discard,
        finalists=1,
        seeds=FLAGS.seeds,
        seed=FLAGS.seed,
        directory=FLAGS.directory,
        overwrite=FLAGS.overwrite,
        batch_size=64,
    )
    print(result)
    print(result.explain())
    if len(result.trials) >= 10:
        print(kts.tuning.importance(result.tuner, seed=FLAGS.seed))
    if FLAGS.html:
        result.report().to_html(FLAGS.html)
        print(f"The whole search: {FLAGS.html}")
    accuracy = result.model().evaluate(*test, verbose=0, return_dict=True)
    print(f"Accuracy on the test images: {accuracy['accuracy']:.3f}")


if __name__ == "__main__":
    app.run(main)
