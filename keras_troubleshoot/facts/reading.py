"""Reads a sample of any data that `fit` takes, and changes nothing."""

import types
from typing import Any

import numpy as np

from keras_troubleshoot.facts import batches as batches_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import sample

# More arrays in one structure than any model has inputs: a list of examples
# was meant (heuristic).
MOST_ARRAYS = 1000


def read(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    limit: int = 4000,
    batches: int = 64,
    seconds: float = 2.0,
) -> sample.Sample:
    """Reads a sample of training data without changing anything.

    A `fit` on the same data afterwards sees what it would have seen without
    the look, in the same order, bit for bit. What it costs does not grow
    with the number of rows.

    Args:
        x: what `fit` takes: arrays, tensors, tables or nested structures of
            them; a `tf.data.Dataset`, a `keras.utils.PyDataset`, or a
            generator that was not started.
        y: targets; None where `x` brings them.
        sample_weight: weights; None where `x` brings them.
        limit: rows to read at most. Of arrays they are chosen at random,
            always the same; of streams they are the first ones.
        batches: of a stream, how many batches to read at most.
        seconds: of a stream, after which to stop reading.

    Returns:
        The sample.

    Raises:
        sample.UnreadableData: the data are not what `fit` takes, or cannot
            be looked at without changing them.

    Example:
        >>> read(np.zeros((5, 2)), np.ones(5)).x.shape
        (5, 2)
    """
    limits = batches_lib.Limits(limit, batches, seconds)
    stream = stream_reader(x)
    if stream is None:
        return read_arrays(x, y, sample_weight, limits)
    kind, reader = stream
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise sample.unreadable(
                f"`{name}` must not be given where `x` is a {kind}, which "
                "brings it along.",
                "let it yield `(x, y)` or `(x, y, sample_weight)`",
                where=name,
            )
    return reader(x, limits)


def stream_reader(x: Any) -> tuple | None:
    """What kind of stream `x` is and the function that reads it.

    Args:
        x: as given to `fit`.

    Returns:
        The kind in words and the function; None for arrays.

    Raises:
        sample.UnreadableData: it is an iterator that reading would use up,
            or data spread over several machines.
    """
    from keras_troubleshoot.facts import streams
    from keras_troubleshoot.facts import tensorflow_data

    tf, keras = private.tensorflow(), private.keras()
    if tf is not None and isinstance(x, tf.data.Dataset):
        return "tf.data.Dataset", tensorflow_data.read_dataset
    if keras is not None and isinstance(x, keras.utils.PyDataset):
        return "PyDataset", streams.read_py_dataset
    if isinstance(x, types.GeneratorType):
        return "generator", streams.read_generator
    # None of the distributed kinds has a public class.
    kind = type(x)
    if kind.__module__.startswith("tensorflow.python.distribute"):
        raise sample.unreadable(
            f"`x` is a {kind.__name__}, which is spread over devices and "
            "cannot be looked at without advancing it.",
            "pass the dataset from which it was made",
        )
    if hasattr(kind, "__next__"):
        raise sample.unreadable(
            f"`x` is a {kind.__name__}: `fit` takes no iterators but "
            "generators, and looking would use it up.",
            "pass what it iterates over",
        )
    return None


def read_arrays(
    x: Any, y: Any, sample_weight: Any, limits: batches_lib.Limits
) -> sample.Sample:
    """Reads rows of arrays, chosen at random.

    Args:
        x: array or nested structure of arrays.
        y: the same, or None.
        sample_weight: the same, or None.
        limits: how many rows and bytes to read.

    Returns:
        The sample; of arrays of different lengths, the first rows that all
        have.

    Raises:
        sample.UnreadableData: something in them is no array, or is empty.
    """
    whole = x, y, sample_weight
    arrays = named_arrays(whole)
    lengths = {name: rows_lib.count(a, name) for name, a in arrays.items()}
    rows = next(iter(lengths.values()))
    common = min(lengths.values())
    row_bytes = sum(map(rows_lib.row_bytes, arrays.values()))
    indices = choose(common, min(limits.rows, limits.size // row_bytes))
    if indices is None and max(lengths.values()) > common:
        indices = np.arange(common)
    part_x, part_y, part_weight = (
        nests.transform(lambda a: rows_lib.take(a, indices), part)
        for part in whole
    )
    return sample.Sample(
        x=part_x,
        y=part_y,
        sample_weight=part_weight,
        rows=rows,
        indices=indices,
        lengths=lengths,
        whole=whole,
        described=describe(next(iter(arrays.values()))),
    )


def named_arrays(whole: tuple) -> dict[str, Any]:
    """All arrays by name.

    Args:
        whole: `x`, `y` and `sample_weight`.

    Returns:
        Those of `x` first; never empty.

    Raises:
        sample.UnreadableData: `x` has none, or far too many.
    """
    arrays: dict[str, Any] = {}
    for name, part in zip(("x", "y", "sample_weight"), whole, strict=True):
        for leaf, array in nests.leaves(part, name):
            if not rows_lib.is_array(array):
                raise rows_lib.refuse(array, leaf)
            arrays[leaf] = array
            if len(arrays) > MOST_ARRAYS:
                raise sample.unreadable(
                    f"`{name}` is a list of more than {MOST_ARRAYS} arrays, "
                    "which `fit` takes for as many inputs.",
                    f"pass `np.stack({name})`, one array of all examples",
                    where=name,
                )
        if name == "x" and not arrays:
            raise rows_lib.refuse(None if whole[0] is None else whole[0], "x")
    return arrays


def choose(rows: int, limit: int) -> np.ndarray | None:
    """Which rows to read: always the same of one length.

    Args:
        rows: how many there are.
        limit: how many to read at most.

    Returns:
        Sorted row numbers; None for all.
    """
    if rows <= limit:
        return None
    generator = np.random.default_rng(0)
    chosen = generator.choice(rows, max(1, limit), replace=False)
    return np.sort(chosen)


def describe(array: Any) -> str:
    """The kind of an array in words."""
    if isinstance(array, np.ndarray):
        return "NumPy arrays"
    if rows_lib.is_tensorflow(array):
        return "TensorFlow tensors"
    if rows_lib.is_scipy_sparse(array):
        return "SciPy sparse matrices"
    if hasattr(array, "iloc"):
        return "pandas tables"
    return f"arrays of type {type(array).__name__}"
