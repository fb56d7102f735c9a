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

from keras_troubleshoot import lazily
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
_PARTS = ("debugging", "testing")

__all__ = ["__version__", *_MODULES, *_PARTS]

__getattr__, __dir__ = lazily.loaded(__name__, _MODULES, _PARTS)
