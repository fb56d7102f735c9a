"""Rows that come up again: within the training data, and in validation."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts.arrays import FULL_SCAN
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.data import Data

# Bits of surprise that a row must hold, its features taken one by one, for
# a copy not to be chance: an empty basket or a flat picture says nothing.
LEAST_BITS = 32
# Columns that are looked at for it.
MOST_COLUMNS = 64
# Numbers of arrays in memory whose columns are sorted at most (a fifth of a
# second); of more a sample is taken.
SORTED = 2**21
# Rows that are hashed at a time, to need little memory.
CHUNK = 2**14


@dataclasses.dataclass(frozen=True)
class Duplicates:
    """How many rows repeat another one.

    Only rows so rich in values that two of them are hardly alike by chance.

    Attributes:
        rows: rows that were compared.
        repeated: rows that are the same as an earlier one.
        conflicting: rows whose inputs come up with different targets.
        rare_share: share of the repeated rows that belong to classes of
            less than the mean size when each row counts once: the mark of
            over-sampling.
    """

    rows: int
    repeated: int
    conflicting: int
    rare_share: float = 0.0


@dataclasses.dataclass(frozen=True)
class Leakage:
    """Validation rows that are training rows as well.

    Attributes:
        rows: validation rows that were looked up.
        known: those rich in values that are found among training rows.
        within: share of the training rows that repeat another one.
    """

    rows: int
    known: int
    within: float


def keys(parts: list[np.ndarray]) -> np.ndarray:
    """A hash of each row: a sum of its bits times random odd numbers.

    The same for the same shapes each time, so that two data sets can be
    compared. Different rows meet with a chance of about 2**-63.
    """
    rows = min(map(len, parts))
    total = np.zeros(rows, "uint64")
    rng = np.random.default_rng(0)
    for part in parts:
        factors = rng.integers(0, 2**63, part.shape[1], dtype="uint64")
        factors = 2 * factors + 1
        if part.dtype.kind != "f":
            words = [hash(tuple(row)) & 2**63 - 1 for row in part[:rows]]
            total += factors[0] * np.array(words, "uint64")
            continue
        for start in range(0, rows, CHUNK):
            block = part[start : start + CHUNK][: rows - start]
            bits = np.ascontiguousarray(block).view("uint32")
            total[start : start + CHUNK] += bits.astype("uint64") @ factors
    return total


def columns(data: Data, most: int) -> list[np.ndarray]:
    """The inputs as matrices of float32, or of text.

    Of all rows, where arrays of no more than `most` numbers together are at
    hand; else of the sample.
    """
    whole = [array.whole for array in data.inputs]
    at_hand = all(isinstance(w, np.ndarray) for w in whole) and (
        sum(w.size for w in whole) <= most
        and all(array.numeric for array in data.inputs)
    )
    parts = []
    for array in data.inputs:
        values = np.asarray(array.whole if at_hand else array.values)
        if array.numeric:
            # Adding zero makes 0.0 of -0.0.
            values = values.astype("float32") + np.float32(0)
        else:
            values = values.astype(str)
        parts.append(values.reshape(len(values), -1))
    return parts


def rich(parts: list[np.ndarray]) -> np.ndarray:
    """Whether each row is unlikely enough for a copy not to be chance.

    Sums the surprise of its values, `-log2` of how frequent each is in its
    column, over up to 64 columns.
    """
    rows = min(map(len, parts))
    bits = np.zeros(rows)
    for part in parts:
        share = max(1, MOST_COLUMNS // len(parts))
        step = max(1, -(-part.shape[1] // share))
        for column in range(0, part.shape[1], step):
            _, ids, counts = np.unique(
                part[:rows, column], return_inverse=True, return_counts=True
            )
            bits -= np.log2(counts[ids] / rows)
    return bits >= LEAST_BITS


def duplicates(data: Data) -> Duplicates:
    """Looks for rows that are alike."""
    parts = columns(data, SORTED)
    hashes, worth = keys(parts), rich(parts)
    hashes = hashes[worth]
    if not len(hashes):
        return Duplicates(0, 0, 0)
    _, ids, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    repeated = len(hashes) - len(counts)
    conflicting, rare = 0, 0.0
    y = all_labels(data, len(worth))
    if y is not None and repeated:
        y = y[worth]
        conflicting = conflicts(ids, y, counts)
        rare = rare_share(ids, y)
    return Duplicates(len(hashes), repeated, conflicting, rare)


def all_labels(data: Data, rows: int) -> np.ndarray | None:
    """One label for each of the rows that were compared."""
    if len(data.targets) != 1:
        return None
    target = data.targets[0]
    if len(target.values) != rows and isinstance(target.whole, np.ndarray):
        target = Array(target.name, target.whole)
    y = neighbours.labels(target)
    return y if y is not None and len(y) == rows else None


def conflicts(ids, y, counts) -> int:
    """Rows whose inputs come up with different targets."""
    order = np.lexsort((y, ids))
    ids, y = ids[order], y[order]
    same = ids[1:] == ids[:-1]
    differ = same & (y[1:] != y[:-1])
    groups = np.unique(ids[1:][differ])
    return int(counts[groups].sum())


def rare_share(ids, y) -> float:
    """Share of the copies that belong to classes rare but for the copies."""
    _, first = np.unique(ids, return_index=True)
    classes, inverse = np.unique(y, return_inverse=True)
    if len(classes) > 100:
        return 0.0
    once = np.bincount(inverse[first], minlength=len(classes))
    rare = once < once.mean()
    copies = np.ones(len(ids), bool)
    copies[first] = False
    return float(rare[inverse[copies]].mean())


def leakage(training: Data, validation: Data) -> Leakage:
    """Looks validation rows up among the training rows."""
    known = keys(columns(training, FULL_SCAN))
    parts = columns(validation, SORTED)
    found, worth = keys(parts), rich(parts)
    within = 1 - len(np.unique(known)) / len(known)
    met = np.isin(found, known) & worth
    return Leakage(len(found), int(met.sum()), within)
