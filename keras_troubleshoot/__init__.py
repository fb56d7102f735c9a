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

_DEBUGGING = "keras_troubleshoot.debugging"
_EVALUATION = "keras_troubleshoot.evaluation"
_IMPROVEMENT = "keras_troubleshoot.improvement"
_MODULES = {
    "ErrorDecomposition": "keras_troubleshoot.facts.error_terms",
    "Finding": "keras_troubleshoot.report.finding",
    "Kind": "keras_troubleshoot.report.finding",
    "LearningCurve": f"{_EVALUATION}.learning.curve",
    "Report": "keras_troubleshoot.report.report",
    "Severity": "keras_troubleshoot.report.finding",
    "TroubleshootError": "keras_troubleshoot.report.report",
    "adaptation": f"{_IMPROVEMENT}.adaptation",
    "analyze_errors": f"{_IMPROVEMENT}.errors.analyze_errors",
    "baselines": f"{_DEBUGGING}.baselines.baselines",
    "callbacks": "keras_troubleshoot.callbacks",
    "check": f"{_DEBUGGING}.check",
    "compare_curves": f"{_DEBUGGING}.runs.compare_curves",
    "compare_models": f"{_DEBUGGING}.comparing.compare_models",
    "compare_runs": f"{_DEBUGGING}.runs.compare_runs",
    "compare_to_known": f"{_DEBUGGING}.known.compare_to_known",
    "data": "keras_troubleshoot.start_simple.data",
    "decompose_error": f"{_EVALUATION}.decomposition.decomposing",
    "defaults": "keras_troubleshoot.start_simple.defaults",
    "distribution_shift": f"{_EVALUATION}.shift.comparing",
    "find_duplicates": f"{_IMPROVEMENT}.rows.find_duplicates",
    "find_leakage": f"{_IMPROVEMENT}.rows.find_leakage",
    "find_learning_rate": f"{_DEBUGGING}.find_learning_rate",
    "known_results": f"{_DEBUGGING}.known.known_results",
    "label_errors": f"{_IMPROVEMENT}.labels.label_errors",
    "learning_curve": f"{_EVALUATION}.learning.growing",
    "models": "keras_troubleshoot.start_simple.models",
    "overfit_batch": f"{_DEBUGGING}.overfit.overfit_batch",
    "recommend": f"{_IMPROVEMENT}.recommending",
    "resplit": f"{_IMPROVEMENT}.rows.resplit",
    "supervise": f"{_DEBUGGING}.supervise",
    "troubleshoot": "keras_troubleshoot.workflow.troubleshoot",
    "tune": "keras_troubleshoot.tuning.running.tune",
    "validation_reuse": f"{_EVALUATION}.reuse",
}

# Packages: `kts.debugging.step_through`, `kts.testing.assert_causal`, ...
_PARTS = ("debugging", "testing", "tuning")

__all__ = ["__version__", *_MODULES, *_PARTS]

__getattr__, __dir__ = lazily.loaded(__name__, _MODULES, _PARTS)
