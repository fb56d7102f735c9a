"""Drawings of figures: one file for each kind, and what they share.

`draw` makes an `<svg>` that stands inside a page, `description` tells the
same to who cannot see it, `left_out` says what there was no room for.
"""

from keras_troubleshoot.report.figures.drawing import description
from keras_troubleshoot.report.figures.drawing import draw
from keras_troubleshoot.report.figures.drawing import drawn
from keras_troubleshoot.report.figures.drawing import left_out

__all__ = ("description", "draw", "drawn", "left_out")
