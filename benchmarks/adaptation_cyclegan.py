"""Whether images translated by `CycleGAN` train a classifier for the target.

MNIST and USPS of 16 by 16 pixels (2,000 and 1,800 training images, the
sample of Long et al. 2013). One CycleGAN for each seed is trained on both,
without labels, and serves both directions. The same small network (conv20,
conv40, dense100; Adam 1e-3; 64 images a step) is then trained on the labelled
images of the source, raw and translated, and tested, after its last step, on
the official test set of the target. No label of the target is used before
that. `--pair=mnist_m` does the same for MNIST to MNIST-M. The pictures of what
became of some digits are written to `--folder`. The last line is one JSON
object of the figures.
"""

import collections
import json
import pathlib
import time

import keras
import numpy as np
from absl import app
from absl import flags

from keras_troubleshoot.improvement.adaptation.cyclegan import generators
from keras_troubleshoot.improvement.adaptation.cyclegan import model as models
from keras_troubleshoot.improvement.adaptation.cyclegan import sample_grid

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "Folder of the data sets.")
flags.DEFINE_enum("pair", "usps", ["usps", "mnist_m"], "Target beside MNIST.")
flags.DEFINE_integer("steps", 1500, "Steps of the CycleGAN.")
flags.DEFINE_integer("batch_size", 16, "Images of each domain in a step.")
flags.DEFINE_integer("filters", None, "Filters of the generators.")
flags.DEFINE_enum("generator", "unet", ["unet", "resnet"], "Generators.")
flags.DEFINE_float("cycle", 10.0, "Weight of the cycle loss.")
flags.DEFINE_float("rate", 1e-3, "Learning rate of the CycleGAN.")
flags.DEFINE_float("identity", 1.0, "Weight of the identity loss.")
flags.DEFINE_integer("seeds", 3, "Seeds of the CycleGAN and the classifiers.")
flags.DEFINE_integer("first_seed", 0, "The first of them.")
flags.DEFINE_integer("classifier_steps", 1000, "Steps of a classifier.")
flags.DEFINE_string("folder", None, "Where to write the grids of samples.")
flags.DEFINE_bool("quick", False, "150 steps, one seed.")


def resized(images, side):
    """Grey images of another size, still uint8."""
    made = keras.ops.image.resize(
        images[..., None].astype("float32"), (side, side), antialias=True
    )
    return np.clip(np.rint(np.asarray(made)), 0, 255).astype("uint8")


def load(folder):
    """Training images of both domains, and test images, with labels.

    Returns:
        By domain, "mnist" first: x, y, test x, test y; None where a file is
        missing.
    """
    needed = {
        "usps": ("mnist_usps_2000_1800", "usps", "mnist"),
        "mnist_m": ("mnist_m", "mnist"),
    }[FLAGS.pair]
    files = {name: pathlib.Path(folder) / f"{name}.npz" for name in needed}
    missing = [str(file) for file in files.values() if not file.exists()]
    if missing:
        print(f"Not there, so nothing is measured: {', '.join(missing)}")
        return None
    read = {name: np.load(file) for name, file in files.items()}
    return digits(read) if FLAGS.pair == "usps" else coloured(read)


def digits(read):
    """MNIST and USPS at 16 by 16 pixels."""
    small, usps, mnist = read.values()
    return {
        "mnist": (
            small["x_mnist"][..., None],
            small["y_mnist"],
            resized(mnist["x_test"], 16),
            mnist["y_test"],
        ),
        "usps": (
            small["x_usps"][..., None],
            small["y_usps"],
            usps["x_test"][..., None],
            usps["y_test"],
        ),
    }


def coloured(read):
    """MNIST, of other digits than those in MNIST-M, and MNIST-M."""
    target, mnist = read.values()
    free = np.setdiff1d(np.arange(60000), target["mnist_index_train"])[:12000]
    return {
        "mnist": (
            mnist["x_train"][free][..., None],
            mnist["y_train"][free],
            mnist["x_test"][..., None],
            mnist["y_test"],
        ),
        "mnist_m": tuple(
            target[name] for name in ("x_train", "y_train", "x_test", "y_test")
        ),
    }


