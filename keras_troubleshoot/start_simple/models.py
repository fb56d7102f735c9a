"""Builders: a first model for your data, compiled, in one call.

Each takes the data as `fit` does and returns a compiled functional model with
the lecture's defaults and the normalization of its inputs built in. They use
layers of Keras alone, so that a saved model can be loaded where this library
is not installed.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_BUILDERS = (
    "lenet",
    "lstm",
    "mlp",
    "multimodal",
    "next_step",
    "resnet",
    "start_simple",
    "temporal_conv",
    "transformer",
    "wavenet",
)
_HOME = "keras_troubleshoot.start_simple.builders"
_NAMES = {name: f"{_HOME}.{name}" for name in _BUILDERS} | {
    "Problem": "keras_troubleshoot.start_simple.problem",
    "read": "keras_troubleshoot.start_simple.reading",
}

__all__ = list(_NAMES)

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES)
