"""What the drawings of all kinds share: scales, names, numbers."""

import math
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.printable import shortened

MOST_LINES = 8  # As many as there are colours.
DASHES = ("-", "--", ":", "-.")  # Lines differ without colour, too.
_POINTS = 600  # About one for each pixel of the width.
_NAME = 24  # Characters of a label.
_UNIT = 40  # Characters along an axis.
# Past this ratio (heuristic) a linear axis shows only the largest value.
_LOGARITHMIC = 1000.0
_SMALL = 0.01  # Numbers below it are long: there is room for fewer.


def scale(axis: Any, values: Sequence[float], unit: str) -> None:
    """A logarithmic axis where the values need one, and plain numbers."""
    from matplotlib.ticker import FuncFormatter
    from matplotlib.ticker import MaxNLocator
    from matplotlib.ticker import NullFormatter

    known = [value for value in values if math.isfinite(value)]
    name = shortened(one_line(unit), _UNIT)
    if known and 0 < min(known) * _LOGARITHMIC < max(known):
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
        axis.set_minor_formatter(NullFormatter())
        name = f"{name} (logarithmic)".strip()
    elif axis.axis_name == "x" and max(map(abs, known), default=1) < _SMALL:
        axis.set_major_locator(MaxNLocator(nbins=4))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_label_text(name)


def rows(axes: Any, labels: Sequence[str]) -> range:
    """Names below each other, the first on top; returns their heights."""
    heights = range(len(labels))
    axes.set_yticks(heights, list(map(name, labels)))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return heights


def thinned(line: Sequence[float]) -> list[int]:
    """Positions to draw: of a long line the peaks, valleys and gaps."""
    size = max(1, 2 * len(line) // _POINTS)
    if size < 2:
        return list(range(len(line)))
    positions: list[int] = []
    for start in range(0, len(line), size):
        part = range(start, min(start + size, len(line)))
        gaps = [place for place in part if math.isnan(line[place])]
        rest = [place for place in part if place not in gaps] or gaps
        low = min(rest, key=line.__getitem__)
        high = max(rest, key=line.__getitem__)
        positions += sorted({low, high, *gaps[:1]})
    return positions


def finite(value: Any) -> float:
    """The value; NaN, which is drawn as a gap, where it is not finite."""
    return float(value) if math.isfinite(value) else math.nan


def name(text: str) -> str:
    """A label in one line, no longer than there is room."""
    return shortened(one_line(text), _NAME)


def told(figure: Any, value: Callable[[Any], str] = brief) -> list[str]:
    """Each label with what `value` says of its value."""
    pairs = zip(figure.labels, figure.values, strict=True)
    return [f"{one_line(label)} {value(held)}" for label, held in pairs]
