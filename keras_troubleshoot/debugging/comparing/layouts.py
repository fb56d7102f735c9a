"""Where the channels of pictures stand, and what flattening makes of it."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np


def to_last(array: np.ndarray) -> np.ndarray:
    """`(rows, channels, ...)` as `(rows, ..., channels)`.

    Example:
        >>> to_last(np.zeros((8, 3, 32, 30))).shape
        (8, 32, 30, 3)
    """
    return np.moveaxis(array, 1, -1) if array.ndim > 2 else array


def to_first(array: np.ndarray) -> np.ndarray:
    """`(rows, ..., channels)` as `(rows, channels, ...)`."""
    return np.moveaxis(array, -1, 1) if array.ndim > 2 else array


def flat_order(shape: Sequence[int], first: bool) -> np.ndarray:
    """Which places of a flattened picture hold those of the other layout.

    Args:
        shape: of the picture without rows, as the flattened one had it.
        first: whether that shape has its channels first.

    Returns:
        `order` such that `flat_of_other[:, order]` is as flat in this layout.

    Example:
        >>> flat_order((2, 1, 3), first=False)  # (height, width, channels)
        array([0, 2, 4, 1, 3, 5])
    """
    if first:
        channels, *space = shape
        places = np.arange(np.prod(shape)).reshape(*space, channels)
        return np.moveaxis(places, -1, 0).ravel()
    *space, channels = shape
    places = np.arange(np.prod(shape)).reshape(channels, *space)
    return np.moveaxis(places, 0, -1).ravel()


@dataclasses.dataclass
class Layout:
    """Turns the outputs of one side into the layout of the other.

    Attributes:
        ours: whether the channels come first here.
        theirs: whether they do there.
        flat: shape of the picture that was flattened last, without rows;
            empty where none was, or a layer has mixed its numbers since.
    """

    ours: bool
    theirs: bool
    flat: tuple[int, ...] = ()

    def follow(self, record: Any) -> None:
        """Heeds one of our layers: whether it flattens, or mixes."""
        given = record.inputs[0] if record.inputs else None
        flattens = record.kind in ("Flatten", "Reshape")
        if flattens and given is not None and given.ndim > 3:
            if record.output.ndim == 2:
                self.flat = given.shape[1:]
                return
        mixes = bool(record.layer is not None and has_kernel(record.layer))
        if mixes or record.output.shape[1:] != (int(np.prod(self.flat)),):
            self.flat = ()

    def turned(self, array: np.ndarray, shape: tuple) -> np.ndarray:
        """One of their arrays, as we would have it.

        Args:
            array: of theirs.
            shape: of ours. Of three axes, a sequence is only turned where
                that makes it fit.
        """
        if self.ours == self.theirs:
            return array
        if array.ndim == 3 and array.shape != shape:
            other = array.swapaxes(1, 2)
            return other if other.shape == shape else array
        if array.ndim > 3:
            return to_first(array) if self.ours else to_last(array)
        if array.ndim == 2 and array.shape[1] == int(np.prod(self.flat)):
            return array[:, flat_order(self.flat, self.ours)]
        return array


def has_kernel(layer: Any) -> bool:
    """Whether a layer has weights that mix its inputs."""
    return any(len(w.shape) > 1 for w in layer.trainable_variables)


def theirs_first(ours: bool, pairs: Sequence[tuple]) -> bool:
    """Whether the pictures of recorded arrays have their channels first.

    Args:
        ours: whether those of the model have.
        pairs: (array of the model, recorded array) of the same layer.

    Returns:
        What most shapes say; where they say nothing (as many channels as
        pixels), what the numbers of the first say.
    """
    turn = to_first if ours else to_last
    votes, square = 0, []
    for one, other in pairs:
        if one.ndim < 3 or one.ndim != other.ndim:
            continue
        plain, turned = (
            one.shape == other.shape,
            (one.shape == turn(other).shape),
        )
        votes += int(turned) - int(plain)
        square += [(one, other)] * (plain and turned)
    if votes or not square:
        return ours != (votes > 0)
    one, other = square[0]
    nearer = np.abs(one - turn(other)).sum() < np.abs(one - other).sum()
    return ours != bool(nearer)
