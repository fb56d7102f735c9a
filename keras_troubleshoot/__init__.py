"""Says what is wrong with a Keras model, and how to mend it.

Example:
    ```python
    import keras_troubleshoot as kts

    report = kts.check(model, x, y)  # Seconds; trains nothing.
    print(report)

    with kts.supervise() as session:  # Every `fit` inside is watched.
        model.fit(x, y, epochs=5)
    session.report.to_html("report.html")
    ```

The public names are loaded when they are first used, so that the import costs
next to nothing and brings in neither TensorFlow nor Keras.
"""

import importlib

from keras_troubleshoot.version import __version__ as __version__

_MODULES = {
    "Finding": "keras_troubleshoot.report.finding",
    "Kind": "keras_troubleshoot.report.finding",
    "Report": "keras_troubleshoot.report.report",
    "Severity": "keras_troubleshoot.report.finding",
    "TroubleshootError": "keras_troubleshoot.report.report",
    "callbacks": "keras_troubleshoot.callbacks",
    "check": "keras_troubleshoot.debugging.check",
    "data": "keras_troubleshoot.start_simple.data",
    "defaults": "keras_troubleshoot.start_simple.defaults",
    "find_learning_rate": "keras_troubleshoot.debugging.find_learning_rate",
    "models": "keras_troubleshoot.start_simple.models",
    "overfit_batch": "keras_troubleshoot.debugging.overfit.overfit_batch",
    "supervise": "keras_troubleshoot.debugging.supervise",
    "troubleshoot": "keras_troubleshoot.workflow",
}

# Packages: `kts.debugging.step_through`, `kts.testing.assert_causal`, ...
_STAGES = ("debugging", "start_simple", "testing")

__all__ = ["__version__", *_MODULES, *_STAGES]


def __getattr__(name: str):
    if name in _STAGES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(_MODULES[name])
    # A module that holds nothing of that name is meant itself.
    value = vars(module).get(name, module)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
