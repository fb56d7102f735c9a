"""Samples of generators and PyDatasets, without using them up."""

import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.facts import batches as batches_lib
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import sample
from keras_troubleshoot.facts import twins

# Consecutive batches show whether the order of the rows is random; the rest
# are spread over the whole.
CONSECUTIVE = 8


def peek(
    iterator: Iterable[Any],
    batches: int = 64,
    limit: int = 4000,
    seconds: float = 2.0,
) -> tuple[list[Any], Iterator[Any]]:
    """Reads the first batches of an iterator, and gives them back.

    Unlike `read_generator` it works with any iterator, started or not, but
    the caller must go on with the iterator that it returns.

    Args:
        iterator: of batches.
        batches: how many to read at most.
        limit: rows to read at most; the batch that reaches it is read.
        seconds: after which to stop; the first batch is waited for.

    Returns:
        The batches read, and an iterator that yields these and the rest.

    Example:
        >>> first, rest = peek(iter([(np.zeros((2, 1)),)] * 3), batches=1)
        >>> len(first), len(list(rest))
        (1, 3)
    """
    iterator = iter(iterator)
    limits = batches_lib.Limits(limit, batches, seconds)
    gathering = batches_lib.Gathering(limits)
    read = []
    while not gathering.is_full():
        try:
            read.append(next(iterator))
        except StopIteration:
            break
        try:
            gathering.add(read[-1])
        except sample.UnreadableData:
            # It is given back all the same; `fit` says what is wrong.
            break
    return read, itertools.chain(read, iterator)


def read_generator(generator: Any, limits: batches_lib.Limits) -> sample.Sample:
    """Reads from a twin of a generator that was not started.

    Args:
        generator: of tuples, as `fit` takes it.
        limits: how much to read.

    Returns:
        Its first batches.

    Raises:
        sample.UnreadableData: it was started, or it yields no batches.
    """
    gathering = batches_lib.Gathering(limits, whole_tuple=True)
    with randomness.preserved(generator), private.untraced():
        copy = twins.twin_generator(generator)
        try:
            ended = gather(copy, gathering)
        finally:
            copy.close()
    rows = gathering.rows if ended else None
    return gathering.sample("generator", rows=rows)


def gather(stream: Iterator[Any], gathering: batches_lib.Gathering) -> bool:
    """Reads a stream until it ends or a limit is reached.

    Args:
        stream: of batches.
        gathering: takes the batches.

    Returns:
        Whether the stream came to its end, each batch read whole.

    Raises:
        sample.UnreadableData: the user's code failed.
    """
    while not gathering.is_full():
        try:
            batch = next(stream)
        except StopIteration:
            return True
        except Exception as error:
            raise failed(error, f"batch {len(gathering.sizes)}") from error
        gathering.add(batch)
    return False


def failed(error: Exception, place: str) -> sample.UnreadableData:
    """The error for data whose own code raised one."""
    if isinstance(error, sample.UnreadableData):
        return error
    if "read-only" in str(error):
        return sample.unreadable(
            "`x` writes into an array of its own that is too large to be "
            "kept as it is while looking.",
            "shuffle an array of indices instead of the data, or pass arrays",
        )
    return sample.unreadable(
        f"Reading {place} of `x` raised {type(error).__name__}: "
        f"{private.first_line(error)}.",
        "make the code that reads the data work on its own first: "
        "`next(iter(x))` or `x[0]`",
    )


def read_py_dataset(dataset: Any, limits: batches_lib.Limits) -> sample.Sample:
    """Reads some batches of a `keras.utils.PyDataset`.

    Neither `on_epoch_begin` nor `on_epoch_end` is called.

    Args:
        dataset: with random access to its batches.
        limits: how much to read.

    Returns:
        The first batches, and others spread evenly over the rest.

    Raises:
        sample.UnreadableData: it has no batches, or reading fails.
    """
    gathering = batches_lib.Gathering(limits)
    with randomness.preserved(dataset), private.untraced():
        number = count_batches(dataset)
        indices = first_batches(dataset, number, gathering)
        spread = spread_batches(number, len(indices), gathering)
        indices += read_batches(dataset, spread, gathering)
    return gathering.sample(
        described="PyDataset",
        rows=None if number is None else count_rows(number, gathering),
        batch_indices=tuple(indices),
    )


def count_batches(dataset: Any) -> int | None:
    """How many batches a PyDataset has; None if it never ends."""
    try:
        return dataset.num_batches
    except Exception as error:
        raise failed(error, "the length") from error


def first_batches(
    dataset: Any, number: int | None, gathering: batches_lib.Gathering
) -> list[int]:
    """Reads consecutive batches, of a finite dataset for half the limit."""
    if number is None:
        return read_batches(dataset, itertools.count(), gathering)
    first = range(min(number, CONSECUTIVE))
    return read_batches(dataset, first, gathering, share=0.5)


def read_batches(
    dataset: Any,
    indices: Iterable[int],
    gathering: batches_lib.Gathering,
    share: float = 1.0,
) -> list[int]:
    """Reads these batches until a share of the limits is reached.

    Returns:
        Which ones were read.
    """
    read = []
    for index in indices:
        if gathering.is_full(share):
            break
        try:
            batch = dataset[index]
        except Exception as error:
            raise failed(error, f"batch {index}") from error
        gathering.add(batch)
        read.append(index)
    return read


def spread_batches(
    number: int | None, done: int, gathering: batches_lib.Gathering
) -> list[int]:
    """Which batches after the first ones can be read within the limits."""
    limits = gathering.limits
    if number is None or number <= done or not done:
        return []
    each = max(gathering.elapsed / done, 1e-9)
    room = min(
        limits.batches - done,
        (limits.rows - gathering.rows) // max(1, gathering.full_size),
        int((limits.seconds - gathering.elapsed) / each),
        number - done,
    )
    if room <= 0:
        return []
    places = np.linspace(done, number - 1, room).round().astype(int)
    return sorted({int(place) for place in places})


def count_rows(number: int, gathering: batches_lib.Gathering) -> int:
    """Rows of the whole: exact if all was read, else all batches alike."""
    whole = len(gathering.sizes) == number
    if whole and gathering.rows < gathering.limits.rows:
        return gathering.rows
    return number * gathering.full_size
