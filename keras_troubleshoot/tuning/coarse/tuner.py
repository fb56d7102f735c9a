"""`CoarseToFine`: a tuner on `CoarseToFineOracle`."""

from typing import Any

import keras_tuner

from keras_troubleshoot.tuning.coarse.oracle import FIRST_SHARE
from keras_troubleshoot.tuning.coarse.oracle import KEEP
from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle
from keras_troubleshoot.tuning.coarse.round import Round
from keras_troubleshoot.tuning.engines.tuner import TeamTuner


class CoarseToFine(TeamTuner):
    """Searches hyperparameters widely, then around the best, again and again.

    The first of the lecture's advice on tuning. The first round covers the
    whole space evenly (Sobol's sequence); each further one draws around the
    `keep` best trials so far, from ranges that are narrowed to them, each on
    its own scale: linear, logarithmic, reverse-logarithmic, by steps; the
    values of categories by how many of the best have them, none ever to
    zero. A range grows again where the best lie at its edge; where that is
    the end of the search space, `explain` warns that it is too small there.

    No configuration comes twice while there are others. Trials whose score
    is NaN or infinite are the worst, not failures, and are not run again.
    What is drawn depends on the seed, the number of the trial and the
    trials that had finished when its round began, so that a search that was
    interrupted goes on as it would have.

    Args:
        hypermodel: a `keras_tuner.HyperModel` or a function of
            `keras_tuner.HyperParameters` that returns a compiled model; None
            where `run_trial` is overridden.
        objective: as keras-tuner takes it: "val_loss", a
            `keras_tuner.Objective`, or a list of them.
        max_trials: configurations that are tried at most.
        seed: a whole number, which fixes all trials; drawn by default.
        hyperparameters: `keras_tuner.HyperParameters` known in advance.
        tune_new_entries: whether hyperparameters that the hypermodel names
            besides are searched, too, or keep their default.
        allow_new_entries: whether it may name others.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: failures in a row that end the search.
        rounds: how many; by default one for each 7 trials, five from 35 to
            some 100, more (8 of 300) beyond. Before a model: two.
        keep: trials that a round is drawn around, at least 2.
        first_share: of the trials, those of the first round, from 0 to 1.
        then: None, or "bayesian": after `rounds` rounds the trials that are
            left are chosen as by `BayesianOptimization`.
        **kwargs: of `keras_tuner.Tuner`: `directory`, `project_name`,
            `overwrite`, `executions_per_trial`, ...

    Raises:
        TypeError, ValueError: an argument will not do.

    Example:
        >>> import math
        >>> import tempfile
        >>> class Bowl(CoarseToFine):
        ...     def run_trial(self, trial, *args, **kwargs):
        ...         rate = trial.hyperparameters.Float(
        ...             "rate", 1e-4, 1.0, sampling="log")
        ...         return abs(math.log10(rate) + 2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tuner = Bowl(max_trials=30, seed=0, directory=folder)
        ...     tuner.search(verbose=0)
        >>> bool(0.005 < tuner.get_best_hyperparameters()[0]["rate"] < 0.02)
        True
        >>> [r.size for r in tuner.rounds]
        [6, 8, 8, 8]
    """

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int | None = 10,
        seed: int | None = None,
        hyperparameters: keras_tuner.HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        rounds: int | None = None,
        keep: int = KEEP,
        first_share: float = FIRST_SHARE,
        then: str | None = None,
        **kwargs: Any,
    ):
        # Of a chief, `self.oracle` is a client that cannot be asked.
        self.made = CoarseToFineOracle(
            objective=objective,
            max_trials=max_trials,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
            rounds=rounds,
            keep=keep,
            first_share=first_share,
            then=then,
        )
        super().__init__(oracle=self.made, hypermodel=hypermodel, **kwargs)

    @property
    def rounds(self) -> list[Round]:
        """The rounds that have started, with the range of each parameter."""
        return self.made.rounds

    def explain(self) -> str:
        """What each round drew from, why, and what warns, in words."""
        return self.made.explain()
