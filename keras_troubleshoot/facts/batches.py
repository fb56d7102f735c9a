"""A sample of a stream: batches gathered up to a limit."""

import dataclasses
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import rows
from keras_troubleshoot.facts import sample


@dataclasses.dataclass(frozen=True)
class Limits:
    """How much is read, at most; whichever comes first ends the reading.

    Attributes:
        rows: of the sample.
        batches: of a stream.
        seconds: spent on a stream; the first batch is always waited for.
        size: bytes of the sample; heuristic, a fraction of what training
            itself needs.
    """

    rows: int = 4000
    batches: int = 64
    seconds: float = 2.0
    size: int = 2**28


class Gathering:
    """Collects batches until a limit is reached.

    Args:
        limits: how much to collect; the time counts from now.
        whole_tuple: whether a batch must be a tuple, as `fit` demands of a
            generator.
    """

    def __init__(self, limits: Limits, whole_tuple: bool = False):
        self.limits = limits
        self.whole_tuple = whole_tuple
        self.parts: list[tuple] = []
        self.sizes: list[int] = []
        self.full_size = 0
        self.bytes = 0
        self.began = time.monotonic()
        self.came: list[float] = []

    @property
    def elapsed(self) -> float:
        """Seconds since the reading began."""
        return time.monotonic() - self.began

    @property
    def rows(self) -> int:
        """Rows gathered so far."""
        return sum(self.sizes)

    def is_full(self, share: float = 1.0) -> bool:
        """Whether a limit is reached, or this share of it."""
        return (
            self.rows >= share * self.limits.rows
            or len(self.sizes) >= self.limits.batches
            or self.elapsed >= share * self.limits.seconds
            or self.bytes >= share * self.limits.size
        )

    def add(self, batch: Any) -> None:
        """Adds one batch as the stream gave it.

        Args:
            batch: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`.

        Raises:
            sample.UnreadableData: it is none of these, or has no rows.
        """
        parts = self.unpack(batch)
        lengths = [
            batch_length(leaf, name)
            for part, key in zip(
                parts, ("x", "y", "sample_weight"), strict=True
            )
            for name, leaf in nests.leaves(part, key)
        ]
        if not lengths:
            raise rows.refuse(None, "x")
        # One batch may hold all the data: then its first rows stand for it.
        size = min(lengths[0], max(1, self.limits.rows - self.rows))
        self.full_size = self.full_size or lengths[0]
        kept = tuple(nests.transform(lambda a: head(a, size), p) for p in parts)
        self.parts.append(kept)
        self.sizes.append(size)
        self.came.append(time.monotonic())
        self.bytes += sum(a.nbytes for _, a in nests.leaves(list(kept), ""))

    def unpack(self, batch: Any) -> tuple:
        """`(x, y, sample_weight)` of a batch, as Keras unpacks it."""
        if self.whole_tuple and not isinstance(batch, tuple):
            raise sample.unreadable(
                "`x` must be a generator of tuples `(x,)`, `(x, y)` or "
                "`(x, y, sample_weight)`, received: a generator of "
                f"{type(batch).__name__}.",
                "yield a tuple",
            )
        if not isinstance(batch, (tuple, list)):
            return batch, None, None
        if not 1 <= len(batch) <= 3:
            raise sample.unreadable(
                "A batch of `x` must be `(x,)`, `(x, y)` or `(x, y, "
                f"sample_weight)`, received: {len(batch)} elements.",
                "give several inputs as one dictionary or inner tuple: "
                "`((x1, x2), y)`",
            )
        return (*batch, *[None] * (3 - len(batch)))

    def sample(self, described: str, **known: Any) -> sample.Sample:
        """What was gathered.

        Args:
            described: what kind of data it is.
            **known: other attributes of the sample.

        Returns:
            The batches one after the other.

        Raises:
            sample.UnreadableData: there are none, or they differ in
                structure.
        """
        if not self.parts:
            raise sample.unreadable(
                f"`x` is a {described} without a single batch.",
                "check how the data were loaded or filtered",
            )
        try:
            x, y, weight = (
                nests.transform(lambda *a: join(a), *same)
                for same in zip(*self.parts, strict=True)
            )
        except (ValueError, KeyError, TypeError) as error:
            raise sample.unreadable(
                "The batches of `x` must have one structure and rank, but "
                f"differ: {private.first_line(error)}.",
                "yield the same keys and axes each time",
            ) from error
        known.setdefault("batch_indices", tuple(range(len(self.sizes))))
        return sample.Sample(
            *(x, y, weight),
            batch_sizes=tuple(self.sizes),
            full_batch=self.full_size,
            streamed=True,
            seconds=self.came[-1] - self.came[0],
            described=described,
            **known,
        )


def batch_length(leaf: Any, name: str) -> int:
    """Rows of one array of a batch."""
    if rows.is_array(leaf) and len(rows.shape_of(leaf)) == 0:
        raise sample.unreadable(
            f"`{name}` must come in batches, received: single values of "
            "shape ().",
            "batch the data, such as with `dataset.batch(32)`",
            where=name,
        )
    if not rows.is_array(leaf):
        raise rows.refuse(leaf, name)
    return int(rows.shape_of(leaf)[0])


def head(array: Any, size: int) -> np.ndarray:
    """The first rows of an array as a copy: batches may be used again."""
    whole = rows.shape_of(array)[0] <= size
    return np.array(rows.take(array, None if whole else np.arange(size)))


def join(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """Puts batches together; shorter ones are filled up with zeros.

    Args:
        arrays: of one rank; axes but the first may differ in length.

    Returns:
        One array.

    Raises:
        ValueError: the ranks differ.
    """
    shapes = [a.shape[1:] for a in arrays]
    if len(set(map(len, shapes))) > 1:
        raise ValueError(f"shapes {sorted(set(shapes), key=len)}")
    largest = [max(axis) for axis in zip(*shapes, strict=True)]
    return np.concatenate([fill(a, largest) for a in arrays])


def fill(array: np.ndarray, lengths: list[int]) -> np.ndarray:
    """An array with its axes but the first filled up to these lengths."""
    if list(array.shape[1:]) == lengths:
        return array
    filled = np.zeros((len(array), *lengths), array.dtype)
    filled[tuple(map(slice, array.shape))] = array
    return filled
