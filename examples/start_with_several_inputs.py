"""A first model for several inputs: a picture, a sequence and a table.

A toy problem in which no input is enough: each shows the class in a third of
the rows only. The multimodal model is compared with the same on each input
alone, and with what is reachable.

    python examples/start_with_several_inputs.py
"""

import keras
from absl import app
from absl import flags

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("epochs", 15, "Epochs.", lower_bound=1)
flags.DEFINE_integer("rows", 2000, "Rows to train on.", lower_bound=10)
flags.DEFINE_integer("seed", 0, "Seed of data, weights and batches.")

INPUTS = {
    "picture": {"shape": (12, 12, 1)},
    "wave": {"steps": 20, "features": 2},
    "row": {"features": 6},
}


def accuracy(x, y, x_test, y_test):
    """Trains a first model; its accuracy on the test rows, and the model."""
    model = kts.models.start_simple(x, y, learning_rate=1e-3)
    kts.check(model, x, y).raise_if("warning")
    model.fit(x, y, epochs=FLAGS.epochs, verbose=0)
    results = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
    return results["accuracy"], model


def main(argv):
    """Trains on all inputs together, then on each alone."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    toy = kts.data.synthetic.multimodal(
        INPUTS, rows=FLAGS.rows, classes=4, seed=FLAGS.seed
    )
    print(toy.sentence)
    together, model = accuracy(toy.x, toy.y, toy.x_test, toy.y_test)
    told = [("all together", together, toy.reachable)]
    for name in INPUTS:
        alone, _ = accuracy(toy.x[name], toy.y, toy.x_test[name], toy.y_test)
        told.append((f"{name} alone", alone, toy.alone[name]))
    for name, reached, reachable in told:
        print(f"Accuracy of {name}: {reached:.3f}, reachable {reachable:.3f}")
    print(kts.models.next_step(model))


if __name__ == "__main__":
    app.run(main)
