"""All of the data, part by part, without changing anything."""

import itertools
import types
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.facts import batches
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import streams
from keras_troubleshoot.facts import twins
from keras_troubleshoot.report import progress

# Numbers of a part: enough for several threads, and 64 MB in float64.
PART = 2**23
# Rows that small batches of a pipeline are put together to.
TOGETHER = 4096
# Batches of a stream that never ends, or may not (heuristic).
ENDLESS = 1000


def parts(
    x: Any, y: Any = None, *, limit: int | None = None, verbose: bool = True
) -> Iterator[tuple[Any, Any]]:
    """All rows of inputs and targets, in order, as NumPy arrays.

    A `fit` on the same data afterwards sees what it would have seen, in the
    same order. Of arrays, views are given; read them only.

    Args:
        x: what `fit` takes: arrays or nested structures of them, a
            `tf.data.Dataset`, a `keras.utils.PyDataset`, or a generator that
            was not started.
        y: targets; None where `x` brings them, or there are none.
        limit: of a stream, batches after which to end; by default a stream
            that never ends, and each generator, ends after 1000.
        verbose: whether to say how far the reading has come, on standard
            error, where it takes longer than some seconds.

    Yields:
        `(x, y)` of some rows, in the structure of the data; how many is up
        to the reader.

    Raises:
        UnreadableData: the data are not what `fit` takes.

    Example:
        >>> [x.shape for x, _ in parts(np.zeros((5, 2)))]
        [(5, 2)]
    """
    for inputs, targets, _ in triples(x, y, limit=limit, verbose=verbose):
        yield inputs, targets


def triples(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    limit: int | None = None,
    verbose: bool = True,
) -> Iterator[tuple[Any, Any, Any]]:
    """As `parts`, with the weights of the rows as a third; None for none."""
    stream = reading.stream_reader(x)
    if stream is None:
        yield from of_arrays(x, y, sample_weight)
        return
    kinds = {"PyDataset": of_py_dataset, "generator": of_generator}
    of_stream = kinds.get(stream[0], of_dataset)
    tell = progress.Progress("Reading the data", verbose)
    rows = 0
    for batch in of_stream(x, limit):
        inputs, targets, weight = unpack(batch)
        rows += len(nests.arrays(inputs)[0])
        tell(f"{rows} rows")
        yield inputs, targets, weight


def unpack(batch: Any) -> tuple:
    """Inputs, targets and weights of a batch, as NumPy arrays."""
    gathering = batches.Gathering(batches.Limits())
    return tuple(
        nests.transform(lambda leaf: rows_lib.take(leaf, None), part)
        for part in gathering.unpack(batch)
    )


def of_arrays(x: Any, y: Any, weight: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Slices of arrays in memory or on disk."""
    arrays = reading.named_arrays((x, y, weight))
    rows = min(rows_lib.count(a, name) for name, a in arrays.items())
    size = max(rows_lib.row_bytes(array) // 8 for array in arrays.values())
    height = max(1, PART // max(1, size))
    for first in range(0, rows, height):
        last = min(rows, first + height)

        def cut(array, first=first, last=last):
            if isinstance(array, np.ndarray):
                return rows_lib.read_only(array[first:last])
            return rows_lib.take(array, np.arange(first, last))

        yield tuple(nests.transform(cut, part) for part in (x, y, weight))


def of_dataset(dataset: Any, limit: int | None) -> Iterator[Any]:
    """Batches of a copy of a pipeline; small ones are put together."""
    import tensorflow as tf

    from keras_troubleshoot.facts import tensorflow_data

    if limit is None and dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        limit = ENDLESS
    with tensorflow_data.copied(dataset) as copy:
        if limit is not None:
            copy = copy.take(limit)
        if can_be_joined(tf, dataset.element_spec):
            with warnings.catch_warnings():
                # The pipeline's own functions stay traced, as it says.
                warnings.simplefilter("ignore")
                copy = copy.rebatch(TOGETHER)
        try:
            yield from copy.as_numpy_iterator()
        except tf.errors.OpError as error:
            raise streams.failed(error, "a batch") from error


def can_be_joined(tf: Any, spec: Any) -> bool:
    """Whether all batches differ in their number of rows only."""
    return all(
        isinstance(leaf, tf.TensorSpec)
        and leaf.shape.rank
        and leaf.shape[1:].is_fully_defined()
        and leaf.shape[1:].num_elements() <= PART // TOGETHER
        for leaf in tf.nest.flatten(spec)
    )


def of_py_dataset(dataset: Any, limit: int | None) -> Iterator[Any]:
    """Batches of a PyDataset by index; no epoch begins or ends."""
    with randomness.preserved(dataset), private.untraced():
        number = streams.count_batches(dataset)
        number = ENDLESS if number is None else number
        for index in range(number if limit is None else min(number, limit)):
            try:
                yield dataset[index]
            except Exception as error:
                raise streams.failed(error, f"batch {index}") from error


def of_generator(
    generator: types.GeneratorType, limit: int | None
) -> Iterator[Any]:
    """Batches of a twin of a generator that was not started."""
    with randomness.preserved(generator), private.untraced():
        copy = twins.twin_generator(generator)
        try:
            yield from itertools.islice(
                copy, ENDLESS if limit is None else limit
            )
        except Exception as error:
            raise streams.failed(error, "a batch") from error
        finally:
            copy.close()
