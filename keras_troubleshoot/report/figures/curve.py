"""Draws curves: numbers over numbers, with bands of their uncertainty."""

from typing import Any

from keras_troubleshoot.report import svg
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.figures import axes as shared
from keras_troubleshoot.report.figures.lines import WHICH
from keras_troubleshoot.report.figures.lines import drawn
from keras_troubleshoot.report.figures.lines import height
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import one_line

__all__ = ("WHICH", "drawn", "height", "paint", "told")

# Up to so many points (heuristic) each is one measurement and is marked;
# more are a line, such as one that was fitted.
_MARKED = 20
_BAND = 0.2  # Opacity: two bands that overlap are told apart.


def told(figure: Figure) -> list[str]:
    """Where each curve starts and ends."""
    return [
        f"{one_line(label)} from {brief(ys[0])} at {brief(xs[0])} "
        f"to {brief(ys[-1])} at {brief(xs[-1])}"
        for label, (xs, ys, *_) in zip(
            figure.labels, figure.values, strict=True
        )
        if len(xs)
    ]


def paint(canvas: Any, figure: Figure) -> None:
    """Draws the curves, each in another colour and dash."""
    axes = canvas.add_subplot()
    across: list[float] = []
    along: list[float] = []
    for number, place in enumerate(drawn(figure)):
        columns = thinned(figure.values[place])
        label = shared.name(figure.labels[place])
        paint_one(axes, columns, number, label)
        along += columns[0]
        for column in columns[1:]:
            across += column
    shared.scale(axes.xaxis, along, figure.along)
    shared.scale(axes.yaxis, across, figure.unit)
    if figure.labels:
        canvas.legend(loc="outside lower center", ncols=2)


def paint_one(
    axes: Any, columns: list[list[float]], number: int, label: str
) -> None:
    """Draws a curve, and its band where it has one."""
    xs, ys, *band = columns
    axes.plot(
        xs,
        ys,
        shared.DASHES[number % len(shared.DASHES)],
        color=svg.SERIES[number],
        label=label,
        marker="o" if len(xs) <= _MARKED else "",
        markersize=4,
    )
    if band:
        color = svg.SERIES[number]
        axes.fill_between(xs, *band, color=color, alpha=_BAND, linewidth=0)


def thinned(columns: Any) -> list[list[float]]:
    """The columns of a curve, with no more points than can be seen."""
    held = [list(map(shared.finite, column)) for column in columns]
    places = shared.thinned(held[1])
    return [[column[place] for place in places] for column in held]
