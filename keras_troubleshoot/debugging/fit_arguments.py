"""What a call of `fit` says: its data, and the line that it stands on."""

import sys
from typing import Any

from keras_troubleshoot.facts import fit_call
from keras_troubleshoot.facts.passes import is_library
from keras_troubleshoot.report.finding import Location


def parts(arguments: dict[str, Any]) -> tuple:
    """Training data and validation data, as `fit` splits them."""
    x, y = arguments.get("x"), arguments.get("y")
    weight = arguments.get("sample_weight")
    validation = arguments.get("validation_data")
    share = arguments.get("validation_split") or 0.0
    if share and validation is None:
        try:
            cuts = [fit_call.cut(part, share) for part in (x, y, weight)]
        except (TypeError, IndexError, ValueError):
            return x, y, weight, None
        (x, x_val), (y, y_val), (weight, weight_val) = cuts
        validation = (x_val, y_val, weight_val)
    return x, y, weight, validation


def replay(elements):
    """A generator, the only kind of iterator that `fit` takes."""
    yield from elements


def calling_line() -> Location | None:
    """The innermost line of the user's code that is running.

    Not of installed packages: a search or a pipeline may call `fit` for the
    user.
    """
    frame = sys._getframe(1)
    while frame is not None:
        if not is_library(frame.f_code.co_filename):
            return Location(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None
