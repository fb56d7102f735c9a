"""Data for a first model: normalized, simplified, synthetic.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_PARTS = ("synthetic",)
_NAMES = {
    "InputNormalizer": "keras_troubleshoot.start_simple.data.input_normalizer",
    "NormalizedMeanSquaredError": "keras_troubleshoot.start_simple.data.losses",
    "TargetScaler": "keras_troubleshoot.start_simple.data.target_scaler",
    "simplify": "keras_troubleshoot.start_simple.data.simplifying.simplify",
}

__all__ = [*_PARTS, *_NAMES]

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES, _PARTS)
