"""Stage 2 of the lecture: implement and debug.

The public names are loaded when they are first used; importing the package
brings in neither TensorFlow nor Keras.
"""

import importlib

# Modules as they are, and names of modules.
_PARTS = ("memory", "numerics")
_NAMES = {
    "dump": "keras_troubleshoot.debugging.dumping",
    "step_through": "keras_troubleshoot.debugging.stepping",
}

__all__ = [*_PARTS, *_NAMES]


def __getattr__(name: str):
    if name in _PARTS:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
