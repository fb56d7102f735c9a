"""A first model for images: the handwritten digits of scikit-learn.

`kts.models.start_simple` looks at the data, takes a LeNet, and brings the
pixels to [0, 1] within the model.

    python examples/start_with_images.py
    python examples/start_with_images.py --builder=resnet --epochs=10
"""

import keras
import numpy as np
from absl import app
from absl import flags
from sklearn import datasets
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_enum(
    "builder", "start_simple", ["start_simple", "lenet", "resnet"], "Builder."
)
flags.DEFINE_integer("epochs", 20, "Epochs.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of weights, batches and split.")


def load_digits():
    """1,797 images of 8 x 8 pixels and one channel, from 0 to 16."""
    digits = datasets.load_digits()
    images = digits.images[..., np.newaxis].astype("float32")
    return model_selection.train_test_split(
        images, digits.target, test_size=0.2, random_state=FLAGS.seed
    )


def main(argv):
    """Builds, checks, trains, and says what to do next."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    keras.utils.set_random_seed(FLAGS.seed)
    x, x_test, y, y_test = load_digits()
    model = getattr(kts.models, FLAGS.builder)(x, y)
    kts.check(model, x, y).raise_if("warning")
    model.fit(x, y, epochs=FLAGS.epochs, verbose=2)
    results = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
    print(f"Accuracy on the test images: {results['accuracy']:.3f}")
    print(kts.models.next_step(model))


if __name__ == "__main__":
    app.run(main)
