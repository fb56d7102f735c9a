"""Turns inputs of any kind into columns that simple models take."""

import warnings
from typing import Any

import numpy as np

from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input

# Columns from which on components stand for pixels, steps or words: enough
# for neighbours and trees, and quick (heuristic).
MANY, COMPONENTS = 256, 64
# Words that are counted at most; rarer ones are left out.
WORDS = 20_000


class Columns:
    """The columns of one input, as learned from the rows of the training.

    Args:
        array: the training rows.
        kind: what they are.
        seed: of the components.
    """

    def __init__(self, array: np.ndarray, kind: Input, seed: int = 0):
        self.kind, self.seed = kind, seed
        self.words = Words(array) if kind is Input.TOKENS else None
        made = self.plain(array)
        self.many = kind is not Input.TABULAR and made.shape[1] > MANY
        self.centre, self.spread = 0.0, 1.0
        if self.words is None:
            self.centre, self.spread = moments(made, kind)
        self.reducer = None

    def plain(self, array: np.ndarray) -> Any:
        """All columns: words, values, and of sequences their summaries."""
        if self.words is not None:
            return self.words.weights(array)
        flat = np.asarray(array, "float64").reshape(len(array), -1)
        if self.kind is Input.SEQUENCE:
            flat = np.hstack([flat, summaries(array)])
        return np.where(np.isfinite(flat), flat, np.nan)

    def scaled(self, array: np.ndarray) -> Any:
        """The columns around zero; what is missing is at the mean."""
        if self.words is not None:
            return self.plain(array)
        made = (self.plain(array) - self.centre) / self.spread
        return np.nan_to_num(made)

    def few(self, array: np.ndarray) -> np.ndarray:
        """Components of the scaled columns where there are many.

        The first call learns them.
        """
        made = self.scaled(array)
        if not self.many:
            return made.toarray() if self.words is not None else made
        if self.reducer is None:
            self.reducer = reducer(made, self.seed)
        return self.reducer.transform(made)

    def shallow(self, array: np.ndarray) -> np.ndarray:
        """What trees see: components where there are many, else all.

        They take what is missing, and any scale.
        """
        if self.many or self.words is not None:
            return self.few(array)
        return self.plain(array)


def moments(made: np.ndarray, kind: Input) -> tuple[np.ndarray, Any]:
    """Mean of each column, and its spread; of pixels one for all of them."""
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # Columns of NaN.
        centre, spread = np.nanmean(made, 0), np.nanstd(made, 0)
    spread = np.nan_to_num(spread)
    if kind is Input.IMAGE:
        spread = np.full_like(spread, np.sqrt(np.mean(spread**2)))
    return np.nan_to_num(centre), np.where(spread > 0, spread, 1.0)


def reducer(made: Any, seed: int) -> Any:
    """Principal components; of sparse columns without centring them."""
    from sklearn import decomposition

    count = min(COMPONENTS, min(made.shape) - 1)
    kind = decomposition.PCA
    if hasattr(made, "toarray"):
        kind = decomposition.TruncatedSVD
    return kind(count, random_state=seed).fit(made)


def summaries(array: np.ndarray) -> np.ndarray:
    """Mean, spread, least, greatest, first and last value of each feature.

    Args:
        array: shape (rows, steps) or (rows, steps, features).
    """
    values = np.asarray(array, "float64")
    values = values.reshape(*values.shape[:2], -1)
    return np.hstack(
        [
            values.mean(1),
            values.std(1),
            values.min(1),
            values.max(1),
            values[:, 0],
            values[:, -1],
        ]
    )


class Words:
    """Counts of token ids, weighted by how rare they are (tf-idf).

    Args:
        array: ids of the training rows, shape (rows, steps); 0 is padding.
    """

    def __init__(self, array: np.ndarray):
        from sklearn.feature_extraction.text import TfidfTransformer

        ids, counts = np.unique(array[array != 0], return_counts=True)
        self.ids = np.sort(ids[np.argsort(-counts, kind="stable")[:WORDS]])
        self.weigher = TfidfTransformer(sublinear_tf=True)
        self.weigher.fit(self.counts(array))

    def counts(self, array: np.ndarray) -> Any:
        """A sparse matrix, one column for each id that is known."""
        from scipy import sparse

        ids = self.ids if len(self.ids) else np.array([0])
        places = np.clip(np.searchsorted(ids, array), 0, len(ids) - 1)
        rows, steps = np.nonzero((ids[places] == array) & (array != 0))
        cells = (rows, places[rows, steps])
        shape = (len(array), len(ids))
        return sparse.csr_matrix((np.ones(len(rows)), cells), shape)

    def weights(self, array: np.ndarray) -> Any:
        """The weighted counts, sparse."""
        return self.weigher.transform(self.counts(array))


def numeric(array: Array) -> np.ndarray:
    """The values of an input.

    Raises:
        ValueError: they are no numbers.
    """
    if not array.numeric:
        raise ValueError(
            f"`{array.name}` must hold numbers, received: {array.dtype}. To "
            "mend it, give words and categories ids, such as those of "
            "keras.layers.StringLookup."
        )
    return array.values
