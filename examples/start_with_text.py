"""A first model for text: the documentation of scikit-learn.

The task is to tell from one line of it which of some modules is described.
Words become ids by `TextVectorization`; the builder finds how many there are,
learns a vector for each, and leaves out the zeros that fill up short lines.

    python examples/start_with_text.py
    python examples/start_with_text.py --builder=transformer
"""

import importlib

import keras
import numpy as np
from absl import app
from absl import flags

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_enum(
    "builder",
    "start_simple",
    ["start_simple", "lstm", "temporal_conv", "transformer"],
    "Builder.",
)
flags.DEFINE_integer("epochs", 5, "Epochs.", lower_bound=1)
flags.DEFINE_integer("words", 20, "Words of a line, at most.", lower_bound=5)
flags.DEFINE_integer("seed", 0, "Seed of weights, batches and split.")

MODULES = ("cluster", "ensemble", "linear_model", "metrics")


def load_lines():
    """Lines of at least five words that one module alone has, and which."""
    lines = {}
    for label, name in enumerate(MODULES):
        module = importlib.import_module(f"sklearn.{name}")
        for public in module.__all__:
            text = getattr(module, public).__doc__ or ""
            for line in map(str.strip, text.splitlines()):
                if len(line.split()) >= 5 and ">>>" not in line:
                    lines.setdefault(line, set()).add(label)
    own = {line: told for line, told in lines.items() if len(told) == 1}
    labels = [next(iter(told)) for told in own.values()]
    return np.array(list(own)), np.array(labels)


def split(lines, labels):
    """Four fifths for training, the rest for the test, at random."""
    order = np.random.default_rng(FLAGS.seed).permutation(len(labels))
    cut = len(order) * 4 // 5
    first, rest = order[:cut], order[cut:]
    return lines[first], lines[rest], labels[first], labels[rest]


def main(argv):
    """Builds, checks, trains, and says what to do next."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    text, text_test, y, y_test = split(*load_lines())
    ids = keras.layers.TextVectorization(output_sequence_length=FLAGS.words)
    ids.adapt(text)
    x, x_test = np.asarray(ids(text)), np.asarray(ids(text_test))
    model = getattr(kts.models, FLAGS.builder)(
        x, y, vocabulary=ids.vocabulary_size(), learning_rate=1e-3
    )
    kts.check(model, x, y).raise_if("warning")
    model.fit(x, y, epochs=FLAGS.epochs, verbose=2)
    results = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
    guess = np.bincount(y_test).max() / len(y_test)
    print(
        f"Accuracy on the test lines: {results['accuracy']:.3f}; a guess "
        f"has {guess:.3f}"
    )
    print(kts.models.next_step(model))


if __name__ == "__main__":
    app.run(main)
