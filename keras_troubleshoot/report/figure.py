"""A picture as data: the renderers draw it."""

import dataclasses
import math
from numbers import Real
from typing import Any

from keras_troubleshoot.report.printable import shortened

KINDS = ("bars", "lines", "waterfall", "curve")
MOST_STEPS = 30  # Of a waterfall, with its totals: as many as can be read.


@dataclasses.dataclass(frozen=True)
class Figure:
    """A picture as data.

    What `values` holds for each of the `labels`, by the kind:

    * `"bars"`: a number, drawn as a bar.
    * `"lines"`: a sequence of numbers, drawn over their positions.
    * `"waterfall"`: a number, or `(number, low, high)` with an interval of
      it. The first and the last are totals, which stand on zero; those
      between are steps, each of which starts where the one before ends.
    * `"curve"`: `(xs, ys)`, or `(xs, ys, lows, highs)` with a band; NaN
      in `ys` is a gap.

    Attributes:
        kind: one of `KINDS`.
        title: what it shows.
        labels: names of the bars, steps, lines or curves.
        values: what each of them shows.
        unit: what the values are, for the axis.
        along: what a line or a curve runs over, for the other axis, such as
            `"epoch"`; empty where the title says it.

    Raises:
        ValueError: if the kind is another, labels and values differ in
            number, or the values are not what the kind asks for.

    Example:
        >>> Figure("curve", "Error", ("fit",), (((10, 20), (0.5, 0.4)),)).kind
        'curve'
    """

    kind: str
    title: str
    labels: tuple[str, ...]
    values: tuple
    unit: str = ""
    along: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            known = ", ".join(map(repr, KINDS[:-1])) + f" or {KINDS[-1]!r}"
            raise ValueError(
                f"`kind` must be {known}, received: {self.kind!r}."
            )
        if len(self.labels) != len(self.values):
            raise ValueError(
                "`labels` and `values` must be equally many, received: "
                f"{len(self.labels)} labels, {len(self.values)} values."
            )
        if self.kind == "waterfall":
            check_waterfall(self.values)
        if self.kind == "curve":
            for label, value in zip(self.labels, self.values, strict=True):
                check_curve(label, value)


def step(value: Any) -> tuple[float, float, float]:
    """A step of a waterfall with its interval, which may be no wider."""
    if isinstance(value, (tuple, list)):
        number, low, high = value
        return number, low, high
    return value, value, value


def check_waterfall(values: tuple) -> None:
    """Refuses what is no waterfall.

    Raises:
        ValueError: if a total is missing, the steps are too many, a value is
            neither a finite number nor `(number, low, high)`, or an interval
            ends before it starts.
    """
    if not 2 <= len(values) <= MOST_STEPS:
        raise ValueError(
            "`values` of a waterfall must hold its two totals, the first and "
            f"the last, and at most {MOST_STEPS - 2} steps, received: "
            f"{len(values)} values. To mend it, add the small steps up."
        )
    for place, value in enumerate(values):
        if not is_step(value):
            raise ValueError(
                f"`values[{place}]` of a waterfall must be a finite number, "
                "or `(number, low, high)` with `low <= high`, received: "
                f"{shortened(repr(value))}. To mend it, leave a step out that "
                "is not known."
            )


def check_curve(label: str, value: Any) -> None:
    """Refuses what is no curve.

    Raises:
        ValueError: if it is not two or four sequences of one length, or its
            positions are not finite.
    """
    columns = tuple(value) if hasattr(value, "__len__") else ()
    sized = all(hasattr(column, "__len__") for column in columns)
    lengths = [len(column) for column in columns] if sized else []
    if len(lengths) not in (2, 4) or len(set(lengths)) != 1:
        told = f"lengths {lengths}" if lengths else shortened(repr(value))
        raise ValueError(
            f"the values of the curve {label!r} must be `(xs, ys)` or `(xs, "
            f"ys, lows, highs)`, all equally long, received: {told}."
        )
    numbers = [number for column in columns for number in column]
    if not all(isinstance(n, Real) for n in numbers) or not all(
        map(math.isfinite, columns[0])
    ):
        raise ValueError(
            f"the values of the curve {label!r} must be numbers, and its "
            f"positions finite, received: {shortened(repr(value))}."
        )


def is_step(value: Any) -> bool:
    """Whether it is a finite number, or one with an interval."""
    held = list(value) if isinstance(value, (tuple, list)) else [value]
    if len(held) not in (1, 3) or not all(isinstance(n, Real) for n in held):
        return False
    return all(map(math.isfinite, held)) and held[-2:] == sorted(held[-2:])
