"""What is known of one array of the data."""

import dataclasses
import functools

import numpy as np

# Elements of an array in memory that are looked at in full; beyond that a
# sample stands for it, so that the cost stays bounded (about 20 ms).
FULL_SCAN = 2**24


@dataclasses.dataclass(frozen=True, eq=False)
class Array:
    """One array of the inputs, targets or weights.

    Attributes:
        name: as the user would write it: `x`, `x['image']`, `y[1]`.
        values: the sampled rows, in the order in which they come.
        rows: how many rows the whole has; None where nobody can know.
        whole: the user's own array where it is in memory; not copied.
        indices: which rows of the whole were sampled; None for all of them
            and for streams.
    """

    name: str
    values: np.ndarray
    rows: int | None = None
    whole: object = None
    indices: np.ndarray | None = None

    @property
    def shape(self) -> tuple:
        """Shape of the whole, with None for an unknown number of rows."""
        return (self.rows, *self.values.shape[1:])

    @property
    def dtype(self) -> np.dtype:
        """Its type, as NumPy has it."""
        return self.values.dtype

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers or booleans."""
        return self.dtype.kind in "biufV" and self.dtype.names is None

    @property
    def features(self) -> int:
        """Numbers in a row."""
        return int(np.prod(self.values.shape[1:], dtype=int))

    @functools.cached_property
    def flat(self) -> np.ndarray:
        """The sample as float64 of shape (rows, features)."""
        flat = np.asarray(self.values).astype("float64")
        return flat.reshape(len(flat), -1)

    @functools.cached_property
    def finite(self) -> np.ndarray:
        """Whether each number of `flat` is finite."""
        return np.isfinite(self.flat)

    @functools.cached_property
    def clean(self) -> np.ndarray:
        """The rows of `flat` in which every number is finite."""
        return self.flat[self.finite.all(axis=1)]

    @functools.cached_property
    def constant(self) -> np.ndarray:
        """Places of the features that hold one value in all clean rows.

        Of a matrix in memory, in all of its rows up to `FULL_SCAN` numbers: a
        rare value may be missing in the sample.
        """
        if not len(self.clean):
            return np.zeros(0, int)
        found = np.flatnonzero(np.ptp(self.clean, axis=0) == 0)
        whole = self.whole
        if not isinstance(whole, np.ndarray) or whole.ndim != 2:
            return found
        if whole.size > FULL_SCAN or self.indices is None:
            return found
        columns = np.asarray(whole[:, found], "float64")
        columns = columns[np.isfinite(columns).all(axis=1)]
        return found[np.ptp(columns, axis=0) == 0]

    @functools.cached_property
    def non_finite(self) -> dict:
        """How many rows hold NaN or inf, which ones, and in which features.

        Counted in the whole array up to `FULL_SCAN` numbers, in the sample
        beyond that.
        """
        values, indices = self.values, self.indices
        if isinstance(self.whole, np.ndarray):
            if self.whole.size <= FULL_SCAN and self.whole.dtype.kind == "f":
                values, indices = self.whole, None
        if values.dtype.kind != "f" and values.dtype.kind != "V":
            return {"rows": 0, "of": len(values), "first": [], "features": []}
        bad = ~np.isfinite(values.astype("float32", copy=False))
        bad = bad.reshape(len(values), -1)
        rows = np.flatnonzero(bad.any(axis=1))
        first = rows if indices is None else np.asarray(indices)[rows]
        return {
            "rows": len(rows),
            "of": len(values),
            "first": first[:5].tolist(),
            "features": np.flatnonzero(bad.any(axis=0))[:10].tolist(),
        }

    @functools.cached_property
    def integral(self) -> bool:
        """Whether all finite numbers are whole."""
        if self.dtype.kind in "biu":
            return True
        clean = self.flat[self.finite]
        return bool(len(clean)) and bool(np.all(clean == np.floor(clean)))

    @functools.cached_property
    def distinct(self) -> np.ndarray:
        """The different finite numbers, sorted."""
        return np.unique(self.flat[self.finite])

    @property
    def spatial(self) -> bool:
        """Whether rows are pictures or volumes: two axes of at least 8."""
        return sum(size >= 8 for size in self.values.shape[1:]) >= 2

    def labels(self) -> np.ndarray:
        """Targets as one number a row: class ids as they are, one-hot as id.

        Only sensible where a row holds one label.
        """
        if self.features == 1:
            return self.flat[:, 0]
        return self.flat.argmax(axis=1)
