"""Callbacks for `fit`: they watch a training run from inside its steps.

`TrainingMonitor` records norms, updates and dead units and says what they
mean; `NumericsGuard` stops before the first update that is not finite and says
where it comes from. Loaded when they are first used.
"""

from keras_troubleshoot import lazily

_MODULES = {
    "NumericsGuard": "keras_troubleshoot.debugging.numerics_guard",
    "TrainingMonitor": "keras_troubleshoot.debugging.training_monitor",
}

__all__ = list(_MODULES)

__getattr__, __dir__ = lazily.loaded(__name__, _MODULES)
