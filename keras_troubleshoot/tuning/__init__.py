"""Tunes hyperparameters: coarse to fine, Bayesian, on keras-tuner.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_HOME = "keras_troubleshoot.tuning"
_NAMES = {
    "BayesianOptimization": f"{_HOME}.bayesian.tuner",
    "BayesianOptimizationOracle": f"{_HOME}.bayesian.oracle",
    "CoarseToFine": f"{_HOME}.coarse.tuner",
    "CoarseToFineOracle": f"{_HOME}.coarse.oracle",
    "Importance": f"{_HOME}.looking.result",
    "Estimate": f"{_HOME}.running.estimate",
    "ManualStudy": f"{_HOME}.by_hand.study",
    "MedianStopping": f"{_HOME}.running.discarding",
    "ModelHyperModel": f"{_HOME}.spaces.hypermodel",
    "SearchSpace": f"{_HOME}.spaces.space",
    "SuccessiveHalving": f"{_HOME}.running.discarding",
    "Suggestion": f"{_HOME}.by_hand.suggestion",
    "TuningResult": f"{_HOME}.running.result",
    "from_optuna": f"{_HOME}.studies.importing",
    "history": f"{_HOME}.looking.figures",
    "hypermodel": f"{_HOME}.spaces.hypermodel",
    "importance": f"{_HOME}.looking.importance",
    "learning_curves": f"{_HOME}.looking.figures",
    "manual": f"{_HOME}.by_hand.starting",
    "narrowing": f"{_HOME}.looking.narrowing",
    "page": f"{_HOME}.looking.showing",
    "plot_history": f"{_HOME}.looking.plots",
    "plot_importance": f"{_HOME}.looking.plots",
    "plot_learning_curves": f"{_HOME}.looking.curves",
    "plot_parallel": f"{_HOME}.looking.parallel",
    "plot_slices": f"{_HOME}.looking.plots",
    "search_space": f"{_HOME}.spaces.search_space",
    "slices": f"{_HOME}.looking.figures",
    "to_dataframe": f"{_HOME}.looking.tables",
    "to_json": f"{_HOME}.looking.tables",
    "to_optuna": f"{_HOME}.studies.exporting",
    "to_tensorboard": f"{_HOME}.looking.tensorboard",
    "tune": f"{_HOME}.running.tune",
}

__all__ = list(_NAMES)

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES)
