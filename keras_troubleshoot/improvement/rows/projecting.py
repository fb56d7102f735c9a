"""Candidates for near pairs among many rows, by random projections.

Locality-sensitive hashing of M. Datar, N. Immorlica, P. Indyk, V. Mirrokni,
"Locality-Sensitive Hashing Scheme Based on p-Stable Distributions" (SoCG
2004): rows are projected on some random directions, and these cut into bins
of a width of several radii. Rows that are near mostly share all bins; others
rarely do. This is done several times with other directions and offsets.
"""

import concurrent.futures

import numpy as np

# Bins in radii. A pair at the radius then shares a bin with probability 0.8.
WIDTH = 4.0
SHARED = 0.8005
# Directions of which each table takes some.
DIRECTIONS = 48
# Tables at most; as many are made as find 99% of the pairs at the radius.
TABLES = 40
FOUND = 0.99
# Rows after a row in its bin that it is compared with, in the order along
# one more direction, in which near rows stand side by side.
AHEAD = 8
# Bits of a key that are for the order.
LOW = np.uint64(20)
# A sum of `DIRECTIONS` squares of normal numbers is below this many times
# its mean with probability 1 - 1e-7.
LOOSE = 2.5
# Rows that are projected at a time.
HEIGHT = 2**16


def candidates(
    matrix: np.ndarray, radius: float, must, seed: int, tell
) -> tuple[np.ndarray, float]:
    """Pairs that may lie within a radius.

    Args:
        matrix: shape (rows, columns).
        radius: the largest distance.
        must: shape (rows,), equal in both rows of a pair; or None.
        seed: of the directions.
        tell: is told how far it has come.

    Returns:
        Shape (pairs, 2), the lower number first; and the share of the pairs
        at exactly that radius that is among them, in expectation.
    """
    rng = np.random.default_rng(seed)
    seen = project(matrix, rng)
    width = np.float32(WIDTH * radius)
    bins = bins_needed(seen, width, rng)
    tables = int(np.ceil(np.log(1 - FOUND) / np.log(1 - SHARED**bins)))
    tables = min(tables, TABLES)
    seeds = rng.integers(0, 2**63, tables)
    found = np.zeros(0, "int64")
    # NumPy lets others work while it sorts: two tables at a time.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        work = [
            pool.submit(table, seen, width, bins, must, int(seed))
            for seed in seeds
        ]
        try:
            for number, done in enumerate(work):
                found = np.union1d(found, done.result())
                tell(f"{number + 1} of {tables} random tables")
        finally:
            for each in work:
                each.cancel()
    pairs = np.stack(np.divmod(found, len(matrix)), 1)
    return pairs, 1 - (1 - SHARED**bins) ** tables


def project(matrix: np.ndarray, rng) -> np.ndarray:
    """Rows along random directions, shape (directions, rows)."""
    rows, columns = matrix.shape
    way = rng.standard_normal((columns, DIRECTIONS), dtype="float32")
    seen = np.empty((DIRECTIONS, rows), "float32")
    for start in range(0, rows, HEIGHT):
        seen[:, start : start + HEIGHT] = (
            matrix[start : start + HEIGHT] @ way
        ).T
    return seen


def bins_needed(seen: np.ndarray, width, rng) -> int:
    """How many directions a table must bin to tell rows apart.

    So many that, of rows drawn at random, no more than a half each share
    all bins with another one.
    """
    rows = seen.shape[1]
    one, two = rng.integers(0, rows, (2, 2000))
    apart = np.abs(seen[:, one] - seen[:, two]) / width
    shared = float(np.maximum(0, 1 - apart).mean())
    shared = min(max(shared, 1e-6), 0.9)
    return int(np.clip(np.ceil(np.log(rows) / -np.log(shared)), 1, 24))


def table(seen, width, bins: int, must, seed: int) -> np.ndarray:
    """Pairs of one table, as one number each: first * rows + second."""
    rng = np.random.default_rng(seed)
    rows = seen.shape[1]
    chosen = rng.permutation(DIRECTIONS)[: bins + 1]
    key = np.zeros(rows, "uint64") if must is None else must.copy()
    for way in chosen[1:]:
        offset = np.float32(rng.random())
        cell = np.floor(seen[way] / width + offset).astype("int64")
        odd = np.uint64(2 * rng.integers(0, 2**62) + 1)
        key += cell.view("uint64") * odd
    key *= np.uint64(2 * rng.integers(0, 2**62) + 1)
    key = (key >> LOW << LOW) + placed(seen[chosen[0]])
    order = np.argsort(key)
    key = key[order] >> LOW
    found = [np.zeros(0, "int64")]
    for ahead in range(1, AHEAD + 1):
        same = np.flatnonzero(key[ahead:] == key[:-ahead])
        if not len(same):
            break
        found.append(close(seen, order[same], order[same + ahead], width))
    return np.concatenate(found)


def placed(values: np.ndarray) -> np.ndarray:
    """Where each value stands between the least and the largest, in bits."""
    low, high = values.min(), values.max()
    scale = (2 ** int(LOW) - 1) / max(float(high - low), 1e-30)
    return ((values - low) * np.float32(scale)).astype("uint64") & np.uint64(
        2 ** int(LOW) - 1
    )


def close(seen, first, second, width) -> np.ndarray:
    """Those of some pairs that are near along all directions together."""
    most = LOOSE * DIRECTIONS * (width / WIDTH) ** 2
    # A few directions settle most of the pairs.
    for ways in (slice(0, 6), slice(6, DIRECTIONS)):
        apart = np.zeros(len(first), "float32")
        for along in seen[ways]:
            apart += (along[first] - along[second]) ** 2
        kept = apart <= most
        first, second = first[kept], second[kept]
    low, high = np.minimum(first, second), np.maximum(first, second)
    return low * seen.shape[1] + high
