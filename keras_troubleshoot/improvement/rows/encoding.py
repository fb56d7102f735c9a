"""One input as numbers whose distance says how alike two rows are."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import kinds as kinds_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.improvement.rows import hashing

# Columns of wide rows that are kept, by random projection: distances are
# then right to about 1 / sqrt(2 * 256), 4%.
MOST_COLUMNS = 256
# Numbers that are scaled at a time: they stay in the cache.
BLOCK = 2**16
# Contrast of a picture, as a share of the mean, that counts as none.
FLAT = 0.05


@dataclasses.dataclass(eq=False)
class Encoder:
    """How rows of one input become columns of a matrix.

    Attributes:
        name: of the input, as the user would write it.
        kind: what it is; None for what is only equal or not: text, ids.
        shape: of a row.
        centre: of each column.
        scale: of each column, or of all of them.
        mix: random directions of wide rows, shape (columns, 256).
    """

    name: str
    kind: Input | None
    shape: tuple[int, ...]
    centre: np.ndarray | None = None
    scale: np.ndarray | None = None
    mix: np.ndarray | None = None

    def matrix(self, rows: np.ndarray) -> np.ndarray:
        """The rows in float32; numbers that are not finite become 0."""
        flat = rows.reshape(len(rows), -1)
        width = flat.shape[1] if self.mix is None else self.mix.shape[1]
        made = np.empty((len(flat), width), "float32")
        height = max(1, BLOCK // max(1, flat.shape[1]))
        for start in range(0, len(flat), height):
            block = (flat[start : start + height] - self.centre) / self.scale
            block = block.astype("float32")
            np.nan_to_num(block, False, 0.0, 0.0, 0.0)
            if self.kind is Input.IMAGE:
                block = without_light(block)
            made[start : start + height] = (
                block if self.mix is None else block @ self.mix
            )
        return made

    def must(self, rows: np.ndarray) -> np.ndarray | None:
        """A number for what must be equal; None where there is nothing."""
        flat = rows.reshape(len(rows), -1)
        if self.kind is None:
            return hashing.keys([flat])
        if flat.dtype.kind != "f" or np.isfinite(flat).all():
            return None
        holes = np.isnan(flat) + 2 * np.isposinf(flat) + 4 * np.isneginf(flat)
        found = hashing.keys([holes.astype("uint8")])
        found[~holes.any(axis=1)] = 0
        return found


def fit(array: Array, seed: int) -> Encoder:
    """How an input is encoded, from a sample of its rows.

    Columns of a table or a sequence are divided by their standard deviation.
    Pictures are compared without their brightness and contrast.

    Args:
        array: a sample.
        seed: of random directions.
    """
    kind, shape = what(array), array.values.shape[1:]
    if kind in (None, Input.TOKENS):
        return Encoder(array.name, kind, shape)
    flat = np.where(array.finite, array.flat, np.nan)
    some = np.isfinite(flat).any(axis=0)
    centre, spread = np.zeros(flat.shape[1]), np.ones(flat.shape[1])
    centre[some] = np.nanmean(flat[:, some], axis=0)
    spread[some] = np.nanstd(flat[:, some], axis=0)
    spread[~(spread > 1e-9 * np.abs(centre))] = 1.0
    if kind is Input.IMAGE:
        centre, spread = np.zeros(1), np.ones(1)
        spread[0] = max(float(np.abs(array.flat[array.finite]).mean()), 1e-9)
    columns, mix = flat.shape[1], None
    if columns > MOST_COLUMNS:
        rng = np.random.default_rng(seed)
        mix = rng.standard_normal((columns, MOST_COLUMNS), dtype="float32")
        mix /= np.sqrt(np.float32(MOST_COLUMNS))
    return Encoder(array.name, kind, shape, centre, spread, mix)


def what(array: Array) -> Input | None:
    """The kind of an input; volumes are taken like sequences."""
    if not array.numeric:
        return None
    if kinds_lib.lacks_channels(array):
        return Input.IMAGE
    return kinds_lib.kind(array) or Input.SEQUENCE


def without_light(flat: np.ndarray) -> np.ndarray:
    """Pictures of mean 0 and deviation 1, but for those without contrast."""
    flat = flat - flat.mean(axis=1, keepdims=True)
    contrast = flat.std(axis=1, keepdims=True)
    return flat / np.maximum(contrast, FLAT)