def train_gan(source, target, seed, steps):
    """A CycleGAN of small networks."""
    keras.utils.set_random_seed(seed)
    shapes = source.shape[1:], target.shape[1:]
    build = getattr(generators, f"{FLAGS.generator}_generator")
    nets = [
        build(one, two[-1], filters=FLAGS.filters)
        for one, two in (shapes, shapes[::-1])
    ]
    gan = models.CycleGAN(
        *shapes,
        generators=nets,
        cycle_weight=FLAGS.cycle,
        identity_weight=FLAGS.identity if FLAGS.pair == "usps" else None,
    )
    gan.compile(keras.optimizers.Adam(FLAGS.rate, beta_1=0.5))
    folder = FLAGS.folder and f"{FLAGS.folder}/seed_{seed}"
    grid = sample_grid.SampleGrid(
        # The files are ordered by class.
        source[:: len(source) // 16],
        target[:: len(target) // 16],
        every=5,
        rows=16,
        folder=folder,
    )
    parts = max(1, steps // 100)
    gan.fit(
        source,
        target,
        batch_size=FLAGS.batch_size,
        epochs=parts,
        steps_per_epoch=steps // parts,
        callbacks=[grid],
        verbose=2,
    )
    return gan


def classifier(shape):
    """The network that all data are compared on."""
    net = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(20, 5, activation="relu", padding="same"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(40, 5, activation="relu", padding="same"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.Adam(1e-3)
    net.compile(rate, loss, metrics=["accuracy"])
    return net


def accuracy(x, y, x_test, y_test, seed):
    """Test accuracy, in percent, after the last step."""
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    net = classifier(x_test.shape[1:])
    if x.shape[-1] != x_test.shape[-1]:
        x = np.repeat(x, x_test.shape[-1], axis=-1)
    batches = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x))
    batches = batches.repeat().batch(64)
    net.fit(batches, steps_per_epoch=FLAGS.classifier_steps, verbose=0)
    return 100 * net.evaluate(x_test, y_test, 500, verbose=0)[1]


def measure(data, seeds, steps):
    """Accuracies by direction and by what was trained on, one a seed."""
    (first, source), (second, target) = data.items()
    ways = {f"{first} -> {second}": (source, target, False)}
    if FLAGS.pair == "usps":
        ways[f"{second} -> {first}"] = target, source, True
    made = collections.defaultdict(list)
    for seed in range(FLAGS.first_seed, FLAGS.first_seed + seeds):
        gan = train_gan(source[0], target[0], seed, steps)
        for way, (labelled, tested, turned) in ways.items():
            x, y = labelled[:2]
            raw = accuracy(x, y, *tested[2:], seed)
            x, y = gan.adapt_dataset(x, y, back=turned)
            translated = accuracy(x, y, *tested[2:], seed)
            made[f"{way}, raw"].append(raw)
            made[f"{way}, translated"].append(translated)
            print(f"{way}, seed {seed}: {raw:.1f}, {translated:.1f}")
    return made


def main(argv):
    """Measures and prints all of it."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    data = load(FLAGS.data)
    began, made = time.perf_counter(), {}
    if data is not None:
        seeds, steps = (1, 150) if FLAGS.quick else (FLAGS.seeds, FLAGS.steps)
        made = measure(data, seeds, steps)
        print(f"{'trained on':32}{'accuracy':>10}{'from':>8}{'to':>8}")
    for name, values in sorted(made.items()):
        low, high = min(values), max(values)
        print(f"{name:32}{np.mean(values):10.1f}{low:8.1f}{high:8.1f}")
    figures = dict(made)
    figures["seconds"] = time.perf_counter() - began
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
