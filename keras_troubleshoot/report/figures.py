"""Draws the figures of findings as SVG that stands inside a page."""

import io
import math
import warnings
from typing import Any

from keras_troubleshoot.report import svg
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.printable import shortened

MOST_BARS = 30  # More are a smear on a phone; the largest are drawn.
MOST_LINES = 8  # As many as there are colours.
_POINTS = 600  # About one for each pixel of the width.
_NAME = 24  # Characters of a label.
_UNIT = 40  # Characters along an axis.
# Past this ratio (heuristic) a linear axis shows only the largest value.
_LOGARITHMIC = 1000.0
_WIDTH = 4.6  # Inches, at 72 points each: as wide as a phone.
_DASHES = ("-", "--", ":", "-.")  # Lines differ without colour, too.
_STYLE = {
    "svg.hashsalt": "keras-troubleshoot",  # The same ids each time.
    "svg.fonttype": "none",  # Text stays text: it can be read and searched.
    "text.parse_math": False,  # A `$` in a name is a `$`.
    "text.usetex": False,
    "font.size": 10,
    "text.color": svg.INK,
    "axes.labelcolor": svg.INK,
    "xtick.color": svg.INK,
    "ytick.color": svg.INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.edgecolor": svg.INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": svg.GRID,
    "legend.frameon": False,
}


def draw(figure: Figure, prefix: str) -> str:
    """A figure as an `<svg>` element without a fixed size.

    Its colours are the custom properties of the page (see `svg.COLORS`), so
    that one drawing reads well on a dark page and on a light one.

    Args:
        figure: what to draw.
        prefix: what the ids in it start with; different for each figure of a
            page.
    """
    import matplotlib
    from matplotlib.figure import Figure as Canvas

    file = io.BytesIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # The page has the fonts that matplotlib misses.
        warnings.filterwarnings("ignore", "Glyph")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        bars = figure.kind == "bars"
        shown = len(drawn(figure))
        height = 0.9 + 0.27 * shown if bars else 3.2 + 0.1 * shown
        canvas = Canvas(figsize=(_WIDTH, height), layout="constrained")
        (_bars if bars else _lines)(canvas, figure)
        canvas.savefig(file, format="svg", transparent=True)
    return svg.inline(file.getvalue(), prefix, description(figure))


def drawn(figure: Figure) -> list[int]:
    """The places of the bars or lines that are drawn, in their order.

    All of them where there is room; else the bars with the largest values,
    or the first lines.
    """
    places = list(range(len(figure.labels)))
    if figure.kind == "lines":
        return places[:MOST_LINES]
    places.sort(key=lambda place: -abs(_finite(figure.values[place]) or 0))
    return sorted(places[:MOST_BARS])


def left_out(figure: Figure) -> str:
    """Says what is not drawn; `""` where all is."""
    total, shown = len(figure.labels), len(drawn(figure))
    if total == shown:
        return ""
    which = "largest" if figure.kind == "bars" else "first"
    return f"the {which} {shown} of {total}"


def description(figure: Figure) -> str:
    """What a reader who cannot see the figure is told."""
    title = one_line(figure.title)
    pairs = zip(figure.labels, figure.values, strict=True)
    if figure.kind == "bars":
        told = [f"{one_line(label)} {brief(value)}" for label, value in pairs]
    else:
        told = [
            f"{one_line(label)} from {brief(line[0])} to {brief(line[-1])}"
            for label, line in pairs
            if len(line)
        ]
    more = f", and {len(told) - 10} more" if len(told) > 10 else ""
    return f"{title}: {', '.join(told[:10])}{more}"


def _bars(canvas: Any, figure: Figure) -> None:
    shown = drawn(figure)
    axes = canvas.add_subplot()
    widths = [_finite(figure.values[place]) for place in shown]
    heights = range(len(shown))
    bars = axes.barh(heights, widths, 0.7, color=svg.SERIES[0])
    names = [_name(figure.labels[place]) for place in shown]
    axes.set_yticks(heights, names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.15)  # Room for the numbers.
    numbers = [brief(figure.values[place]) for place in shown]
    axes.bar_label(bars, numbers, padding=3)
    _scale(axes.xaxis, widths, figure.unit)


def _lines(canvas: Any, figure: Figure) -> None:
    from matplotlib.ticker import MaxNLocator

    axes = canvas.add_subplot()
    seen: list[float] = []
    for number, place in enumerate(drawn(figure)):
        line = [_finite(value) for value in figure.values[place]]
        positions = _thinned(line)
        heights = [line[position] for position in positions]
        axes.plot(
            positions,
            heights,
            _DASHES[number % len(_DASHES)],
            color=svg.SERIES[number],
            label=_name(figure.labels[place]),
            marker="o" if len(line) == 1 else "",
        )
        seen += heights
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set_xlabel("position")
    _scale(axes.yaxis, seen, figure.unit)
    if figure.labels:
        canvas.legend(loc="outside lower center", ncols=2)


def _scale(axis: Any, values: list[float], unit: str) -> None:
    """A logarithmic axis where the values need one, and plain numbers."""
    from matplotlib.ticker import FuncFormatter
    from matplotlib.ticker import NullFormatter

    finite = [value for value in values if math.isfinite(value)]
    name = shortened(one_line(unit), _UNIT)
    if finite and 0 < min(finite) * _LOGARITHMIC < max(finite):
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
        axis.set_minor_formatter(NullFormatter())
        name = f"{name} (logarithmic)".strip()
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_label_text(name)


def _thinned(line: list[float]) -> list[int]:
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


def _finite(value: Any) -> float:
    """The value; NaN, which is drawn as a gap, where it is not finite."""
    return float(value) if math.isfinite(value) else math.nan


def _name(text: str) -> str:
    return shortened(one_line(text), _NAME)
