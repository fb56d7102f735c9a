"""The parts of an input that should matter, and other values for them."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.arrays import Array


@dataclasses.dataclass(frozen=True, eq=False)
class Unit:
    """A feature, a step or a channel of one input.

    Attributes:
        name: as NumPy would take it: `x[:, 3]`, `x['image'][..., 0]`.
        places: of its numbers, in a row laid flat.
    """

    name: str
    places: np.ndarray


def units(array: Array) -> list[Unit]:
    """The parts of an input.

    Of tables and tokens, shape (rows, features), each feature or step; of
    sequences, (rows, steps, channels), each step and each channel; of
    pictures and volumes the channels, since a border of them may be cut off
    for good reason. An axis of one has no parts.

    Example:
        >>> [unit.name for unit in units(Array("x", np.zeros((5, 2, 3))))]
        ['x[:, 0]', 'x[:, 1]', 'x[..., 0]', 'x[..., 1]', 'x[..., 2]']
    """
    shape = array.values.shape[1:]
    found = []
    if len(shape) in (1, 2):
        found += along(array.name + "[:, {}]", shape, 0)
    if len(shape) > 1:
        found += along(array.name + "[..., {}]", shape, len(shape) - 1)
    return found


def along(name: str, shape: tuple[int, ...], axis: int) -> list[Unit]:
    """The parts along one axis of a row."""
    if shape[axis] < 2:
        return []
    places = np.moveaxis(np.arange(np.prod(shape)).reshape(shape), axis, 0)
    return [Unit(name.format(i), part.ravel()) for i, part in enumerate(places)]


def others(array: Array, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of other values for all numbers of an input.

    The first has those of the next row: what the data really hold. In the
    second each number is another one, though the data hold the same for all
    rows: whole numbers stay between the least and the greatest of the input,
    so that tokens stay tokens; floats are moved by about their spread.

    Args:
        array: an input, of any type that `fit` takes.
        rows: how many of its rows.

    Example:
        >>> array = Array("x", np.array([[1], [3], [3]]))
        >>> [other.ravel().tolist() for other in others(array, 3)]
        [[3, 1, 3], [2, 1, 1]]
    """
    values = array.values[:rows]
    rolled = np.roll(values, 1, axis=0)
    if values.dtype.kind == "b":
        return rolled, ~values
    if values.dtype.kind not in "iuf":
        return rolled, values[::-1]
    low, high = array.flat.min(), array.flat.max()
    if array.integral and (values.dtype.kind != "f" or low < high):
        return rolled, cycled(values, int(low), int(high))
    finite = array.flat[array.finite]
    spread = float(np.std(finite)) if len(finite) else 0.0
    noise = np.random.default_rng(0).uniform(0.5, 1.5, values.shape)
    return rolled, (values + (spread or 1.0) * noise).astype(values.dtype)


def cycled(values: np.ndarray, low: int, high: int) -> np.ndarray:
    """The next whole numbers; the least after the greatest."""
    steps = (values.astype("int64") - low + 1) % (high - low + 1)
    return (steps + low).astype(values.dtype)


def mixed(values: np.ndarray, other: np.ndarray, places) -> np.ndarray:
    """The values, with others at some places of each row."""
    flat = values.reshape(len(values), -1).copy()
    flat[:, places] = other.reshape(len(values), -1)[:, places]
    return flat.reshape(values.shape)


def scattered(values, other, parts: list[Unit]) -> np.ndarray:
    """The values, with others for one part in each row, one after another."""
    flat = values.reshape(len(values), -1).copy()
    new = other.reshape(len(values), -1)
    for row, part in enumerate(parts):
        flat[row, part.places] = new[row, part.places]
    return flat.reshape(values.shape)
