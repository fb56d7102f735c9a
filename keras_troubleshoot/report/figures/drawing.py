"""Draws figures as SVG that stands inside a page."""

import io
import warnings
from types import ModuleType

from keras_troubleshoot.report import svg
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.figures import bars
from keras_troubleshoot.report.figures import curve
from keras_troubleshoot.report.figures import lines
from keras_troubleshoot.report.figures import waterfall
from keras_troubleshoot.report.printable import one_line

_TOLD = 10  # Bars or lines that a description names.
_WIDTH = 4.6  # Inches, at 72 points each: as wide as a phone.
_KINDS: dict[str, ModuleType] = {
    "bars": bars,
    "lines": lines,
    "waterfall": waterfall,
    "curve": curve,
}
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
    kind = _KINDS[figure.kind]
    with matplotlib.rc_context(), warnings.catch_warnings():
        # The page has the fonts that matplotlib misses.
        warnings.filterwarnings("ignore", "Glyph")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        size = (_WIDTH, kind.height(len(drawn(figure))))
        canvas = Canvas(figsize=size, layout="constrained")
        kind.paint(canvas, figure)
        canvas.savefig(file, format="svg", transparent=True)
    return svg.inline(file.getvalue(), prefix, description(figure))


def drawn(figure: Figure) -> list[int]:
    """The places of the bars or lines that are drawn, in their order.

    All of them where there is room; else the bars with the largest values,
    or the first lines.
    """
    return _KINDS[figure.kind].drawn(figure)


def left_out(figure: Figure) -> str:
    """Says what is not drawn; `""` where all is."""
    total, shown = len(figure.labels), len(drawn(figure))
    if total == shown:
        return ""
    return f"the {_KINDS[figure.kind].WHICH} {shown} of {total}"


def description(figure: Figure) -> str:
    """What a reader who cannot see the figure is told."""
    told = _KINDS[figure.kind].told(figure)
    more = f", and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return f"{one_line(figure.title)}: {', '.join(told[:_TOLD])}{more}"
