"""The rows to choose from: arrays where they are, streams gathered."""

import contextlib
import dataclasses
import sys
from typing import Any

import numpy as np

from keras_troubleshoot.facts import batches
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import whole
from keras_troubleshoot.facts.sample import Sample
from keras_troubleshoot.start_simple.data.simplifying.shaping import Shaping

# Of a stream that may never end, so many times the rows asked for are read:
# enough to find the classes, and to draw from (heuristic).
LOOKAHEAD = 10

# Bytes of a stream, its inputs made smaller, that are gathered at most
# (heuristic: a machine with 16 GB holds them twice, as joining them needs).
LARGEST = 2**32


@dataclasses.dataclass(frozen=True, eq=False)
class Source:
    """Rows to choose from.

    Attributes:
        x: arrays in their structure.
        y: the same; None where there are none.
        rows: how many there are.
        shaping: what is to be done to the inputs.
        cut_off: the kind of a stream of which these are the first rows
            only; empty where they are all that there is.
    """

    x: Any
    y: Any
    rows: int
    shaping: Shaping
    cut_off: str = ""

    @property
    def targets(self) -> Any:
        """All targets as NumPy arrays."""
        return nests.transform(lambda a: rows_lib.take(a, None), self.y)

    def take(self, indices: np.ndarray) -> tuple[Any, Any]:
        """Copies of some rows of inputs and targets, the inputs changed."""
        x, y = (
            nests.transform(lambda array: rows_lib.take(array, indices), part)
            for part in (self.x, self.y)
        )
        x = self.shaping.apply(x)
        return nests.transform(own, x), nests.transform(own, y)


def own(array: np.ndarray) -> np.ndarray:
    """An array that may be written to and holds no larger one alive."""
    return array if array.flags.owndata else np.array(array)


def gather(x: Any, y: Any, seen: Sample, shaping: Shaping, rows: int) -> Source:
    """The rows to choose from.

    Args:
        x: what `fit` takes.
        y: targets; None where `x` brings them.
        seen: a sample of both.
        shaping: what is to be done to the inputs.
        rows: that were asked for.

    Returns:
        Arrays as they are. Of a stream all rows, with the inputs changed as
        they come, if its length is known and they fit in memory, else the
        first ones.

    Raises:
        ValueError: arrays differ in their number of rows.
        sample.UnreadableData: the stream breaks off.
    """
    if seen.streamed:
        return of_stream(x, seen, shaping, rows)
    if len(set(seen.lengths.values())) > 1:
        told = ", ".join(f"{n} has {rows}" for n, rows in seen.lengths.items())
        raise ValueError(
            "All arrays must have the same number of rows, received: "
            f"{told}. To mend it, pass one row per example in each."
        )
    return Source(x, y, seen.rows, shaping)


def of_stream(x: Any, seen: Sample, shaping: Shaping, rows: int) -> Source:
    """Gathers a stream; see `gather`."""
    sized = seen.rows is not None
    most = sys.maxsize if sized else LOOKAHEAD * rows
    limits = batches.Limits(most, sys.maxsize, float("inf"), LARGEST)
    gathering = batches.Gathering(limits)
    with contextlib.closing(whole.parts(x, limit=sys.maxsize)) as parts:
        for inputs, targets in parts:
            gathering.add((shaping.apply(inputs), targets))
            if gathering.is_full():
                break
        else:
            # A PyDataset without a length was broken off, not at its end.
            most = 0 if sized or seen.described != "PyDataset" else most
    read = gathering.sample(seen.described)
    ended = not most or (sized and gathering.rows >= seen.rows)
    return Source(
        read.x,
        read.y,
        gathering.rows,
        Shaping({}, shaping.done),
        cut_off="" if ended else seen.described,
    )
