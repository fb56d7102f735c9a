"""Stage 2 of the lecture: implement and debug.

The public names are loaded when they are first used; importing the package
brings in neither TensorFlow nor Keras.
"""

from keras_troubleshoot import lazily

# Modules as they are, and names of modules.
_PARTS = ("memory", "numerics")
_NAMES = {
    "Recording": "keras_troubleshoot.debugging.comparing.recording",
    "dump": "keras_troubleshoot.debugging.dumping",
    "input_independent": "keras_troubleshoot.debugging.baselines.learning",
    "step_through": "keras_troubleshoot.debugging.stepping",
}

__all__ = [*_PARTS, *_NAMES]

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES, _PARTS)
