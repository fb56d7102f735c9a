"""Evaluation: where the test error comes from, and what more data would bring.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_HOME = "keras_troubleshoot.evaluation"
_NAMES = {
    "ErrorDecomposition": "keras_troubleshoot.facts.error_terms",
    "LearningCurve": f"{_HOME}.learning.curve",
    "decompose_error": f"{_HOME}.decomposition.decomposing",
    "distribution_shift": f"{_HOME}.shift.comparing",
    "irreducible_error": f"{_HOME}.decomposition.annotators",
    "learning_curve": f"{_HOME}.learning.growing",
    "validation_reuse": f"{_HOME}.reuse",
}

__all__ = list(_NAMES)

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES)
