"""One hyperparameter of keras-tuner as a coordinate, many rows at once."""

from typing import Any

import numpy as np

from keras_troubleshoot.tuning.embedding import scale

# Whole numbers on a logarithmic scale up to which each is a level.
LISTED = 4096


class Column:
    """A hyperparameter, measured as `tuning.embedding.scale` measures it.

    Attributes:
        hp: the hyperparameter.
        levels: all its values in their order, None of a continuum.
        places: the coordinate of each level, increasing.
        category: whether the values have no order.
        width: of its columns in the embedding.
    """

    def __init__(self, hp: scale.HyperParameter):
        self.hp = hp
        self.category = scale.is_category(hp)
        self.levels = levels(hp)
        if self.levels is not None:
            self.places = np.array(
                [scale.to_unit(hp, value) for value in self.levels]
            )
            self.borders = (self.places[1:] + self.places[:-1]) / 2
        own = 1
        if self.category:
            own = len(self.levels)
            options = list(hp.values)
            order = [options.index(level) for level in self.levels]
            self.hot = np.eye(own)[order]
        self.width = own + bool(hp.conditions)

    def index(self, at: np.ndarray) -> np.ndarray:
        """The number of the level at each coordinate."""
        return np.searchsorted(self.borders, at)

    def snap(self, at: np.ndarray) -> np.ndarray:
        """The coordinates of the values that coordinates stand for."""
        return at if self.levels is None else self.places[self.index(at)]

    def decode(self, at: float) -> Any:
        """The value at a coordinate."""
        if self.levels is None:
            return scale.from_unit(self.hp, at)
        return self.levels[int(self.index(np.array([at]))[0])]

    def features(self, at: np.ndarray, active: np.ndarray) -> np.ndarray:
        """Its columns of `tuning.embedding.Embedding`, of many rows."""
        own = at[:, None]
        if self.category:
            own = self.hot[self.index(at)]
            own[~active] = 1 / len(self.levels)
        if not self.hp.conditions:
            return own
        return np.concatenate([own, active[:, None]], axis=1)


def levels(hp: scale.HyperParameter) -> list | None:
    """All values of a hyperparameter in their order, None of a continuum."""
    count = scale.parts(hp)
    if count is not None:
        values = [scale.part(hp, index, count) for index in range(count)]
        return list(dict.fromkeys(values))
    if scale.count_of(hp) <= LISTED:
        return list(range(int(hp.min_value), int(hp.max_value) + 1))
    return None
