"""Reads rows of any data once: their hashes, and numbers to compare."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as data_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import whole
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.improvement.rows import encoding
from keras_troubleshoot.improvement.rows import hashing
from keras_troubleshoot.improvement.rows import shingles
from keras_troubleshoot.improvement.rows.surprise import Surprise

# Rows of which it is learned what the inputs are, and what is rare in them.
SAMPLE = 10_000


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Rows in their order.

    Attributes:
        keys: shape (rows,): a hash of the inputs.
        labels: the same of the targets; None without.
        matrix: shape (rows, columns), float32; None where nothing can be
            compared but for being equal, or words are compared.
        words: a sparse matrix of the pieces of each text; None without.
        must: shape (rows,): what must be equal in near rows; or None.
        bits: shape (rows,): how much surprise a row holds.
    """

    keys: np.ndarray
    labels: np.ndarray | None
    matrix: np.ndarray | None
    words: Any
    must: np.ndarray | None
    bits: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)


class Reader:
    """Reads data that are to be compared, all in the same way.

    Args:
        sample: of the data that the encoding is learned from.
        near: whether near rows are looked for, not equal ones alone.
        seed: of random projections.
    """

    def __init__(self, sample: Any, near: bool, seed: int):
        inputs = data_lib.profile(sample).inputs
        self.types = [array.values.dtype for array in inputs]
        self.shapes = [array.values.shape[1:] for array in inputs]
        self.near = near
        self.surprise = Surprise([array.values for array in inputs])
        self.encoders = [encoding.fit(a, seed) for a in inputs] if near else []
        kinds = [encoder.kind for encoder in self.encoders]
        alone = len(kinds) == 1
        self.tokens = alone and kinds[0] is Input.TOKENS
        self.text = alone and kinds[0] is None and is_text(inputs[0].values)

    def read(self, x: Any, y: Any, verbose: bool, name: str = "x") -> Rows:
        """All rows.

        Args:
            x: what `fit` takes.
            y: targets, where `x` does not bring them.
            verbose: whether to say how far the reading has come.
            name: of `x`, for messages.

        Raises:
            ValueError: if they have another shape than the sample.
        """
        parts, labels = [], []
        for inputs, targets in whole.parts(x, y, verbose=verbose):
            # In the order of the profile.
            leaves = nests.leaves(inputs, name, by_key=True)
            arrays = self.checked([leaf for _, leaf in leaves], name)
            parts.append(self.encoded(arrays))
            targets = nests.arrays(targets)
            if targets:
                labels.append(hashing.keys(targets))
        keys, matrices, words, musts, bits = zip(*parts, strict=True)
        return Rows(
            np.concatenate(keys),
            np.concatenate(labels) if labels else None,
            joined(matrices),
            shingles.joined(words),
            joined_must(keys, musts),
            np.concatenate(bits),
        )

    def checked(self, arrays: list[np.ndarray], name: str) -> list[np.ndarray]:
        """The arrays of a part, in the types of the sample.

        Raises:
            ValueError: if their number or shape is another.
        """
        shapes = [array.shape[1:] for array in arrays]
        if shapes != self.shapes:
            raise ValueError(
                f"`{name}` must have rows of one shape, received: "
                f"{shapes} beside {self.shapes}. To mend it, fill sequences up "
                "to one length, and pass the same inputs in each set."
            )
        same = zip(arrays, self.types, strict=True)
        return [a if a.dtype == t else retyped(a, t, name) for a, t in same]

    def encoded(self, arrays: list[np.ndarray]) -> tuple:
        """Hashes, matrix, words, what must be equal, and bits."""
        keys, bits = hashing.keys(arrays), self.surprise.bits(arrays)
        if not self.near:
            return keys, None, None, None, bits
        if self.tokens or self.text:
            of = shingles.of_tokens if self.tokens else shingles.of_text
            return keys, None, of(arrays[0]), None, bits
        columns, must = [], None
        for encoder, array in zip(self.encoders, arrays, strict=True):
            if encoder.kind in (None, Input.TOKENS):
                found = hashing.keys([array])
            else:
                columns.append(encoder.matrix(array))
                found = encoder.must(array)
            if found is not None:
                must = found if must is None else hashing.mixed(must) + found
        matrix = np.hstack(columns) if columns else None
        return keys, matrix, None, must, bits


def sampled(x: Any, y: Any = None) -> Any:
    """A sample of the rows, and what is wrong with the data, if anything.

    Raises:
        ValueError: if they cannot be read, or arrays differ in length.
    """
    read = reading.read(x, y, limit=SAMPLE)
    if len(set(read.lengths.values())) > 1:
        told = ", ".join(f"{n} has {rows}" for n, rows in read.lengths.items())
        raise ValueError(
            "All arrays must have the same number of rows, received: "
            f"{told}. To mend it, pass one row per example in each."
        )
    return read


def as_data(x: Any) -> Any:
    """A list of numbers or texts as an array; all else as it is."""
    plain = isinstance(x, list) and x
    if plain and isinstance(x[0], str | bytes | int | float):
        return np.asarray(x, object if isinstance(x[0], str) else None)
    return x


def is_text(values: np.ndarray) -> bool:
    """Whether each row is one text."""
    one = values.ndim == 1 or values.shape[1:] == (1,)
    return one and values.dtype.kind in "OUS" and values.dtype.names is None


def retyped(array: np.ndarray, to: np.dtype, name: str) -> np.ndarray:
    """An array in the type of the sample.

    Raises:
        ValueError: if that cannot be.
    """
    try:
        return array.astype(to)
    except (TypeError, ValueError):
        raise ValueError(
            f"`{name}` must hold {to} as in the other rows, received: "
            f"{array.dtype}. To mend it, convert them to one type."
        ) from None


def joined(matrices: tuple) -> np.ndarray | None:
    """The parts of a matrix together."""
    if matrices[0] is None:
        return None
    return matrices[0] if len(matrices) == 1 else np.concatenate(matrices)


def joined_must(keys: tuple, musts: tuple) -> np.ndarray | None:
    """The parts of what must be equal; 0 where there is nothing."""
    if all(must is None for must in musts):
        return None
    return np.concatenate(
        [
            np.zeros(len(key), "uint64") if must is None else must
            for key, must in zip(keys, musts, strict=True)
        ]
    )
