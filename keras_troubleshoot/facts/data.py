"""The profile of the data: its arrays, their lengths, how they are fed."""

import dataclasses
import functools

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.sample import Sample


@dataclasses.dataclass(frozen=True, eq=False)
class Data:
    """Inputs, targets and weights, as sampled.

    Attributes:
        inputs: the arrays of `x`.
        targets: the arrays of `y`; empty where there are none.
        weights: the arrays of `sample_weight`; empty where there are none.
        sample: what was read, in its own structure.
    """

    inputs: tuple[Array, ...]
    targets: tuple[Array, ...] = ()
    weights: tuple[Array, ...] = ()
    sample: Sample | None = None

    @property
    def rows(self) -> int | None:
        """Rows of the whole; None where nobody can know."""
        return self.inputs[0].rows

    @property
    def sampled(self) -> int:
        """Rows that were read."""
        return len(self.inputs[0].values)

    @property
    def streamed(self) -> bool:
        """Whether the data are a stream of batches."""
        return bool(self.sample and self.sample.streamed)

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Rows of each batch of a stream; empty for arrays."""
        return self.sample.batch_sizes if self.sample else ()

    @property
    def full_batch(self) -> int | None:
        """Rows of a batch of a stream as it is fed; None for arrays."""
        if not self.batch_sizes:
            return None
        return max(self.sample.full_batch or 0, *self.batch_sizes)

    @functools.cached_property
    def usable(self) -> np.ndarray:
        """Whether each sampled row has finite inputs and targets."""
        rows = min(len(a.values) for a in (*self.inputs, *self.targets))
        good = np.ones(rows, bool)
        for array in (*self.inputs, *self.targets):
            if array.numeric:
                good &= array.finite[:rows].all(axis=1)
        return good


def profile(sample: Sample) -> Data:
    """The profile of what was read."""
    whole = sample.whole or (None, None, None)
    parts = []
    for part, name, all_of_it in zip(
        (sample.x, sample.y, sample.sample_weight),
        ("x", "y", "sample_weight"),
        whole,
        strict=True,
    ):
        arrays = nests.leaves(part, name, True)
        sources = dict(nests.leaves(all_of_it, name, True))
        parts.append(
            tuple(
                Array(
                    label,
                    np.asarray(values),
                    sample.lengths.get(label, sample.rows),
                    sources.get(label),
                    sample.indices,
                )
                for label, values in arrays
            )
        )
    return Data(*parts, sample=sample)
