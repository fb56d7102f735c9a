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
    "check": "keras_troubleshoot.debugging.check",
    "find_learning_rate": "keras_troubleshoot.debugging.find_learning_rate",
    "supervise": "keras_troubleshoot.debugging.supervise",
    "troubleshoot": "keras_troubleshoot.workflow",
}

__all__ = ["__version__", *_MODULES]


def __getattr__(name: str):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
