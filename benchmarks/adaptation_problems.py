"""Two domains each: what the benchmarks of domain adaptation are run on.

All are read from a folder of data sets that is no part of the project.
"""

import dataclasses
import itertools
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

SIDE = 16  # Pixels, of the digits of MNIST and USPS.
HOURS, AHEAD = 24, 24  # Of the transformer's temperature: seen, predicted.


@dataclasses.dataclass(frozen=True)
class Problem:
    """A labelled source, a target, and rows of the target to test on.

    Attributes:
        name: such as "MNIST -> USPS".
        source: inputs and labels.
        target: inputs.
        labels: of the target's training rows; only for the upper bound.
        test: inputs and labels of the target.
        build: makes the network, compiled.
        steps: batches of 64 rows of each domain.
    """

    name: str
    source: tuple
    target: np.ndarray
    labels: np.ndarray
    test: tuple
    build: Callable[[], Any]
    steps: int = 1000

    @property
    def regression(self) -> bool:
        """Whether numbers are predicted."""
        return self.test[1].dtype.kind == "f"


def load(folder: str, name: str) -> dict[str, np.ndarray]:
    """The arrays of a file."""
    path = pathlib.Path(folder) / f"{name}.npz"
    return dict(np.load(path, allow_pickle=False))


def compiled(layers: list, classes: int | None) -> Any:
    """A network with logits, or with one number."""
    model = keras.Sequential([*layers, keras.layers.Dense(classes or 1)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.Adam(1e-3),
        loss if classes else "mse",
        metrics=["accuracy"] if classes else [],
    )
    return model


def convolutions(shape: tuple, normalized: bool = False) -> Any:
    """conv20 - conv40 - dense100, of kernels of 5x5 and pooling."""
    layers = [keras.Input(shape)]
    for filters in (20, 40):
        layers.append(keras.layers.Conv2D(filters, 5, padding="same"))
        if normalized:
            layers.append(keras.layers.BatchNormalization())
        layers += [keras.layers.ReLU(), keras.layers.MaxPooling2D()]
    layers += [keras.layers.Flatten(), keras.layers.Dense(100, "relu")]
    return compiled(layers, 10)


def dense(columns: int, classes: int | None, units: int = 100) -> Any:
    """One hidden layer."""
    hidden = keras.layers.Dense(units, "relu")
    return compiled([keras.Input((columns,)), hidden], classes)


def pixels(images: np.ndarray) -> np.ndarray:
    """Between 0 and 1, with a channel."""
    return np.asarray(images, "float32")[..., None] / 255


def whole(labels: np.ndarray) -> np.ndarray:
    """Class ids as Keras takes them."""
    return np.asarray(labels, "int32")


def digits(folder: str) -> Iterator[Problem]:
    """MNIST and USPS, 2,000 and 1,800 rows of 16x16 pixels."""
    both = load(folder, "mnist_usps_2000_1800")
    usps, mnist = load(folder, "usps"), load(folder, "mnist")
    small = tf.image.resize(
        pixels(mnist["x_test"]), (SIDE, SIDE), antialias=True
    )
    test = {
        "mnist": (np.clip(small.numpy(), 0, 1), whole(mnist["y_test"])),
        "usps": (pixels(usps["x_test"]), whole(usps["y_test"])),
    }
    for one, other in (("mnist", "usps"), ("usps", "mnist")):
        yield Problem(
            f"{one.upper()} -> {other.upper()}",
            (pixels(both[f"x_{one}"]), whole(both[f"y_{one}"])),
            pixels(both[f"x_{other}"]),
            whole(both[f"y_{other}"]),
            test[other],
            lambda: convolutions((SIDE, SIDE, 1)),
        )


def centered(images: np.ndarray) -> np.ndarray:
    """Colours between -0.5 and 0.5, about 0 as in the published set-ups.

    Pixels of 0 to 1 cost the network that saw black grounds alone 13 points.
    """
    return np.asarray(images, "float32") / 255 - 0.5


def mnist_m(folder: str) -> Iterator[Problem]:
    """Digits, and other digits blended with photographs."""
    made, mnist = load(folder, "mnist_m"), load(folder, "mnist")
    others = np.setdiff1d(np.arange(60_000), made["mnist_index_train"])
    images = np.repeat(mnist["x_train"][others][..., None], 3, axis=-1)
    yield Problem(
        "MNIST -> MNIST-M",
        (centered(images), whole(mnist["y_train"][others])),
        centered(made["x_train"]),
        whole(made["y_train"]),
        (centered(made["x_test"]), whole(made["y_test"])),
        lambda: convolutions((28, 28, 3)),
        3000,
    )


def office(folder: str) -> Iterator[Problem]:
    """Office-Caltech10: histograms of SURF words, standardized by domain."""
    file = load(folder, "office_caltech10_surf")
    names = ("amazon", "caltech", "dslr", "webcam")
    for one, other in itertools.permutations(names, 2):
        rows = {}
        for name in (one, other):
            x = np.asarray(file[f"x_{name}"], "float32")
            x /= x.sum(axis=1, keepdims=True)
            rows[name] = (x - x.mean(0)) / (x.std(0) + 1e-8)
        y = whole(file[f"y_{other}"])
        yield Problem(
            f"{one} -> {other}",
            (rows[one], whole(file[f"y_{one}"])),
            rows[other],
            y,
            (rows[other], y),
            lambda: dense(800, 10),
            300,
        )


def reviews(folder: str) -> Iterator[Problem]:
    """Amazon reviews: counts of 5,000 words and pairs, two opinions."""
    from scipy import sparse

    file = load(folder, "amazon_reviews")

    def read(name, part):
        rows = len(file[f"{name}_{part}_y"])
        columns = [file[f"{name}_{part}_{k}"] for k in ("data", "indices")]
        values = columns[0].astype("float32"), columns[1].astype("int32")
        counts = sparse.csr_matrix(
            (*values, file[f"{name}_{part}_indptr"]), (rows, 5000)
        )
        x = np.log1p(counts.toarray())
        length = np.sqrt(np.square(x).sum(axis=1, keepdims=True))
        return 10 * x / (length + 1e-8), whole(file[f"{name}_{part}_y"])

    names = ("books", "dvd", "electronics", "kitchen")
    for one, other in itertools.permutations(names, 2):
        x, y = read(other, "train")
        yield Problem(
            f"{one} -> {other}",
            read(one, "train"),
            x,
            y,
            read(other, "test"),
            lambda: dense(5000, 2),
            300,
        )


def transformers(folder: str) -> Iterator[Problem]:
    """Oil temperature of another transformer 24 hours ahead."""
    file = load(folder, "ett_hourly")
    rows = {}
    for name in ("etth1", "etth2"):
        series = np.asarray(file[name], "float32")
        split = int(0.7 * len(series))
        mean, spread = series[:split].mean(0), series[:split].std(0)
        series = (series - mean) / (spread + 1e-8)
        starts = np.arange(0, len(series) - HOURS - AHEAD, 3)
        x = np.stack([series[s : s + HOURS].ravel() for s in starts])
        y = series[starts + HOURS + AHEAD - 1, -1]
        late = starts >= split
        rows[name] = (x[~late], y[~late]), (x[late], y[late])
    (source, _), (target, test) = rows["etth1"], rows["etth2"]
    columns = source[0].shape[1]
    yield Problem(
        "ETTh1 -> ETTh2",
        source,
        *target,
        test,
        lambda: dense(columns, None),
    )


def wine(folder: str) -> Iterator[Problem]:
    """The quality of white wine by red wine."""
    file = load(folder, "wine_quality")
    rng = np.random.default_rng(0)
    red, white = (np.asarray(file[f"x_{k}"], "float32") for k in KINDS)
    mean, spread = red.mean(0), red.std(0)
    red, white = (red - mean) / spread, (white - mean) / spread
    good = {k: np.asarray(file[f"y_{k}"], "float32") for k in KINDS}
    order = rng.permutation(len(white))
    train, test = order[: len(order) // 2], order[len(order) // 2 :]
    columns = red.shape[1]
    yield Problem(
        "red -> white",
        (red, good["red"]),
        white[train],
        good["white"][train],
        (white[test], good["white"][test]),
        lambda: dense(columns, None),
    )


KINDS = ("red", "white")
GROUPS = {
    "digits": digits,
    "mnist_m": mnist_m,
    "office": office,
    "reviews": reviews,
    "transformers": transformers,
    "wine": wine,
}
