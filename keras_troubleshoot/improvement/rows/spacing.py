"""How far rows lie apart, and how near two may come by chance."""

import dataclasses

import numpy as np

# Rows whose nearest neighbours are looked for: the median is then known to
# about 3% in 10 dimensions, the dimension to 10%.
QUERIES = 256
# Share of the rows in which they are looked for. A copy is seldom among
# them, so that copies do not hide how far other rows lie apart, even where
# each row has one.
PART = 8
# Of few rows, as many of them.
LEAST = 64
# Rows in which the neighbours of a pair are looked for.
AROUND = 4096
# Of the nearest of these the fifth says how dense it is there: a few copies
# do not move it.
NEIGHBOUR = 5
# Those from there up to this one say of how many dimensions the place is.
FARTHER = 30
# The dimension is taken for smaller than it looks by its standard error: a
# smaller one has more pairs come near by chance.
CAUTION = 0.9
# Numbers of distances that are computed at a time.
BLOCK = 2**22


@dataclasses.dataclass(frozen=True)
class Spacing:
    """How the rows lie.

    Attributes:
        rows: how many there are.
        median: distance to the nearest other row, median over the rows that
            are no copies.
        dimension: of the set that they lie on, cautiously.
    """

    rows: int
    median: float
    dimension: float

    def radius(self, false: float) -> float:
        """A distance within which only `false` pairs come by chance.

        In a set of dimension d the distance to the nearest row is below t
        with a probability of `1 - 2 ** -((t / median) ** d)`.
        """
        share = 2 * false / (self.rows * np.log(2))
        return self.median * min(1.0, share ** (1 / self.dimension))


def measure(matrix: np.ndarray, seed: int) -> Spacing | None:
    """How far rows lie apart.

    The dimension is that of E. Facco, M. d'Errico, A. Rodriguez, A. Laio,
    "Estimating the intrinsic dimension of datasets by a minimal neighborhood
    information" (Scientific Reports 2017): the ratio of the distances to the
    second and to the first neighbour exceeds m with a probability of
    `m ** -dimension`. Its median is used, which copies do not move.

    Args:
        matrix: shape (rows, columns), no two rows the same.
        seed: of the rows that are drawn.

    Returns:
        The spacing; None for less than 16 rows, or where they do not differ
        within the precision of float32.
    """
    rows = len(matrix)
    if rows < 16:
        return None
    order = np.random.default_rng(seed).permutation(rows)
    part = max(rows // PART, min(rows // 2, LEAST))
    queries = order[part : part + QUERIES]
    near = nearest(matrix[queries], matrix[np.sort(order[:part])], 2)
    near = near[near[:, 0] > 0]
    if len(near) < 8:
        return None
    ratio = np.median(np.log(near[:, 1] / near[:, 0]))
    if not ratio > 0:
        return None
    dimension = min(matrix.shape[1], np.log(2) / ratio)
    # With more rows the nearest one is nearer.
    median = np.median(near[:, 0]) * (part / rows) ** (1 / dimension)
    dimension = max(1.0, CAUTION * dimension)
    return Spacing(rows, float(median), float(dimension))


def nearest(queries, matrix, count: int) -> np.ndarray:
    """Distances to the nearest rows of a matrix, in rising order.

    Args:
        queries: shape (n, columns).
        matrix: shape (rows, columns).
        count: how many of them.

    Returns:
        Shape (n, count).

    Example:
        >>> nearest(np.zeros((1, 2)), np.array([[3, 4], [0, 1.0]]), 2)
        array([[1., 5.]])
    """
    best = np.full((len(queries), count), np.inf)
    height = max(count, BLOCK // max(1, len(queries)))
    for start in range(0, len(matrix), height):
        block = squares(queries, matrix[start : start + height])
        found = least(block, min(count, block.shape[1]))
        best = np.sort(np.hstack([best, found]), axis=1)[:, :count]
    return np.sqrt(np.maximum(best, 0))


def least(block: np.ndarray, count: int) -> np.ndarray:
    """The least values of each row; of one or two, faster than by sorting."""
    if count > 2:
        return np.partition(block, count - 1, axis=1)[:, :count]
    found = []
    for _ in range(count):
        place = block.argmin(axis=1)[:, None]
        found.append(np.take_along_axis(block, place, 1))
        np.put_along_axis(block, place, np.inf, 1)
    return np.hstack(found)


def squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared distances between all rows of two matrices."""
    made = a @ b.T
    made *= -2
    made += np.einsum("ij,ij->i", a, a)[:, None]
    made += np.einsum("ij,ij->i", b, b)[None]
    return made


def by_chance(
    matrix: np.ndarray,
    pairs: np.ndarray,
    distances: np.ndarray,
    spacing: Spacing,
    seed: int,
) -> np.ndarray:
    """How many pairs as near as each would be met by chance.

    Asks how dense the rows lie around a pair, so that rows of a dense place
    are not taken for copies.

    Args:
        matrix: shape (rows, columns).
        pairs: shape (pairs, 2), numbers of rows.
        distances: between the two of each.
        spacing: of all rows.
        seed: of the rows that are drawn.

    Returns:
        Shape (pairs,): if all of the rows were so near to another one by
        chance as this one, how many pairs there would be.
    """
    rows = len(matrix)
    draw = np.random.default_rng(seed + 1)
    some = np.sort(draw.permutation(rows)[: min(AROUND, rows // 2)])
    around, (each, place) = matrix[some], np.unique(pairs, return_inverse=True)
    count = min(FARTHER, len(some))
    far = np.concatenate(
        [
            nearest(matrix[part], around, count)
            for part in np.array_split(each, len(each) // 1024 + 1)
        ]
    )
    reach = np.maximum(far[:, min(NEIGHBOUR, count) - 1], 1e-30)
    dense = min(NEIGHBOUR, count) * rows / len(some)
    dimension = np.minimum(spacing.dimension, local(far))
    place = place.reshape(pairs.shape)
    share = np.minimum(1, distances[:, None] / reach[place])
    return rows / 2 * dense * (share ** dimension[place]).max(axis=1)


def local(far: np.ndarray) -> np.ndarray:
    """The dimension around rows, from distances to their neighbours.

    That of E. Levina, P. Bickel, "Maximum Likelihood Estimation of Intrinsic
    Dimension" (NeurIPS 2004), without the first few, which may be copies.

    Args:
        far: shape (rows, neighbours), in rising order.
    """
    used = np.maximum(far[:, NEIGHBOUR - 1 :], 1e-30)
    if used.shape[1] < NEIGHBOUR:
        return np.full(len(far), np.inf)
    growth = np.log(used[:, -1:] / used[:, :-1]).sum(axis=1)
    return (used.shape[1] - 2) / np.maximum(growth, 1e-30)
