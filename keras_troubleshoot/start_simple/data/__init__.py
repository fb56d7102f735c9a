"""Data for a first model: normalized, simplified, synthetic.

The public names are loaded when they are first used.
"""

import importlib

_PARTS = ("synthetic",)
_NAMES = {
    "InputNormalizer": "keras_troubleshoot.start_simple.data.input_normalizer",
    "NormalizedMeanSquaredError": "keras_troubleshoot.start_simple.data.losses",
    "TargetScaler": "keras_troubleshoot.start_simple.data.target_scaler",
    "simplify": "keras_troubleshoot.start_simple.data.simplifying.simplify",
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
