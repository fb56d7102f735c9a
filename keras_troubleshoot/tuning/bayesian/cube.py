"""A search space as a unit cube in which a Gaussian process can measure."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.tuning.bayesian.column import Column
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import filled
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.scale import Fixed
from keras_troubleshoot.tuning.embedding.scale import HyperParameter

# Values of a continuum that are tried where all values are walked through.
CONTINUUM = (0.5, 0.25, 0.75, 0.1, 0.9)
# Digits that tell two configurations apart.
DIGITS = 9


class Cube:
    """All hyperparameters, each a coordinate from 0 to 1.

    A row of coordinates is *valid* where each stands for a value and what the
    conditions turn off is in the middle, so that equal configurations are
    equal rows.

    Args:
        space: the hyperparameters, parents before children, as
            `keras_tuner.HyperParameters.space`.
    """

    def __init__(self, space: Sequence[HyperParameter]):
        self.space = list(space)
        self.numbers = [
            number
            for number, hp in enumerate(self.space)
            if not isinstance(hp, Fixed)
        ]
        self.columns = [Column(self.space[number]) for number in self.numbers]

    def __len__(self) -> int:
        return len(self.columns)

    def valid(self, at: np.ndarray) -> np.ndarray:
        """The rows of the configurations that `at` stands for, (n, d)."""
        snapped = np.empty_like(at)
        for number, column in enumerate(self.columns):
            snapped[:, number] = column.snap(at[:, number])
        return np.where(self.active(snapped), snapped, scale.MIDDLE)

    def active(self, at: np.ndarray) -> np.ndarray:
        """Which coordinates their conditions turn on, shape (n, d)."""
        found = np.ones(at.shape, bool)
        for number, column in enumerate(self.columns):
            for condition in column.hp.conditions:
                found[:, number] &= self.met(condition, at, found, number)
        return found

    def met(
        self, condition: Any, at: np.ndarray, active: np.ndarray, before: int
    ) -> np.ndarray:
        """In which rows a condition on an earlier parameter is met."""
        met = np.zeros(len(at), bool)
        for hp in self.space:
            if hp.name == condition.name and isinstance(hp, Fixed):
                met |= condition.is_active({hp.name: hp.value})
        for number, parent in enumerate(self.columns[:before]):
            if parent.hp.name != condition.name:
                continue
            met |= active[:, number] & self.fits(condition, parent, at, number)
        return met

    def fits(
        self, condition: Any, parent: Column, at: np.ndarray, number: int
    ) -> np.ndarray:
        """In which rows the value of a parent is one that a condition asks."""
        name, places = parent.hp.name, at[:, number]
        if parent.levels is None:
            values = [parent.decode(place) for place in places]
            return np.array([condition.is_active({name: v}) for v in values])
        asked = [condition.is_active({name: v}) for v in parent.levels]
        return np.array(asked)[parent.index(places)]

    def parents(self) -> list[int]:
        """The columns with levels that turn other ones on and off."""
        names = {
            condition.name for hp in self.space for condition in hp.conditions
        }
        return [
            number
            for number, column in enumerate(self.columns)
            if column.hp.name in names and column.levels is not None
        ]

    def features(self, at: np.ndarray) -> np.ndarray:
        """What the model sees of valid rows, shape (n, columns)."""
        active = self.active(at)
        return np.concatenate(
            [
                column.features(at[:, number], active[:, number])
                for number, column in enumerate(self.columns)
            ],
            axis=1,
        )

    def groups(self) -> np.ndarray:
        """The parameter to which each column of the features belongs."""
        widths = [column.width for column in self.columns]
        return np.repeat(np.arange(len(widths)), widths)

    def encode(self, trials: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Valid rows of the values of trials.

        What a trial does not name took its default: it ran before the
        parameter was known.
        """
        at = [
            [place(column.hp, values) for column in self.columns]
            for values in trials
        ]
        return self.valid(np.array(at, float).reshape(len(at), len(self)))

    def decode(self, at: np.ndarray) -> dict[str, Any]:
        """The values of a row, those of active parameters."""
        places = dict(zip(self.numbers, at, strict=True))
        columns = dict(zip(self.numbers, self.columns, strict=True))
        return filled(
            self.space,
            lambda hp, number: (
                columns[number].decode(places[number])
                if number in columns
                else hp.value
            ),
        )

    def walk(
        self, values: Mapping[str, Any] | None = None, number: int = 0
    ) -> Iterator[dict[str, Any]]:
        """All configurations, one after the other."""
        values = values or {}
        if number == len(self.space):
            yield dict(values)
            return
        hp = self.space[number]
        for value in choices(hp) if is_active(hp, values) else [None]:
            more = {hp.name: value} if is_active(hp, values) else {}
            yield from self.walk({**values, **more}, number + 1)


def choices(hp: HyperParameter) -> list:
    """The values of a hyperparameter, some of a continuum."""
    if isinstance(hp, Fixed):
        return [hp.value]
    column = Column(hp)
    if column.levels is not None:
        return column.levels
    return [scale.from_unit(hp, at) for at in CONTINUUM]


def place(hp: HyperParameter, values: Mapping[str, Any]) -> float:
    """The coordinate of a hyperparameter in the values of a trial."""
    if hp.name in values and not is_active(hp, values):
        # The value of another one of this name, in another scope.
        return scale.MIDDLE
    return scale.to_unit(hp, values.get(hp.name, hp.default))


def keys(at: np.ndarray) -> list[bytes]:
    """One key of each valid row: equal configurations have equal keys."""
    # Adding zero makes -0 and 0 one.
    return [row.tobytes() for row in np.round(at, DIGITS) + 0.0]
