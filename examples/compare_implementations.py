"""Finds the bug in a new implementation by stepping through it beside another.

The reference is a small network in NumPy that stands for one in PyTorch: its
pictures have their channels first, and its batch normalization another
epsilon. What its layers returned was recorded, with its weights; a Keras
model is compared with that, layer by layer.

    python examples/compare_implementations.py
    python examples/compare_implementations.py --epsilon=0.001
    python examples/compare_implementations.py --activation=leaky_relu
"""

import keras
import numpy as np
from absl import app
from absl import flags
from numpy.lib.stride_tricks import sliding_window_view
from sklearn import datasets

import keras_troubleshoot as kts
from keras_troubleshoot.debugging.comparing.recording import Recording

FLAGS = flags.FLAGS

flags.DEFINE_float("epsilon", 1e-5, "Of the normalization in Keras.")
flags.DEFINE_string("activation", "relu", "Of the convolution in Keras.")
flags.DEFINE_integer("rows", 32, "Images to compare on.", lower_bound=2)
flags.DEFINE_integer("seed", 0, "Seed of the weights.")


def load_digits():
    """Some of the UCI optical digits, channels first, in [0, 1]."""
    images = datasets.load_digits().images[: FLAGS.rows] / 16.0
    return images[:, None].astype("float32")


def draw_weights():
    """Weights with the names and the layout of a PyTorch `state_dict`."""
    rng = np.random.default_rng(FLAGS.seed)
    return {
        "conv.weight": 0.3 * rng.normal(size=(8, 1, 3, 3)),
        "conv.bias": 0.1 * rng.normal(size=8),
        "bn.weight": 1 + 0.1 * rng.normal(size=8),
        "bn.bias": 0.1 * rng.normal(size=8),
        "bn.running_mean": 0.1 * rng.normal(size=8),
        "bn.running_var": rng.uniform(0.5, 1.5, size=8),
        "fc.weight": 0.1 * rng.normal(size=(10, 8 * 36)),
        "fc.bias": 0.1 * rng.normal(size=10),
    }


def record(weights, images):
    """Runs the reference, and keeps what each layer returns."""
    outputs = {}
    windows = sliding_window_view(images, (3, 3), (2, 3))
    x = np.einsum("nchwij,ocij->nohw", windows, weights["conv.weight"])
    outputs["conv"] = x = x + weights["conv.bias"][:, None, None]
    outputs["relu"] = x = np.maximum(x, 0)
    mean, variance, gamma, beta = (
        weights[f"bn.{name}"][:, None, None]
        for name in ("running_mean", "running_var", "weight", "bias")
    )
    x = (x - mean) / np.sqrt(variance + 1e-5) * gamma + beta
    outputs["bn"] = x
    outputs["flatten"] = x = x.reshape(len(x), -1)
    outputs["fc"] = x @ weights["fc.weight"].T + weights["fc.bias"]
    return Recording(outputs, weights)


def build_model():
    """The same network in Keras, with channels last."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(8, 3, activation=FLAGS.activation, name="conv"),
            keras.layers.BatchNormalization(epsilon=FLAGS.epsilon, name="bn"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(10, name="fc"),
        ]
    )


def main(argv):
    """Compares both on the same images."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    images = load_digits()
    reference = record(draw_weights(), images)
    result = kts.compare_models(
        build_model(), reference, images, transfer_weights=True
    )
    print(result)
    if not result.same:
        raise SystemExit(1)


if __name__ == "__main__":
    app.run(main)
