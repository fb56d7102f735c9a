"""How the default weights of the aligners were chosen.

On scikit-learn's digits of 8x8 pixels and three other styles of them (blurred
and grey; sheared, smaller and thinner; on a ground that grows brighter), of
which none is a problem of `adaptation.py`: there, the labels of the target
choose nothing. 900 digits are the source, the others the target, in the way
back the other way round. The network is conv20, conv40, dense100; 500 steps of
64 rows of each domain. Accuracies on the target in percent, means over seeds
and styles. The last line is one JSON object of the figures.
"""

import json

import keras
import numpy as np
from absl import app
from absl import flags
from scipy import ndimage
from sklearn import datasets

import keras_troubleshoot as kts

FLAGS = flags.FLAGS
flags.DEFINE_integer("seeds", 2, "repetitions")
flags.DEFINE_integer("steps", 500, "of each training")
flags.DEFINE_list("only", [], "beginnings of names; all by default")
flags.DEFINE_bool("balanced", False, "the source's classes equally often")
flags.DEFINE_bool("decided", False, "with `ClassConfusion` of the outputs")
flags.DEFINE_list("skewed", [], "domains of unequal classes: source, target")
flags.DEFINE_bool("quick", False, "one seed, 100 steps, one weight of each")

RNG = np.random.default_rng(0)


def blurred(images):
    """Soft, grey and noisy."""
    soft = ndimage.gaussian_filter(images, (0, 0.6, 0.6, 0))
    return 0.3 + 0.6 * soft + RNG.normal(0, 0.05, images.shape)


def thinned(images):
    """Smaller, sheared and thin."""
    turned = [
        ndimage.affine_transform(
            one[..., 0],
            [[1.15, 0.15], [0, 1.2]],
            offset=(-0.3, -1.2),
            order=1,
        )
        for one in images
    ]
    return np.clip(np.stack(turned)[..., None] ** 1.5, 0, 1)


def grounded(images):
    """On a ground that grows brighter."""
    slope = np.linspace(0, 0.6, 8)[None, :, None, None]
    ground = slope * RNG.uniform(0.3, 1, (len(images), 1, 1, 1))
    return np.clip(images * 0.7 + ground, 0, 1)


def problems():
    """Source inputs and labels, target inputs and labels, by name."""
    digits = datasets.load_digits()
    images = (digits.images / 16).astype("float32")[..., None]
    order = RNG.permutation(len(images))
    one, other = order[:900], order[900:]
    labels = digits.target.astype("int32")
    found = {
        style.__name__: (
            images[one],
            labels[one],
            style(images[other]).astype("float32"),
            labels[other],
        )
        for style in (blurred, thinned, grounded)
    }
    found["back from thinned"] = (
        *found["thinned"][2:],
        images[one],
        labels[one],
    )
    return found


def skewed(x, y, seed):
    """Rows of which class 0 keeps all, class 9 a fifth."""
    drawn = np.random.default_rng(seed).uniform(size=len(y))
    kept = drawn < np.linspace(1, 0.2, 10)[y]
    return x[kept], y[kept]


def thinned_out(problem):
    """A problem whose domains have classes of unequal size, if wanted."""
    domains = {"source": problem[:2], "target": problem[2:]}
    for seed, (name, rows) in enumerate(domains.items()):
        if name in FLAGS.skewed:
            domains[name] = skewed(*rows, seed)
    return (*domains["source"], *domains["target"])


def ways(steps):
    """Functions that make an aligner, and whether it is conditional."""
    made = kts.adaptation
    grid = {
        "source only": (lambda: None, False),
        "CORAL": (made.CORAL, False),
    }
    for weight in (500, 2500, 10_000, 40_000, 160_000):
        grid[f"CORAL {weight}"] = (lambda w=weight: made.CORAL(w), False)
    for weight in (3, 10, 30):
        grid[f"MMD {weight}"] = (lambda w=weight: made.MMD(w), False)
        grid[f"MMD ramp {weight}"] = (
            lambda w=weight: made.MMD(made.Ramp(steps, w)),
            False,
        )
    for weight in (0.1, 0.2, 0.3):
        grid[f"adversarial {weight}"] = (
            lambda w=weight: made.DomainAdversarial(made.Ramp(steps, w)),
            True,
        )
        grid[f"confusion {weight}"] = (
            lambda w=weight: made.DomainConfusion(w),
            True,
        )
    if FLAGS.quick:
        return dict(list(grid.items())[:2])
    wanted = tuple(FLAGS.only) or ("",)
    return {name: way for name, way in grid.items() if name.startswith(wanted)}


def accuracy(problem, way, steps, seed):
    """Accuracy on the target after training."""
    source, labels, target, wanted = problem
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    same = {"activation": "relu", "padding": "same"}
    encoder = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(20, 5, **same),
            layers.MaxPooling2D(),
            layers.Conv2D(40, 5, **same),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
        ]
    )
    head = keras.Sequential([keras.Input((100,)), layers.Dense(10)])
    make, conditional = way
    decided = kts.adaptation.ClassConfusion() if FLAGS.decided else None
    model = kts.adaptation.AdaptationModel(
        encoder, head, make(), conditional=conditional, output_aligner=decided
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss)
    batches = kts.adaptation.paired(
        (source, labels),
        target,
        64,
        steps=steps,
        balanced=FLAGS.balanced,
        seed=seed,
    )
    model.fit(batches, verbose=0)
    made = model.predict(target, verbose=0)
    return 100 * float(np.mean(made.argmax(axis=1) == wanted))


def main(argv):
    """Measures the grid."""
    del argv
    steps = 100 if FLAGS.quick else FLAGS.steps
    seeds = 1 if FLAGS.quick else FLAGS.seeds
    given, figures = problems(), {}
    given = {style: thinned_out(problem) for style, problem in given.items()}
    for name, way in ways(steps).items():
        found = {
            style: [accuracy(one, way, steps, seed) for seed in range(seeds)]
            for style, one in given.items()
        }
        figures[name] = found
        means = "  ".join(
            f"{style} {np.mean(values):5.1f}" for style, values in found.items()
        )
        mean = np.mean(list(found.values()))
        print(f"{name:18} mean {mean:5.1f}   {means}", flush=True)
    print(json.dumps({"keras": keras.version(), "accuracies": figures}))


if __name__ == "__main__":
    app.run(main)
