"""Draws bars: one number for each name."""

from typing import Any

from keras_troubleshoot.report import svg
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.figures import axes as shared
from keras_troubleshoot.report.printable import brief

MOST = 30  # More are a smear on a phone; the largest are drawn.
WHICH = "largest"


def drawn(figure: Figure) -> list[int]:
    """The places of the bars with the largest values, in their order."""
    places = list(range(len(figure.labels)))
    places.sort(key=lambda p: -abs(shared.finite(figure.values[p]) or 0))
    return sorted(places[:MOST])


def height(shown: int) -> float:
    """Inches for so many bars."""
    return 0.9 + 0.27 * shown


def told(figure: Figure) -> list[str]:
    """Each bar in words."""
    return shared.told(figure)


def paint(canvas: Any, figure: Figure) -> None:
    """Draws the bars below each other, with their numbers."""
    shown = drawn(figure)
    axes = canvas.add_subplot()
    widths = [shared.finite(figure.values[place]) for place in shown]
    heights = shared.rows(axes, [figure.labels[place] for place in shown])
    bars = axes.barh(heights, widths, 0.7, color=svg.SERIES[0])
    axes.margins(x=0.15)  # Room for the numbers.
    numbers = [brief(figure.values[place]) for place in shown]
    axes.bar_label(bars, numbers, padding=3)
    shared.scale(axes.xaxis, widths, figure.unit)
