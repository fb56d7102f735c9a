"""Texts and tokens that are nearly alike: MinHash over short pieces.

A. Broder, "On the resemblance and containment of documents" (SEQUENCES 1997):
two texts are as alike as the share of their pieces that both have (Jaccard),
and that is how often the least hashes of the pieces agree.
"""

from typing import Any

import numpy as np

from keras_troubleshoot.improvement.rows import hashing
from keras_troubleshoot.improvement.rows import pairs as pairs_lib

# Characters of a piece of text, and tokens of a piece of a sequence.
CHARACTERS = 5
TOKENS = 3
# Pieces are told apart by as many numbers.
PIECES = 2**22
# Hashes in a band, and bands: two texts that share 80% are found with
# probability 1 - (1 - 0.8 ** 4) ** 16 = 0.9998, such as share 30% with 0.12.
HASHES = 4
BANDS = 16
# Rows after a row of the same band that it is compared with.
AHEAD = 8


def of_text(rows: np.ndarray) -> Any:
    """The pieces of texts: five characters each, words filled up by spaces.

    Capital letters and the width of spaces make no difference.

    Args:
        rows: shape (rows,) or (rows, 1), of text.

    Returns:
        A sparse matrix of zeros and ones, shape (rows, pieces).
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    maker = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(CHARACTERS, CHARACTERS),
        n_features=PIECES,
        binary=True,
        norm=None,
        alternate_sign=False,
        dtype=np.float32,
    )
    return maker.transform([hashing.text(value) for value in rows.ravel()])


def of_tokens(rows: np.ndarray) -> Any:
    """The pieces of rows of ids: three in a row, the padding left out.

    Args:
        rows: shape (rows, steps), whole numbers; 0 is padding.
    """
    from scipy import sparse

    ids = rows.astype("int64").view("uint64")
    steps = min(TOKENS, ids.shape[1])
    width = ids.shape[1] - steps + 1
    piece = np.zeros((len(ids), width), "uint64")
    for step in range(steps):
        piece = hashing.mixed(piece + ids[:, step : step + width])
    there = (rows[:, :width] != 0) & (rows[:, steps - 1 :] != 0)
    row, _ = np.nonzero(there)
    column = (piece[there] % np.uint64(PIECES)).astype("int64")
    ones = np.ones(len(row), "float32")
    made = sparse.csr_matrix((ones, (row, column)), (len(rows), PIECES))
    made.data[:] = 1
    return made


def joined(parts: tuple) -> Any:
    """The parts of a sparse matrix together; None where there are none."""
    from scipy import sparse

    return None if parts[0] is None else sparse.vstack(parts, format="csr")


def near(words: Any, apart: float, seed: int, tell) -> tuple:
    """Pairs of texts that share most of their pieces.

    Args:
        words: sparse matrix of zeros and ones, shape (rows, pieces).
        apart: the largest share of pieces that only one of them has.
        seed: of the hashes.
        tell: is told how far it has come.

    Returns:
        The pairs, shape (pairs, 2); and the share that is not shared.
    """
    # Of a text without pieces nothing is known.
    rows = np.flatnonzero(np.diff(words.indptr) > 0)
    words = words[rows]
    found = np.zeros(0, "int64")
    rng = np.random.default_rng(seed)
    for band in range(BANDS if len(rows) > 1 else 0):
        key = np.zeros(len(rows), "uint64")
        for salt in rng.integers(1, 2**63, HASHES, dtype="uint64"):
            hashes = hashing.mixed(words.indices.astype("uint64") + salt)
            key = hashing.mixed(
                key + np.minimum.reduceat(hashes, words.indptr[:-1])
            )
        found = np.union1d(found, alike(key))
        pairs_lib.require_few(len(found))
        tell(f"{band + 1} of {BANDS} bands of hashes")
    pairs = np.stack(np.divmod(found, max(1, len(rows))), 1)
    distances = unshared(words, pairs)
    kept = distances <= apart
    return rows[pairs[kept]], distances[kept]


def alike(key: np.ndarray) -> np.ndarray:
    """Pairs of rows with the same key, as first * rows + second."""
    order = np.argsort(key, kind="stable")
    key = key[order]
    found = [np.zeros(0, "int64")]
    for ahead in range(1, AHEAD + 1):
        same = np.flatnonzero(key[ahead:] == key[:-ahead])
        found.append(order[same] * len(key) + order[same + ahead])
    return np.concatenate(found)


def unshared(words: Any, pairs: np.ndarray) -> np.ndarray:
    """One minus the Jaccard similarity of pairs of rows."""
    size = np.diff(words.indptr)
    both = np.zeros(len(pairs))
    for start in range(0, len(pairs), 2**16):
        one, two = pairs[start : start + 2**16].T
        shared = words[one].multiply(words[two]).sum(axis=1)
        both[start : start + 2**16] = np.asarray(shared).ravel()
    either = size[pairs[:, 0]] + size[pairs[:, 1]] - both
    return 1 - both / np.maximum(either, 1)
