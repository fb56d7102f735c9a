"""One pass over the data: what its inputs are, their scale, their ids."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as data_lib
from keras_troubleshoot.facts import kinds as kinds_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import sample as sample_lib
from keras_troubleshoot.facts import whole
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.facts.moments import Moments
from keras_troubleshoot.start_simple.data import compressing
from keras_troubleshoot.start_simple.data import refusals
from keras_troubleshoot.start_simple.data import said


@dataclasses.dataclass(eq=False)
class Seen:
    """What was seen of one input.

    Attributes:
        label: as the user would write it: `x`, `x['image']`.
        kind: what it is.
        shape: of one row.
        integral: whether all sampled values are whole numbers.
        padded: on which side tokens are filled up with zeros, "" for none.
        mask: value of the features of steps that are filled up; None where
            there are none.
        moments: of each feature; None for images and tokens.
        unit: of each feature that is compressed before its moments are
            taken, 0 for others; None where none is.
        low: smallest value.
        high: largest value.
        type: name of the type of its numbers.
        varies: whether batches differ in their number of steps.
    """

    label: str
    kind: Input
    shape: tuple[int, ...]
    integral: bool = False
    padded: str = ""
    mask: float | None = None
    moments: Moments | None = None
    unit: np.ndarray | None = None
    low: float = np.inf
    high: float = -np.inf
    type: str = "float32"
    varies: bool = False

    @property
    def needs_all(self) -> bool:
        """Whether a sample of the rows is not enough."""
        return self.type != "uint8" or self.kind is not Input.IMAGE

    def update(self, values: np.ndarray) -> None:
        """Takes in more rows."""
        if values.shape[1:] != self.shape:
            self.varies = True
        if self.moments is not None:
            values = values.reshape(-1, self.moments.mean.size)
            if self.mask is not None:
                values = values[(values != self.mask).any(axis=-1)]
            if self.unit is not None:
                values = compressing.compressed(values, self.unit)
            if len(values):
                self.moments.update(values)
            return
        low, high = float(values.min()), float(values.max())
        if not np.isfinite([low, high]).all():
            raise sample_lib.unreadable(
                f"`{self.label}` must hold finite numbers, received: NaN or "
                "inf among its pixels.",
                "drop these rows, or fill them in",
                where=self.label,
                rule="input-non-finite",
            )
        self.low, self.high = min(self.low, low), max(self.high, high)


def survey(
    x: Any,
    y: Any = None,
    *,
    kinds: Any = None,
    allowed: tuple[Input, ...] = (),
    mask: float | None = None,
    compress: bool = False,
    targets: Callable[[sample_lib.Sample], Any] | None = None,
    limit: int | None = None,
) -> tuple[Any, Any, sample_lib.Sample]:
    """Reads a sample of the data, then all of it, and changes nothing.

    Args:
        x: what `fit` takes.
        y: targets, where `x` does not bring them.
        kinds: what the inputs are, by name where there are several: "image",
            "sequence", "tokens" or "tabular"; None to be told from the data.
        allowed: the kinds that it may be where it is not said; any by
            default.
        mask: value of all features of the steps with which sequences are
            filled up; these steps do not count.
        compress: whether features of tables that have a long tail are
            compressed.
        targets: is called with the sample, and returns an object whose
            `update` takes the targets in; None where they do not matter.
        limit: of a stream, batches after which to end.

    Returns:
        What was seen of each input in the structure of `x`, what `targets`
        returned, and the sample.

    Raises:
        sample.UnreadableData: the data are not what `fit` takes, or no kind
            of input.
    """
    refusals.require_even(x)
    read = reading.read(x, y)
    arrays = {a.name: a for a in data_lib.profile(read).inputs}
    given = said.of(kinds, arrays)
    seen = {
        label: see(
            array, kind_of(array, given.get(label), allowed), mask, compress
        )
        for label, array in arrays.items()
    }
    counted = targets(read) if targets else None
    if counted is not None or any(s.needs_all for s in seen.values()):
        for inputs, outputs in whole.parts(x, y, limit=limit):
            for label, values in nests.leaves(inputs, "x"):
                if seen[label].needs_all:
                    seen[label].update(np.asarray(values))
            if counted is not None:
                counted.update(outputs)
    return in_structure(read.x, seen), counted, read


def in_structure(structure: Any, seen: Mapping[str, Seen]) -> Any:
    """What was seen, in the structure of the inputs."""
    labels = iter([label for label, _ in nests.leaves(structure, "x")])
    return nests.transform(lambda _: seen[next(labels)], structure)


def kind_of(
    array: Array, given: Input | None, allowed: tuple[Input, ...]
) -> Input:
    """What was said, or can only be, or what the data look like.

    Raises:
        sample.UnreadableData: it holds no numbers, or has no known shape.
    """
    refusals.require_numbers(array)
    if given is not None:
        refusals.require_axes(array, given)
        return given
    if not allowed:
        kind = kinds_lib.kind(array)
        refusals.require_shape(array, kind)
        return kind
    fitting = [
        kind
        for kind in allowed
        if refusals.has_rank(array, kind)
        and (kind is not Input.TOKENS or array.dtype.kind in "iu")
    ]
    kind = (fitting or allowed)[0]
    refusals.require_axes(array, kind)
    if kind is Input.IMAGE:
        refusals.require_channels_last(array)
    return kind


def see(array: Array, kind: Input, mask: float | None, compress: bool) -> Seen:
    """What a sample says of one input."""
    seen = Seen(
        array.name,
        kind,
        array.values.shape[1:],
        array.integral,
        type=array.dtype.name,
    )
    if kind is Input.TOKENS:
        seen.padded = kinds_lib.padding(array.values)
    elif kind is not Input.IMAGE:
        seen.mask = mask if kind is Input.SEQUENCE else None
        size = array.values.shape[-1] if array.values.ndim > 1 else 1
        seen.moments = Moments(size)
        if compress and kind is Input.TABULAR:
            unit = compressing.units(array.values.reshape(-1, size))
            seen.unit = unit if unit.any() else None
    elif not seen.needs_all:
        seen.low, seen.high = 0.0, 255.0
    return seen
