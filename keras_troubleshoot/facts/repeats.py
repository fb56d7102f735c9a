"""Rows that come up again: within the training data, and in validation."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts.data import Data

# Different values that a row must hold at least, not to be alike another one
# by chance: an empty basket or a flat picture says nothing.
LEAST_VALUES = 4


@dataclasses.dataclass(frozen=True)
class Duplicates:
    """How many rows repeat another one.

    Attributes:
        rows: rows that were compared.
        repeated: rows that are the same as an earlier one.
        conflicting: rows whose inputs come up with different targets.
        rich: whether rows hold so many values that two of them are hardly
            alike by chance.
        rare_share: share of the repeated rows that belong to classes of
            less than the mean size when each row counts once: the mark of
            over-sampling.
    """

    rows: int
    repeated: int
    conflicting: int
    rich: bool
    rare_share: float = 0.0


@dataclasses.dataclass(frozen=True)
class Leakage:
    """Validation rows that are training rows as well.

    Attributes:
        rows: validation rows that were looked up.
        known: those found among the training rows.
        within: share of training rows that repeat another one.
        rich: whether rows hold so many values that two of them are hardly
            alike by chance.
    """

    rows: int
    known: int
    within: float
    rich: bool


def keys(data: Data) -> tuple[np.ndarray, bool]:
    """A hash of the inputs of each row, and whether rows are rich."""
    parts = []
    for array in data.inputs:
        if not array.numeric:
            values = np.asarray(array.values).astype(str)
        else:
            values = np.asarray(array.values)
            if values.dtype.kind == "f":
                values = values.astype("float32")
        parts.append(values.reshape(len(values), -1))
    rows = min(map(len, parts))
    hashes = np.array(
        [hash(tuple(p[i].tobytes() for p in parts)) for i in range(rows)]
    )
    rich = richness(parts, rows)
    return hashes, rich


def richness(parts, rows) -> bool:
    """Whether most rows hold enough different values to be told apart.

    Counts, categories and short lists of small numbers meet by chance.
    """
    step = max(1, rows // 200)
    different = [
        sum(len(np.unique(p[i])) for p in parts) for i in range(0, rows, step)
    ]
    pool = sum(len(np.unique(p[:1000])) for p in parts)
    return bool(np.median(different) >= LEAST_VALUES and pool >= 32)


def duplicates(data: Data) -> Duplicates:
    """Looks for rows of the sample that are alike."""
    hashes, rich = keys(data)
    _, ids, counts = np.unique(
        hashes, return_inverse=True, return_counts=True
    )
    repeated = len(hashes) - len(counts)
    conflicting, rare = 0, 0.0
    y = neighbours.labels(data.targets[0]) if data.targets else None
    if y is not None and repeated:
        y = y[: len(ids)]
        conflicting = conflicts(ids, y, counts)
        rare = rare_share(ids, y)
    return Duplicates(len(hashes), repeated, conflicting, rich, rare)


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
    known, rich = keys(training)
    found, _ = keys(validation)
    within = 1 - len(np.unique(known)) / len(known)
    return Leakage(
        len(found), int(np.isin(found, known).sum()), within, rich
    )
