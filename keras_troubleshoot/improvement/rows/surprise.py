"""How many bits a row holds: of poor rows, copies are chance."""

import numpy as np

# Bits that a row must hold, its features taken one by one, for a copy not to
# be chance (as in `facts.repeats`); and those beyond the logarithm of the
# number of rows: a chance of a thousandth.
LEAST_BITS = 32
BEYOND = 10
# Columns that are looked at for it.
COLUMNS = 64
# In place of NaN, which is not equal to itself.
HOLE = 1.5e38


class Surprise:
    """Bits of rows, as `-log2` of how often values agree in a sample.

    Each column has its most frequent value, which holds few bits, and
    others, which hold as many as their pairs seldom agree. A text that is
    hardly ever the same holds a bit a character (C. Shannon, "Prediction and
    Entropy of Printed English", 1951: 0.6 to 1.3).

    Args:
        arrays: a sample, by input.

    Example:
        >>> coins = Surprise([np.array([[0], [1], [0], [1]])])
        >>> coins.bits([np.array([[0], [1]])])
        array([1., 1.])
    """

    def __init__(self, arrays: list[np.ndarray]):
        share = max(1, COLUMNS // max(1, len(arrays)))
        widths = [int(np.prod(a.shape[1:], dtype=int)) for a in arrays]
        self.chosen = [
            np.arange(0, width, max(1, -(-width // share))) for width in widths
        ]
        parts = self.columns(arrays)
        self.tables = [[column(c) for c in part.T] for part in parts]

    def columns(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        """The columns of each input that are looked at."""
        made = []
        for array, chosen in zip(arrays, self.chosen, strict=True):
            flat = array.reshape(len(array), -1)
            all_of_it = len(chosen) == flat.shape[1]
            made.append(comparable(flat if all_of_it else flat[:, chosen]))
        return made

    def bits(self, arrays: list[np.ndarray]) -> np.ndarray:
        """The bits of rows, shape (rows,)."""
        made = np.zeros(len(arrays[0]))
        for part, tables in zip(self.columns(arrays), self.tables, strict=True):
            for values, (mode, common, other) in zip(
                part.T, tables, strict=True
            ):
                if other is None:
                    made += [len(value) for value in values]
                else:
                    made += np.where(values == mode, common, other)
        return made


def comparable(block: np.ndarray) -> np.ndarray:
    """Values of which equal ones are equal."""
    if block.dtype.kind in "OSU":
        return block.astype(str)
    if block.dtype.kind == "V":
        block = block.astype("float32")
    if block.dtype.kind == "f" and np.isnan(block).any():
        block = block.astype("float64")
        return np.where(np.isnan(block), HOLE, block)
    return block


def column(values: np.ndarray) -> tuple:
    """The most frequent value, its bits, and those of the others.

    The last is None for texts that are mostly different.
    """
    found, counts = np.unique(values, return_counts=True)
    rows = len(values)
    if values.dtype.kind == "U" and len(found) > rows / 2:
        return found[0], 0.0, None
    place = counts.argmax()
    common = -np.log2(counts[place] / rows)
    rest = np.delete(counts, place).astype("float64")
    if len(rest) == 1:
        return found[place], common, -np.log2(rest[0] / rows)
    # A row of these meets its like in as many of all pairs; one more, as
    # none may have been met in a sample.
    pairs = (rest * (rest - 1)).sum() + 1
    other = -np.log2(pairs / max(1.0, rest.sum() * (rows - 1)))
    return found[place], common, max(other, 0.0)


def least(rows: int) -> float:
    """The bits from which on a copy among so many rows is no chance."""
    return max(LEAST_BITS, np.log2(rows) + BEYOND)
