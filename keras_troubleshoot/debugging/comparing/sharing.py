"""Weights, gradients and the like of both sides, under one name each."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import differences
from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.debugging.comparing.conversions import convert
from keras_troubleshoot.debugging.comparing.result import Compared
from keras_troubleshoot.debugging.comparing.units import Unit

Key = tuple[str, str]


def converted(
    pairs: list, held: Mapping[str, dict], gradient: bool = False
) -> dict[Key, np.ndarray]:
    """Arrays like the weights of `b` in our layout, by our names.

    Args:
        pairs: of the weights.
        held: arrays by layer of `b`, then by its weight.
        gradient: whether they are gradients.
    """
    found = {}
    for pair in pairs:
        arrays = held.get(pair.theirs.name)
        if not arrays:
            continue
        unit = Unit(pair.theirs.name, pair.theirs.layer, arrays)
        made = convert(unit, pair.ours, pair.order, gradient).made
        for name, (array, _) in made.items():
            if array.shape == pair.ours.arrays[name].shape:
                found[pair.ours.name, name] = np.asarray(array)
    return found


def compared(
    pairs: list, key: Key, ours: Any, theirs: Any, limit: float, kind: str
) -> Compared:
    """One weight of both sides, or what goes with it, compared."""
    names = {pair.ours.name: pair.theirs.name for pair in pairs}
    other = f"{names.get(key[0], key[0])}/{key[1]}"
    difference = differences.measure(flat(ours), flat(theirs), limit)
    return Compared("/".join(key), other, kind, difference)


def flat(array: np.ndarray) -> np.ndarray:
    """All numbers as one feature."""
    return np.asarray(array, "float64").reshape(-1, 1)


def by_layer(arrays: dict[Key, np.ndarray]) -> dict[str, dict]:
    """Arrays by layer, then by weight."""
    found: dict[str, dict] = {}
    for (layer, name), array in arrays.items():
        found.setdefault(layer, {})[name] = array
    return found


def grouped(arrays: dict[str, np.ndarray]) -> dict[str, dict]:
    """Recorded weights by layer, then by weight."""
    return {unit.name: unit.arrays for unit in units.of_recording(arrays)}
