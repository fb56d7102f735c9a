"""Groups of rows that are alike to a model."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors.features import Features

# Main directions of the features that are kept; rows from which these and the
# centres are learned; rows that a cluster has on average, at least
# (heuristics).
DIRECTIONS = 16
LEARNED_FROM = 10_000
LEAST_ROWS = 50
# Numbers of clusters that are tried where it is not given.
NUMBERS = (4, 8, 16, 32)


@dataclasses.dataclass(frozen=True, eq=False)
class Grouping:
    """Rows of all data sets in clusters.

    Attributes:
        codes: for each data set the cluster of each row of the features.
        distances: of these rows to the centre of their cluster.
        count: how many clusters there are.
    """

    codes: tuple[np.ndarray, ...]
    distances: tuple[np.ndarray, ...]
    count: int


def reduced(by_side: list[Features], seed: int) -> list[np.ndarray]:
    """The main directions of the features of all data sets together.

    Principal components, learned from as many rows of each set. Inputs, which
    have units of their own, are divided by their standard deviations first.
    """
    from sklearn import decomposition

    values = [features.values for features in by_side]
    if not isinstance(values[0], np.ndarray):
        width = min(DIRECTIONS, values[0].shape[1] - 1)
        made = decomposition.TruncatedSVD(width, random_state=seed)
        made.fit(values[0])
        return [made.transform(v) for v in values]
    learned = sample(values, seed)
    centre, scale = learned.mean(axis=0), learned.std(axis=0)
    varying = scale > 1e-6 * max(float(scale.max()), 1e-30)
    if by_side[0].layer:
        scale = np.full_like(scale, max(float(scale.max()), 1e-30))
    scale = np.where(varying, scale, np.inf)
    width = min(DIRECTIONS, learned.shape[1], len(learned))
    made = decomposition.PCA(width, random_state=seed)
    made.fit((learned - centre) / scale)
    return [made.transform((v - centre) / scale) for v in values]


def sample(values: list[np.ndarray], seed: int) -> np.ndarray:
    """As many rows of each data set, `LEARNED_FROM` together at most."""
    rng = np.random.default_rng(seed)
    each = min(LEARNED_FROM // len(values), *map(len, values))
    return np.concatenate([v[rng.permutation(len(v))[:each]] for v in values])


def numbers(rows: int, asked: int | None) -> list[int]:
    """The numbers of clusters to try."""
    if asked is not None:
        return [asked] if 2 <= asked <= rows else []
    return [n for n in NUMBERS if n * LEAST_ROWS <= rows]


def group(values: list[np.ndarray], count: int, seed: int) -> Grouping:
    """k-means over the rows of all data sets.

    Args:
        values: for each data set, shape (rows, directions).
        count: how many clusters.
        seed: of the first centres.
    """
    import threadpoolctl
    from sklearn import cluster

    learned = sample(values, seed)
    count = min(count, len(np.unique(learned, axis=0)))
    # Threads gain little here, and wait for each other on a busy machine: a
    # hundred times as long was measured.
    with threadpoolctl.threadpool_limits(1):
        made = cluster.KMeans(count, n_init=3, random_state=seed).fit(learned)
        far = [made.transform(v) for v in values]
    return Grouping(
        tuple(f.argmin(axis=1) for f in far),
        tuple(f.min(axis=1) for f in far),
        count,
    )
