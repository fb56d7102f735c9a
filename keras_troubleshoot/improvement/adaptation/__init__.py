"""Domain adaptation: a model that works where its data did not come from.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_HOME = "keras_troubleshoot.improvement.adaptation"
_NAMES = {
    "AdaptationModel": f"{_HOME}.models.adaptation_model",
    "CORAL": f"{_HOME}.aligners.coral",
    "DomainAdversarial": f"{_HOME}.aligners.adversarial",
    "DomainConfusion": f"{_HOME}.aligners.confusion",
    "GradientReversal": f"{_HOME}.aligners.reversal",
    "MMD": f"{_HOME}.aligners.mmd",
    "Ramp": f"{_HOME}.aligners.weights",
    "paired": f"{_HOME}.models.pairing",
}

__all__ = list(_NAMES)

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES)
