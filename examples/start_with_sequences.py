"""A first model for sequences: a toy problem of which the best score is known.

Trains any of the builders for sequences on synthetic curves. A model that falls
short of what is reachable has a bug; try it with a layer of your own.

    python examples/start_with_sequences.py
    python examples/start_with_sequences.py --builder=temporal_conv
"""

import keras
from absl import app
from absl import flags

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_enum(
    "builder",
    "start_simple",
    ["start_simple", "lstm", "temporal_conv", "wavenet", "transformer"],
    "Builder.",
)
flags.DEFINE_integer("epochs", 10, "Epochs.", lower_bound=1)
flags.DEFINE_integer("rows", 2000, "Sequences to train on.", lower_bound=10)
flags.DEFINE_float("noise", 0.0, "Share of labels that are wrong.")
flags.DEFINE_integer("seed", 0, "Seed of data, weights and batches.")


def main(argv):
    """Builds, checks, trains, and compares with what is reachable."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    toy = kts.data.synthetic.sequences(
        rows=FLAGS.rows,
        steps=30,
        features=2,
        classes=4,
        noise=FLAGS.noise,
        seed=FLAGS.seed,
    )
    print(toy.sentence)
    model = getattr(kts.models, FLAGS.builder)(toy.x, toy.y, learning_rate=1e-3)
    print(kts.check(model, toy.x, toy.y))  # Finds wrong labels, if any.
    model.fit(toy.x, toy.y, epochs=FLAGS.epochs, verbose=2)
    results = model.evaluate(
        toy.x_test, toy.y_test, verbose=0, return_dict=True
    )
    print(
        f"Accuracy on the test sequences: {results['accuracy']:.3f}; "
        f"{toy.reachable:.3f} is reachable, {toy.chance:.3f} a guess"
    )
    print(kts.models.next_step(model))


if __name__ == "__main__":
    app.run(main)
