"""Draws a waterfall: steps that lead from one total to another."""

from typing import Any
from typing import NamedTuple

from keras_troubleshoot.report import svg
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.figure import step
from keras_troubleshoot.report.figures import axes as shared
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import one_line

WHICH = "first"  # All are drawn: without one the steps lead nowhere.
_THICKNESS = 0.62
_FILL = 0.5  # Opacity: the interval is seen on the bar, light or dark.
_TOTAL, _UP, _DOWN = svg.SERIES[7], svg.SERIES[1], svg.SERIES[2]


class Bar(NamedTuple):
    """A total or a step where it is drawn, with its interval."""

    start: float
    end: float
    low: float
    high: float
    total: bool

    @property
    def color(self) -> str:
        """Of a total, a step up or a step down."""
        if self.total:
            return _TOTAL
        return _UP if self.end >= self.start else _DOWN

    @property
    def filled(self) -> bool:
        """Steps down are hollow: they differ without colour, too."""
        return self.total or self.end >= self.start


def drawn(figure: Figure) -> list[int]:
    """The places of all of them."""
    return list(range(len(figure.labels)))


def height(shown: int) -> float:
    """Inches for so many totals and steps."""
    return 0.9 + 0.36 * shown


def bars(figure: Figure) -> list[Bar]:
    """Totals from zero; each step from where the one before it ends."""
    made: list[Bar] = []
    last = len(figure.values) - 1
    for place, value in enumerate(figure.values):
        number, low, high = map(float, step(value))
        total = place in (0, last)
        start = 0.0 if total else made[-1].end
        ends = (start + number, start + low, start + high)
        made.append(Bar(start, *ends, total))
    return made


def told(figure: Figure) -> list[str]:
    """Each total and each step, with its sign and its interval."""
    numbers = signed(figure)
    intervals = []
    for value in figure.values:
        _, low, high = step(value)
        between = f" (between {brief(low)} and {brief(high)})"
        intervals.append(between if low < high else "")
    return [
        f"{one_line(label)} {number}{interval}"
        for label, number, interval in zip(
            figure.labels, numbers, intervals, strict=True
        )
    ]


def signed(figure: Figure) -> list[str]:
    """Totals as numbers, steps as numbers with a sign."""
    numbers = [float(step(value)[0]) + 0.0 for value in figure.values]
    steps = [f"{number:+.4g}" for number in numbers[1:-1]]
    return [brief(numbers[0]), *steps, brief(numbers[-1])]


def paint(canvas: Any, figure: Figure) -> None:
    """Draws totals and steps below each other, with their numbers."""
    axes = canvas.add_subplot()
    shared.rows(axes, figure.labels)
    made = bars(figure)
    for row, (bar, number) in enumerate(zip(made, signed(figure), strict=True)):
        paint_one(axes, row, bar, number)
    for row, bar in enumerate(made[:-1]):  # From each end to the next bar.
        gap = (row + _THICKNESS / 2, row + 1 - _THICKNESS / 2)
        axes.plot([bar.end] * 2, gap, color=svg.INK, linewidth=0.7)
    axes.axvline(0, color=svg.INK, linewidth=0.8)
    axes.margins(x=0.2, y=0.02)  # Room for the numbers.
    # Totals stand on zero, which no logarithm has.
    ends = [0.0, *(bar.end for bar in made)]
    shared.scale(axes.xaxis, ends, figure.unit)


def paint_one(axes: Any, row: int, bar: Bar, number: str) -> None:
    """Draws one, its interval, and its number on the right of both."""
    axes.barh(
        row,
        bar.end - bar.start,
        _THICKNESS,
        left=bar.start,
        facecolor=(bar.color, _FILL if bar.filled else 0),
        edgecolor=bar.color,
        linewidth=1.5,
        zorder=2,
    )
    if bar.low < bar.high:
        axes.plot(
            [bar.low, bar.high],
            [row, row],
            "|-",
            color=svg.INK,
            linewidth=1.2,
            zorder=3,
        )
    right = max(bar.start, bar.end, bar.high)
    axes.annotate(
        number,
        (right, row),
        xytext=(5, 0),
        textcoords="offset points",
        verticalalignment="center",
    )
