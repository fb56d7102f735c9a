"""Configurations as rows of numbers that a model can learn from."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.scale import MIDDLE
from keras_troubleshoot.tuning.embedding.scale import Fixed
from keras_troubleshoot.tuning.embedding.scale import HyperParameter
from keras_troubleshoot.tuning.embedding.scale import is_category
from keras_troubleshoot.tuning.embedding.scale import to_unit


class Embedding:
    """Hyperparameters as columns from 0 to 1.

    What has an order is one column on its own scale, a category one column
    of each value. What is conditional has one more column, 1 where it is on;
    where it is off it lies in the middle (a category evenly on all values),
    so that it tells nothing. `Fixed` ones have no column.

    Args:
        space: `keras_tuner.HyperParameters.space`.

    Attributes:
        names: one for each column: "rate", "activation=relu",
            "momentum is on".
        owners: for each column the number of its hyperparameter in `space`.

    Example:
        >>> import keras_tuner
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float("rate", 1e-4, 1.0, sampling="log")
        >>> _ = hp.Choice("optimizer", ["adam", "sgd"])
        >>> _ = hp.Float("momentum", 0.0, 1.0, parent_name="optimizer",
        ...              parent_values=["sgd"])
        >>> embedding = Embedding(hp.space)
        >>> embedding.names[:3]
        ('rate', 'optimizer=adam', 'optimizer=sgd')
        >>> embedding.encode([{"rate": 0.01, "optimizer": "adam"}])
        array([[0.5, 1. , 0. , 0.5, 0. ]])
    """

    def __init__(self, space: Sequence[HyperParameter]):
        self.space = list(space)
        self.titles = titles(self.space)
        self.names, self.owners = (), ()
        for number, (hp, title) in enumerate(
            zip(self.space, self.titles, strict=True)
        ):
            columns = column_names(hp, title)
            self.names += columns
            self.owners += (number,) * len(columns)

    def encode(self, configurations: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Rows of numbers.

        Args:
            configurations: the values of each by name. What is on but not
                named had not registered yet: it took its default.

        Returns:
            Shape (configurations, columns), float64.
        """
        rows = [self.row(values) for values in configurations]
        return np.array(rows, "float64").reshape(len(rows), len(self.names))

    def row(self, values: Mapping[str, Any]) -> list[float]:
        """One configuration."""
        row: list[float] = []
        for hp in self.space:
            if isinstance(hp, Fixed):
                continue
            on = is_active(hp, values)
            row += codes(hp, values.get(hp.name, hp.default), on)
            if hp.conditions:
                row.append(float(on))
        return row


def codes(hp: HyperParameter, value: Any, on: bool) -> list[float]:
    """The columns of one hyperparameter, that of its activity apart."""
    if not is_category(hp):
        return [to_unit(hp, value) if on else MIDDLE]
    options = list(hp.values)
    if not on or value not in options:
        return [1 / len(options)] * len(options)
    return [float(option == value) for option in options]


def column_names(hp: HyperParameter, title: str) -> tuple[str, ...]:
    """The names of the columns of one hyperparameter."""
    if isinstance(hp, Fixed):
        return ()
    names = (title,)
    if is_category(hp):
        names = tuple(f"{title}={option}" for option in hp.values)
    return names + ((f"{title} is on",) if hp.conditions else ())


def titles(space: Sequence[HyperParameter]) -> list[str]:
    """Names of hyperparameters, with conditions where a name is not unique.

    keras-tuner allows one name in several conditional scopes.
    """
    names = [hp.name for hp in space]
    return [
        hp.name if names.count(hp.name) == 1 else f"{hp.name} [{where(hp)}]"
        for hp in space
    ]


def where(hp: HyperParameter) -> str:
    """The conditions of a hyperparameter in words."""
    return ", ".join(
        f"{condition.name}={'|'.join(map(str, condition.values))}"
        for condition in hp.conditions
    )
