"""Tunes hyperparameters: coarse to fine, Bayesian, on keras-tuner.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_HOME = "keras_troubleshoot.tuning"
_NAMES = {
    "BayesianOptimization": f"{_HOME}.bayesian.tuner",
    "BayesianOptimizationOracle": f"{_HOME}.bayesian.oracle",
    "CoarseToFine": f"{_HOME}.coarse.tuner",
    "CoarseToFineOracle": f"{_HOME}.coarse.oracle",
    "ModelHyperModel": f"{_HOME}.spaces.hypermodel",
    "SearchSpace": f"{_HOME}.spaces.space",
    "hypermodel": f"{_HOME}.spaces.hypermodel",
    "search_space": f"{_HOME}.spaces.search_space",
}

__all__ = list(_NAMES)

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES)
