"""Search spaces all of whose configurations were trained, as tables.

Four problems of real data: multilayer perceptrons on the digits, the breast
cancer and the diabetes of scikit-learn, and a convolutional network on MNIST,
made smaller. Each space is a grid of some 3,000 configurations of 7 or 8
hyperparameters, and each of them is trained. The table keeps the validation
loss after each epoch: a search looks up what training would have given.
"""

import collections
import dataclasses
import functools
import os
import pathlib
import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import keras_tuner
import numpy as np
import tuning_networks
from sklearn import datasets

from keras_troubleshoot.tuning.coarse import fresh

# Networks trained at once: more convolutions make a graph that is slow to
# make, more perceptrons leave the cache.
TOGETHER, TOGETHER_IMAGES = 96, 16
STEP = 10**0.5


@dataclasses.dataclass(frozen=True)
class Problem:
    """A search space and how its configurations are trained.

    Attributes:
        name: such as "digits".
        space: makes the hyperparameters.
        data: reads what is trained on, from a folder.
        epochs: of each training.
        executions: trainings of each configuration, of which a table keeps
            the mean.
    """

    name: str
    space: Callable[[], keras_tuner.HyperParameters]
    data: Callable[[str], tuning_networks.Data]
    epochs: int
    executions: int


@dataclasses.dataclass(frozen=True)
class Table:
    """The losses of all configurations of a space.

    Attributes:
        name: of the problem.
        hyperparameters: the space.
        rows: the place of each configuration, by `fresh.key`.
        curves: the least loss up to each epoch, (configurations, epochs).
    """

    name: str
    hyperparameters: keras_tuner.HyperParameters
    rows: dict[tuple, int]
    curves: np.ndarray

    def curve(self, values: Mapping[str, Any]) -> np.ndarray:
        """What training would have given: the nearest of the grid."""
        key = fresh.key(self.hyperparameters.space, values)
        return self.curves[self.rows[key]]

    @property
    def scores(self) -> np.ndarray:
        """The least loss of each configuration."""
        return self.curves[:, -1]


def floats(hp, name, least, most, step, **conditions):
    """A number on a logarithmic scale, by steps."""
    return hp.Float(name, least, most, step, "log", **conditions)


def digits_space() -> keras_tuner.HyperParameters:
    """3,072 configurations; momentum is there where SGD is."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 1e-3, 0.22, 10 ** (1 / 3))
    hp.Int("units", 8, 64, 2, "log")
    hp.Int("layers", 1, 2)
    hp.Choice("activation", ["relu", "tanh"])
    hp.Float("dropout", 0.0, 0.4, 0.2)
    hp.Choice("optimizer", ["adam", "sgd"])
    given = {"parent_name": "optimizer", "parent_values": ["sgd"]}
    hp.Float("momentum", 0.0, 0.9, 0.45, **given)
    floats(hp, "decay", 1e-5, 1e-3, 100)
    return hp


def cancer_space() -> keras_tuner.HyperParameters:
    """3,072 configurations."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 1e-4, 0.32, STEP)
    hp.Int("units", 4, 32, 2, "log")
    hp.Int("layers", 1, 2)
    hp.Choice("activation", ["relu", "tanh", "sigmoid"])
    hp.Float("dropout", 0.0, 0.3, 0.3)
    floats(hp, "decay", 1e-5, 1e-2, 10)
    hp.Int("batch_size", 16, 64, 4, "log")
    return hp


def diabetes_space() -> keras_tuner.HyperParameters:
    """3,072 configurations."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 1e-4, 0.32, STEP)
    hp.Int("units", 8, 64, 2, "log")
    hp.Int("layers", 1, 2)
    hp.Choice("activation", ["relu", "tanh"])
    hp.Float("dropout", 0.0, 0.4, 0.2)
    floats(hp, "decay", 1e-4, 0.1, 10)
    hp.Int("batch_size", 16, 64, 4, "log")
    return hp


def mnist_space() -> keras_tuner.HyperParameters:
    """2,304 configurations."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 1e-4, 0.32, STEP)
    hp.Int("filters", 4, 8, 4)
    hp.Int("kernel", 3, 5, 2)
    hp.Int("units", 16, 64, 2, "log")
    hp.Choice("pooling", ["max", "average"])
    hp.Choice("activation", ["relu", "tanh"])
    hp.Float("dropout", 0.0, 0.4, 0.2)
    hp.Choice("optimizer", ["adam", "sgd"])
    return hp


