"""`BayesianOptimization`: a tuner on `BayesianOptimizationOracle`."""

from typing import Any

import keras_tuner

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle
from keras_troubleshoot.tuning.engines.tuner import TeamTuner


class BayesianOptimization(TeamTuner):
    """Searches hyperparameters by expected improvement.

    For trials that are dear: each is chosen by all that went before. A first
    round covers the space evenly; then a Gaussian process, on the scale of
    each hyperparameter, says where an improvement is to be expected.

    It differs from keras-tuner's tuner of this name in what wastes trials
    there: trials that diverged (NaN or infinite scores, failures) are avoided
    with their neighbourhood; categories have no order; suggestions keep to
    steps, choices and conditions; no configuration comes twice; trials that
    run in parallel are taken into account; a search that is resumed goes on
    as it would have.

    Args:
        hypermodel: a `keras_tuner.HyperModel` or a function of
            `keras_tuner.HyperParameters` that returns a compiled model.
        objective: as keras-tuner takes it: "val_loss", a
            `keras_tuner.Objective`, or a list of them.
        max_trials: configurations that are tried at most.
        num_initial_points: trials of the first round. By default twice the
            hyperparameters, but a third of `max_trials` at most.
        seed: a whole number, which fixes all trials; drawn by default.
        hyperparameters: `keras_tuner.HyperParameters` known in advance.
        tune_new_entries: whether hyperparameters that the hypermodel names
            besides are searched, too, or keep their default.
        allow_new_entries: whether it may name others.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: failures in a row that end the search.
        **kwargs: of `keras_tuner.Tuner`: `directory`, `project_name`,
            `overwrite`, `executions_per_trial`, ...

    Raises:
        TypeError, ValueError: an argument will not do.

    Example:
        >>> import math
        >>> import tempfile
        >>> class Bowl(BayesianOptimization):
        ...     def run_trial(self, trial, *args, **kwargs):
        ...         rate = trial.hyperparameters.Float(
        ...             "rate", 1e-4, 1.0, sampling="log")
        ...         return abs(math.log10(rate) + 2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tuner = Bowl(max_trials=15, seed=0, directory=folder)
        ...     tuner.search(verbose=0)
        >>> bool(0.005 < tuner.get_best_hyperparameters()[0]["rate"] < 0.02)
        True
    """

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int | None = 10,
        num_initial_points: int | None = None,
        seed: int | None = None,
        hyperparameters: keras_tuner.HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        **kwargs: Any,
    ):
        oracle = BayesianOptimizationOracle(
            objective=objective,
            max_trials=max_trials,
            num_initial_points=num_initial_points,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle=oracle, hypermodel=hypermodel, **kwargs)
