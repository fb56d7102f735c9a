"""Mean and variance of features, of data of any size, in one pass.

Blocks that fit the cache are taken one by one. Within a block the deviations
from its own mean are squared (two passes, in the cache), and blocks are
combined by the formula of Chan, Golub & LeVeque, "Updating formulae and a
pairwise algorithm for computing sample variances" (1979), of which Welford's
is the case of one row:

    n = n_a + n_b,  d = mean_b - mean_a
    mean = mean_a + d n_b / n
    M2   = M2_a + M2_b + d^2 n_a n_b / n

All in float64 and relative to the first row of the block, so that a column of
a large mean and a small spread, in float32 even, loses nothing.
"""

import concurrent.futures
import os
from collections.abc import Iterable

import numpy as np

# Numbers of a block: 2 MB in float64, about the L2 cache of a core.
BLOCK = 2**18
# Numbers from which on a second thread pays (heuristic).
LARGE = 2**22
# Numbers that an inner loop of NumPy should run over at least: narrow tables
# are treated as wide ones, several rows side by side.
WIDE = 2**10


class Moments:
    """Streaming count, mean and variance of each feature (last axis).

    Missing values (NaN) are left out, feature by feature. What is kept does
    not grow with the data.

    Args:
        features: size of the last axis.

    Attributes:
        count: finite values seen of each feature, shape (features,).
        mean: their means, float64.
        squares: their sums of squared deviations from the mean.
        missing: NaN seen of each feature.
        infinite: infinite values seen of each feature.

    Example:
        >>> seen = Moments(2)
        >>> seen.update(np.array([[0.0, 5.0], [2.0, 5.0]]))
        >>> seen.mean.tolist(), seen.variance.tolist()
        ([1.0, 5.0], [1.0, 0.0])
    """

    def __init__(self, features: int):
        self.count = np.zeros(features, "int64")
        self.mean = np.zeros(features)
        self.squares = np.zeros(features)
        self.missing = np.zeros(features, "int64")
        self.infinite = np.zeros(features, "int64")

    @property
    def variance(self) -> np.ndarray:
        """Population variance of each feature; 0 where nothing was seen."""
        return self.squares / np.maximum(self.count, 1)

    @property
    def constant(self) -> np.ndarray:
        """Whether each feature had one value only: exact, not a threshold."""
        return self.squares == 0

    def update(self, values: np.ndarray) -> None:
        """Takes in more values.

        Args:
            values: numbers or booleans of shape (..., features).
        """
        rows = np.asarray(values).reshape(-1, len(self.mean))
        if rows.size < LARGE:
            self.take(blocks(rows))
            return
        # NumPy lets other threads run while it computes.
        workers = os.cpu_count() or 1
        shares = [Moments(len(self.mean)) for _ in range(workers)]
        parts = list(blocks(rows))
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            jobs = [
                pool.submit(share.take, parts[first::workers])
                for first, share in enumerate(shares)
            ]
        for job, share in zip(jobs, shares, strict=True):
            job.result()
            self.merge(share)

    def take(self, parts: Iterable[np.ndarray]) -> None:
        """Takes in blocks one after the other."""
        for part in parts:
            mean, squares = deviations(part)
            if np.isfinite(squares).all():
                self.combine(np.full(len(mean), len(part)), mean, squares)
            else:
                self.take_finite(part)

    def take_finite(self, part: np.ndarray) -> None:
        """Takes in the finite values of a block, feature by feature."""
        self.missing += np.isnan(part).sum(axis=0)
        self.infinite += np.isinf(part).sum(axis=0)
        columns = [column[np.isfinite(column)] for column in part.T]
        found = [deviations(c[:, None]) if len(c) else (0, 0) for c in columns]
        self.combine(
            np.array([len(column) for column in columns]),
            np.array([np.ravel(mean)[0] for mean, _ in found]),
            np.array([np.ravel(squares)[0] for _, squares in found]),
        )

    def merge(self, other: "Moments") -> None:
        """Takes in what another one has seen."""
        self.missing += other.missing
        self.infinite += other.infinite
        self.combine(other.count, other.mean, other.squares)

    def combine(self, count, mean, squares) -> None:
        """The formula above, for each feature."""
        total = self.count + count
        share = count / np.maximum(total, 1)
        apart = np.where(count > 0, mean - self.mean, 0.0)
        self.mean = self.mean + apart * share
        self.squares = self.squares + squares + apart**2 * self.count * share
        self.count = total


def blocks(rows: np.ndarray) -> Iterable[np.ndarray]:
    """Parts of a table that fit the cache, as views."""
    height = max(1, BLOCK // max(1, rows.shape[1]))
    for first in range(0, len(rows), height):
        yield rows[first : first + height]


def deviations(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means, and sums of squared deviations from them, of one block.

    Args:
        rows: at least one, of shape (rows, features).

    Returns:
        Both of shape (features,), in float64; not finite where a value is
        not.
    """
    count, features = rows.shape
    shift = rows[0].astype("float64")
    side = max(1, WIDE // features)
    even = count - count % side
    wide = rows[:even].reshape(-1, side * features)
    with np.errstate(invalid="ignore", over="ignore"):
        wide = np.subtract(wide, np.tile(shift, side), dtype="float64")
        rest = np.subtract(rows[even:], shift, dtype="float64")
        mean = (fold(np.ones(len(wide)) @ wide, features) + rest.sum(0)) / count
        wide -= np.tile(mean, side)
        rest -= mean
        squares = np.einsum("ij,ij->j", wide, wide)
        squares = fold(squares, features) + (rest**2).sum(axis=0)
        return shift + mean, squares


def fold(wide: np.ndarray, features: int) -> np.ndarray:
    """Sums up rows that lay side by side."""
    return wide.reshape(-1, features).sum(axis=0)
