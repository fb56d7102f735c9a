"""Draws lines: sequences of numbers over their positions."""

from typing import Any

from keras_troubleshoot.report import svg
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.figures import axes as shared
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import one_line

WHICH = "first"


def drawn(figure: Figure) -> list[int]:
    """The places of the first lines."""
    return list(range(len(figure.labels)))[: shared.MOST_LINES]


def height(shown: int) -> float:
    """Inches for so many lines, which the legend names."""
    return 3.2 + 0.1 * shown


def told(figure: Figure) -> list[str]:
    """Where each line starts and ends."""
    return [
        f"{one_line(label)} from {brief(line[0])} to {brief(line[-1])}"
        for label, line in zip(figure.labels, figure.values, strict=True)
        if len(line)
    ]


def paint(canvas: Any, figure: Figure) -> None:
    """Draws the lines, each in another colour and dash."""
    from matplotlib.ticker import MaxNLocator

    axes = canvas.add_subplot()
    seen: list[float] = []
    for number, place in enumerate(drawn(figure)):
        line = [shared.finite(value) for value in figure.values[place]]
        positions = shared.thinned(line)
        heights = [line[position] for position in positions]
        axes.plot(
            positions,
            heights,
            shared.DASHES[number % len(shared.DASHES)],
            color=svg.SERIES[number],
            label=shared.name(figure.labels[place]),
            marker="o" if len(line) == 1 else "",
        )
        seen += heights
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set_xlabel(shared.name(figure.along or "position"))
    shared.scale(axes.yaxis, seen, figure.unit)
    if figure.labels:
        canvas.legend(loc="outside lower center", ncols=2)
