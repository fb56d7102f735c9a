"""What was read of the data: a sample, and what is known of the whole."""

import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Sample:
    """A part of the data, as NumPy arrays in the structure of the whole.

    Attributes:
        x: array, or nested structure (dictionaries, lists, tuples) of
            arrays: the sampled inputs, in the order in which they come.
        y: the same for the targets; None where there are none.
        sample_weight: the same for the weights; None where there are none.
        rows: how many rows the whole has; None where nobody can know.
        batch_sizes: of a stream (tf.data, PyDataset, generator), the sizes
            of the batches that the sample consists of, one after the other
            as they were fed; empty for arrays.
        full_batch: rows of the first batch of a stream, of which the sample
            may hold a part; None for arrays.
        batch_indices: of a PyDataset, which batches were read; for other
            streams 0, 1, 2, ...; empty for arrays.
        indices: of arrays, which rows were sampled (sorted); None for
            streams, and where all rows were taken.
        streamed: whether the data came as a stream.
        lengths: rows of each array of the whole by its name (`"x"`, `"y"`,
            `"x['image']"`, `"y[1]"`, `"sample_weight"`); known rows only.
        whole: the caller's own `(x, y, sample_weight)` where they are
            arrays in memory (not copied); None for streams.
        described: what kind of data it is, in words, for the report, such
            as "tf.data.Dataset" or "NumPy arrays".
        seconds: that the batches of a stream took to come, the first one
            left out; None for arrays.
    """

    x: Any
    y: Any = None
    sample_weight: Any = None
    rows: int | None = None
    batch_sizes: tuple[int, ...] = ()
    full_batch: int | None = None
    batch_indices: tuple[int, ...] = ()
    indices: np.ndarray | None = None
    streamed: bool = False
    lengths: dict[str, int] = dataclasses.field(default_factory=dict)
    whole: tuple | None = None
    described: str = "NumPy arrays"
    seconds: float | None = None


class UnreadableData(ValueError):
    """The data are not what `fit` takes; one sentence says what they are.

    Attributes:
        rule: id of the diagnosis that it amounts to.
        where: the array that it is about.
        fix: how to mend it.
    """

    def __init__(self, message, rule="input-wrong-dtype", where="x", fix=""):
        super().__init__(message)
        self.rule = rule
        self.where = where
        self.fix = fix


def unreadable(
    what: str, mend: str, where: str = "x", rule: str = "input-wrong-dtype"
) -> UnreadableData:
    """An error that says what came, and how to mend it.

    Args:
        what: what came and what was expected: one or two sentences.
        mend: completes "To mend it, ...".
        where: the array that it is about.
        rule: id of the diagnosis that it amounts to.

    Returns:
        The error, to be raised.
    """
    return UnreadableData(f"{what} To mend it, {mend}.", rule, where, mend)


def require_equal_lengths(sample: Sample) -> None:
    """Refuses arrays of which the rows have no partner.

    Raises:
        ValueError: if they have different numbers of rows.
    """
    lengths = dict(sample.lengths or {})
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name}: {rows}" for name, rows in lengths.items())
        raise ValueError(
            "`x` and `y` must have the same number of rows, received: "
            f"{told}. To mend it, find out which rows have no partner."
        )
