"""A first model for tables: the progress of diabetes, from scikit-learn.

The target stays in its own units: the model scales it by itself, and its loss
is 1 for a model that predicts the mean.

    python examples/start_with_tables.py
    python examples/start_with_tables.py --layers=2 --units=64
"""

import keras
from absl import app
from absl import flags
from sklearn import datasets
from sklearn import linear_model
from sklearn import metrics
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("epochs", 60, "Epochs.", lower_bound=1)
flags.DEFINE_integer("layers", 1, "Hidden layers.", lower_bound=1)
flags.DEFINE_integer("units", 128, "Units of each.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of weights, batches and split.")


def load_patients():
    """442 patients, ten measures in their own units, one amount."""
    x, y = datasets.load_diabetes(return_X_y=True, scaled=False)
    return model_selection.train_test_split(
        x, y, test_size=0.2, random_state=FLAGS.seed
    )


def main(argv):
    """Builds, checks, trains, and compares with a linear model."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    x, x_test, y, y_test = load_patients()
    model = kts.models.start_simple(
        x, y, layers=FLAGS.layers, units=FLAGS.units
    )
    kts.check(model, x, y).raise_if("warning")
    model.fit(x, y, epochs=FLAGS.epochs, verbose=2)
    predicted = model.predict(x_test, verbose=0)[:, 0]
    linear = linear_model.LinearRegression().fit(x, y).predict(x_test)
    for name, values in (("this model", predicted), ("a line", linear)):
        error = metrics.mean_absolute_error(y_test, values)
        r2 = metrics.r2_score(y_test, values)
        print(f"Test error of {name}: {error:.1f}, R2 {r2:.3f}")
    print(kts.models.next_step(model))


if __name__ == "__main__":
    app.run(main)
