"""Callbacks for `fit`: they watch a training run from inside its steps.

`TrainingMonitor` records norms, updates and dead units and says what they
mean; `NumericsGuard` stops before the first update that is not finite and says
where it comes from. Loaded when they are first used.
"""

import importlib

_MODULES = {
    "NumericsGuard": "keras_troubleshoot.debugging.numerics_guard",
    "TrainingMonitor": "keras_troubleshoot.debugging.training_monitor",
}

__all__ = list(_MODULES)


def __getattr__(name: str):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
