"""Which rows belong together: equal ones, near ones, and those by chance."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.rows import pairs as pairs_lib
from keras_troubleshoot.improvement.rows import shingles
from keras_troubleshoot.improvement.rows import spacing as spacing_lib
from keras_troubleshoot.improvement.rows import surprise
from keras_troubleshoot.improvement.rows.gathering import Rows

# Share of the median distance to the nearest row: cleanlab's, see
# `cleanlab.datalab.internal.issue_manager.duplicate`.
SHARE = 0.13
# Share of pieces that texts need not share: K. Lee et al., "Deduplicating
# Training Data Makes Language Models Better" (ACL 2022), take 0.2.
UNSHARED = 0.2
# Near pairs by chance that are put up with, in expectation.
FALSE = 0.05
# Distances below this part of the size of a row are rounding in float32.
PRECISION = 1e-5


@dataclasses.dataclass(frozen=True, eq=False)
class Alike:
    """Which rows are the same, or nearly.

    Attributes:
        exact: shape (rows,): rows with the same number are the same.
        near: shape (rows,): rows with the same number are the same or near,
            some by others between them.
        by_chance: shape (rows,): whether a row is so poor in values that its
            copies are chance.
        threshold: the distance up to which rows are near; None where near
            ones were not looked for.
        recall: expected share of pairs at the threshold that are found.
        told: why near rows were not looked for, or "".
    """

    exact: np.ndarray
    near: np.ndarray
    by_chance: np.ndarray
    threshold: float | None
    recall: float
    told: str = ""


def find(rows: Rows, near: str | float | None, seed: int, tell) -> Alike:
    """Finds rows that are alike.

    Args:
        rows: as they were read.
        near: "auto", a share of the median distance, or None for equal rows
            alone.
        seed: of what is drawn.
        tell: is told how far it has come.
    """
    _, first, exact, counts = np.unique(
        rows.keys, return_index=True, return_inverse=True, return_counts=True
    )
    by_chance = (counts > 1) & (rows.bits[first] < surprise.least(len(rows)))
    nothing = np.zeros((0, 2), int), None, 1.0, ""
    found = nothing if near is None else sought(rows, first, near, seed, tell)
    pairs, threshold, recall, told = found
    if len(pairs):
        pairs = pairs[~by_chance[pairs].any(axis=1)]
    groups = connected(len(first), pairs)
    return Alike(
        exact, groups[exact], by_chance[exact], threshold, recall, told
    )


def sought(rows: Rows, first, near, seed: int, tell) -> tuple:
    """Near pairs among rows that differ, as places in `first`."""
    if rows.words is not None:
        apart = UNSHARED if near == "auto" else near
        pairs, _ = shingles.near(rows.words[first], apart, seed, tell)
        return pairs, apart, 1.0, ""
    if rows.matrix is None:
        why = "the rows hold nothing that has a distance"
        return np.zeros((0, 2), int), None, 1.0, why
    # In their order, so that a matrix without copies is used as it is.
    place = np.argsort(first)
    kept = first[place]
    alone = len(first) == len(rows)
    matrix = rows.matrix if alone else rows.matrix[kept]
    must = None if rows.must is None else rows.must[kept]
    pairs, *others = of_numbers(matrix, must, near, seed, tell)
    return place[pairs], *others


def of_numbers(matrix, must, near, seed: int, tell) -> tuple:
    """Near pairs of rows of numbers, with threshold, recall and a word."""
    none = np.zeros((0, 2), int), None, 1.0
    spacing = spacing_lib.measure(matrix, seed)
    if spacing is None:
        return *none, "there are too few different rows"
    share = SHARE if near == "auto" else near
    radius = share * spacing.median
    if near == "auto":
        radius = min(radius, spacing.radius(1.0))
    size = np.sqrt(np.mean(np.square(matrix[: 2**14]), dtype="float64"))
    if radius < PRECISION * size * np.sqrt(matrix.shape[1]):
        why = "the rows lie so dense that any would have a near one by chance"
        return *none, why
    pairs, distances, recall = pairs_lib.near(
        matrix, radius, must, seed=seed, tell=tell
    )
    if near == "auto" and len(pairs):
        many = spacing_lib.by_chance(matrix, pairs, distances, spacing, seed)
        pairs = pairs[many < FALSE]
    return pairs, radius, recall, ""


def connected(rows: int, pairs: np.ndarray) -> np.ndarray:
    """A number for each row, the same for rows that pairs connect.

    Example:
        >>> connected(4, np.array([[0, 2], [2, 3]])).tolist()
        [0, 1, 0, 0]
    """
    from scipy import sparse

    ones = np.ones(len(pairs), "int8")
    graph = sparse.coo_matrix((ones, tuple(pairs.T)), (rows, rows))
    return sparse.csgraph.connected_components(graph, directed=False)[1]
