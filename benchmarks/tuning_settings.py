"""Problems on which settings of the searches are tried.

Others than those on which the searches are measured: four tables of trained
perceptrons on other data, and three functions of continuous hyperparameters.
"""

import dataclasses
import functools
import pathlib
import zlib
from collections.abc import Mapping
from typing import Any

import keras_tuner
import numpy as np
import tuning_problems

from keras_troubleshoot.tuning.embedding import conditions
from keras_troubleshoot.tuning.embedding import scale

floats = tuning_problems.floats
STEP = 10**0.5


def phoneme_space() -> keras_tuner.HyperParameters:
    """2,688 configurations; momentum where SGD is."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 3e-4, 0.31, STEP)
    hp.Int("units", 4, 32, 2, "log")
    hp.Int("layers", 1, 2)
    hp.Choice("activation", ["relu", "tanh"])
    hp.Float("dropout", 0.0, 0.3, 0.3)
    hp.Choice("optimizer", ["adam", "sgd"])
    given = {"parent_name": "optimizer", "parent_values": ["sgd"]}
    hp.Float("momentum", 0.0, 0.9, 0.45, **given)
    floats(hp, "decay", 1e-6, 1e-2, 100)
    return hp


def boston_space() -> keras_tuner.HyperParameters:
    """2,688 configurations."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 1e-4, 0.11, STEP)
    hp.Int("units", 8, 64, 2, "log")
    hp.Int("layers", 1, 2)
    hp.Choice("activation", ["relu", "tanh"])
    hp.Float("dropout", 0.0, 0.4, 0.2)
    floats(hp, "decay", 1e-5, 1e-2, STEP**2)
    hp.Int("batch_size", 8, 32, 4, "log")
    return hp


def wine_space() -> keras_tuner.HyperParameters:
    """1,764 configurations; decay on a fine grid."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 1e-4, 0.11, STEP)
    hp.Int("units", 4, 32, 2, "log")
    hp.Choice("activation", ["relu", "tanh", "sigmoid"])
    hp.Float("dropout", 0.0, 0.4, 0.2)
    floats(hp, "decay", 1e-4, 0.11, STEP)
    return hp


def fashion_space() -> keras_tuner.HyperParameters:
    """2,880 configurations; momentum where SGD is."""
    hp = keras_tuner.HyperParameters()
    floats(hp, "rate", 3e-4, 0.95, STEP)
    hp.Int("units", 8, 32, 2, "log")
    hp.Int("layers", 1, 2)
    hp.Choice("activation", ["relu", "tanh"])
    hp.Float("dropout", 0.0, 0.5, 0.25)
    hp.Choice("optimizer", ["sgd", "adam"])
    given = {"parent_name": "optimizer", "parent_values": ["sgd"]}
    hp.Float("momentum", 0.0, 0.9, 0.3, **given)
    hp.Int("batch_size", 20, 40, 2, "log")
    return hp


def rows(folder: str, file: str, names: tuple, size: int, outputs: int):
    """Data of a file, cut in two."""
    read = np.load(pathlib.Path(folder) / f"{file}.npz", allow_pickle=False)
    x, y = (read[name] for name in names)
    largest = 255.0 if x.dtype == np.uint8 else None
    x, y = x.reshape(len(x), -1).astype("float64"), y.astype("float64")
    return tuning_problems.tabular(
        lambda return_X_y: (x[: 3 * size], y[: 3 * size]),
        size,
        outputs,
        largest,
    )


def of(name, space, file, names, size, outputs, epochs):
    """A problem of a file."""
    data = functools.partial(
        rows, file=file, names=names, size=size, outputs=outputs
    )
    return tuning_problems.Problem(name, space, data, epochs, 1)


PROBLEMS = (
    of("wine", wine_space, "wine_quality", ("x_white", "y_white"), 400, 1, 20),
    of("boston", boston_space, "boston_housing", ("x", "y"), 250, 1, 20),
    of("phoneme", phoneme_space, "phoneme", ("x", "y"), 500, 2, 20),
    of("fashion", fashion_space, "fashion_mnist_900", ("x", "y"), 300, 10, 12),
)


@dataclasses.dataclass(frozen=True)
class Function:
    """A loss by a formula, as a table is asked.

    Attributes:
        name: of the problem.
        hyperparameters: the space.
        seed: of where its best lies.
        noise: deviation of the losses, as of another seed of training; a
            search that finds the best is a little below it by luck.
    """

    name: str
    hyperparameters: keras_tuner.HyperParameters
    seed: int
    noise: float = 0.01

    def curve(self, values: Mapping[str, Any]) -> np.ndarray:
        """The loss, as if after a single epoch."""
        key = zlib.crc32(repr(sorted(values.items())).encode())
        drawn = np.random.default_rng([self.seed, key]).standard_normal()
        return np.array([self.loss(values) + self.noise * drawn])

    def loss(self, values: Mapping[str, Any]) -> float:
        """The loss without noise, 0 of the best."""
        loss, away = 0.0, []
        for hp, weight, best, levels in self.terms:
            if hp.name not in values:
                continue
            place = scale.to_unit(hp, values[hp.name])
            if scale.is_category(hp):
                loss += weight * levels[int(place * len(levels))]
                continue
            away.append(place - best)
            loss += 3 * weight * min(away[-1] ** 2, 0.15)
        # The two that come first depend on one another, as rate and size do.
        return loss + max(0.0, away[0] * away[1])

    @functools.cached_property
    def terms(self) -> list[tuple]:
        """Of each hyperparameter its weight, and which value is best."""
        space = self.hyperparameters.space
        rng = np.random.default_rng(self.seed)
        weights = rng.permutation(0.5 ** np.arange(len(space)))
        return [
            (hp, weight, rng.uniform(0.15, 0.85), levels(hp, rng))
            for hp, weight in zip(space, weights, strict=True)
        ]

    @functools.cached_property
    def scores(self) -> np.ndarray:
        """The losses of the best and of configurations at random."""
        rng, space = np.random.default_rng(0), self.hyperparameters.space
        drawn = [
            conditions.filled(
                space, lambda hp, _: scale.from_unit(hp, rng.random())
            )
            for _ in range(4000)
        ]
        return np.array([0.0, *(self.loss(values) for values in drawn)])


def levels(hp: scale.HyperParameter, rng: np.random.Generator) -> np.ndarray:
    """What each value of a category costs."""
    count = scale.parts(hp) or 1
    return 0.5 * rng.permutation(count) / count


def continuous(conditional: bool, many: bool) -> keras_tuner.HyperParameters:
    """Ranges without steps, an order, categories."""
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 1e-5, 1.0, sampling="log")
    hp.Int("units", 8, 512, sampling="log")
    hp.Float("dropout", 0.0, 0.6)
    hp.Choice("activation", ["relu", "tanh", "elu", "selu"])
    given = {}
    if conditional:
        hp.Choice("optimizer", ["adam", "sgd", "rmsprop"])
        given = {"parent_name": "optimizer", "parent_values": ["sgd"]}
    hp.Float("momentum", 0.5, 0.999, sampling="reverse_log", **given)
    hp.Float("decay", 1e-6, 1e-1, sampling="log")
    if many:
        hp.Int("layers", 1, 5)
        hp.Boolean("normalized")
        hp.Float("clip", 0.1, 10.0, sampling="log")
    return hp


FUNCTIONS = tuple(
    Function(f"function {number}", continuous(*kind), number)
    for number, kind in enumerate([(False, False), (True, False), (True, True)])
)