def standardized(x: np.ndarray, rows: int) -> np.ndarray:
    """By what is trained on."""
    mean, spread = x[:rows].mean(axis=0), x[:rows].std(axis=0)
    return ((x - mean) / np.maximum(spread, 1e-6)).astype("float32")


def tabular(
    load: Callable, rows: int, outputs: int, largest: float | None = None
) -> tuning_networks.Data:
    """Data of scikit-learn, cut in two; pixels by their largest value."""
    x, y = load(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order]
    if largest:
        x = (x / largest).astype("float32")
    else:
        x = standardized(x, rows)
    y = standardized(y, rows) if outputs == 1 else y.astype("int32")
    return tuning_networks.Data(x[:rows], y[:rows], x[rows:], y[rows:], outputs)


def mnist(folder: str) -> tuning_networks.Data:
    """1,000 images to train and 1,000 to validate, each 14 pixels wide."""
    file = np.load(pathlib.Path(folder) / "mnist.npz", allow_pickle=False)
    x, y = file["x_train"][:2000] / np.float32(255), file["y_train"][:2000]
    x, y = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)), y.astype("int32")
    return tuning_networks.Data(x[:1000], y[:1000], x[1000:], y[1000:], 10)


PROBLEMS = (
    Problem(
        "digits",
        digits_space,
        lambda folder: tabular(datasets.load_digits, 600, 10, 16.0),
        15,
        2,
    ),
    Problem(
        "cancer",
        cancer_space,
        lambda folder: tabular(datasets.load_breast_cancer, 284, 2),
        20,
        3,
    ),
    Problem(
        "diabetes",
        diabetes_space,
        lambda folder: tabular(datasets.load_diabetes, 221, 1),
        30,
        3,
    ),
    Problem("mnist", mnist_space, mnist, 6, 1),
)


def table(problem: Problem, tables: str, data: str) -> Table:
    """The table of a problem; what is missing of it is trained."""
    space = problem.space().space
    every = list(fresh.walk(space))
    groups = collections.defaultdict(list)
    for row, values in enumerate(every):
        groups[tuning_networks.shape_of(values)].append(row)
    read = functools.cache(problem.data)
    folder = pathlib.Path(tables) / problem.name
    folder.mkdir(parents=True, exist_ok=True)
    curves = np.full((len(every), problem.epochs), np.nan)
    for number, rows in enumerate(groups.values()):
        file = folder / f"{number}.npy"
        if not file.exists():
            start = time.perf_counter()
            chosen = [every[row] for row in rows]
            keep(file, trained(problem, chosen, read(data)))
            print(
                f"{problem.name}: {number + 1} of {len(groups)} parts, "
                f"{time.perf_counter() - start:.1f} s",
                flush=True,
            )
        curves[rows] = np.load(file)
    best = np.fmin.accumulate(curves, axis=1)
    keys = {fresh.key(space, values): row for row, values in enumerate(every)}
    return Table(problem.name, problem.space(), keys, best)


def trained(problem, configurations, data) -> np.ndarray:
    """Mean curves of networks of one shape."""
    size = TOGETHER_IMAGES if data.images else TOGETHER
    parts = []
    for at in range(0, len(configurations), size):
        together = configurations[at : at + size]
        runs = [
            tuning_networks.Stack(together, data, seed).fit(problem.epochs)
            for seed in range(problem.executions)
        ]
        parts.append(np.mean(runs, axis=0))
    return np.concatenate(parts)


def keep(file: pathlib.Path, curves: np.ndarray) -> None:
    """Writes at once, or not at all."""
    part = file.with_suffix(".part")
    with part.open("wb") as stream:
        np.save(stream, curves)
    os.replace(part, file)
