"""What to improve: the errors, the labels, the rows, and what to do next.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_HOME = "keras_troubleshoot.improvement"
_NAMES = {
    "analyze_errors": f"{_HOME}.errors.analyze_errors",
    "find_duplicates": f"{_HOME}.rows.find_duplicates",
    "find_leakage": f"{_HOME}.rows.find_leakage",
    "label_errors": f"{_HOME}.labels.label_errors",
    "recommend": f"{_HOME}.recommending",
    "resplit": f"{_HOME}.rows.resplit",
}

__all__ = list(_NAMES)

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES)
