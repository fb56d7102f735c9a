"""`BayesianOptimizationOracle`: hands out the trials of a Bayesian search."""

from typing import Any

import keras_tuner

from keras_troubleshoot.tuning.bayesian import requirements
from keras_troubleshoot.tuning.bayesian.suggesting import initial_points
from keras_troubleshoot.tuning.bayesian.suggesting import suggest
from keras_troubleshoot.tuning.search_oracle import SearchOracle


class BayesianOptimizationOracle(SearchOracle):
    """Expected improvement on a Gaussian process; see `suggest`.

    Args:
        objective: as keras-tuner takes it: a name, a `keras_tuner.Objective`
            or a list of them.
        max_trials: configurations that are tried at most.
        num_initial_points: trials of the first round, which covers the space
            evenly. By default twice the hyperparameters, but a third of
            `max_trials` at most.
        seed: a whole number, which fixes all trials; drawn by default.
        hyperparameters: `keras_tuner.HyperParameters` known in advance.
        allow_new_entries: whether the hypermodel may name others.
        tune_new_entries: whether those are searched, too, or keep their
            default.
        max_retries_per_trial: how often a trial that failed is run again.
        max_consecutive_failed_trials: failures in a row that end the search.

    Raises:
        TypeError, ValueError: an argument will not do.

    Example:
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float("rate", 1e-4, 1.0, sampling="log")
        >>> oracle = BayesianOptimizationOracle(
        ...     "val_loss", max_trials=20, seed=0, hyperparameters=hp)
        >>> oracle.populate_space("0")["status"]
        'RUNNING'
    """

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = 10,
        num_initial_points: int | None = None,
        seed: int | None = None,
        hyperparameters: keras_tuner.HyperParameters | None = None,
        allow_new_entries: bool = True,
        tune_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
    ):
        requirements.check(max_trials, num_initial_points, seed)
        super().__init__(
            objective=objective,
            max_trials=max_trials,
            hyperparameters=hyperparameters,
            allow_new_entries=allow_new_entries,
            tune_new_entries=tune_new_entries,
            seed=seed,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        self.num_initial_points = num_initial_points

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The values of the next trial, as keras-tuner asks for them.

        Args:
            trial_id: of the trial; it changes nothing.

        Returns:
            "status" and "values". "IDLE" where all configurations are tried
            but a running trial may still name new hyperparameters, "STOPPED"
            where there is nothing left.
        """
        space = self.hyperparameters.space
        finished, running = self.history()
        initial = self.num_initial_points
        if initial is None:
            initial = initial_points(space, self.max_trials)
        values = suggest(
            space,
            finished,
            running,
            self.objective.direction,
            self.seed,
            initial,
        )
        if values is not None:
            return {"status": "RUNNING", "values": values}
        may_grow = bool(running) and self.tune_new_entries
        return {"status": "IDLE" if may_grow else "STOPPED", "values": None}

    def get_state(self) -> dict[str, Any]:
        """The state that is saved, as keras-tuner asks for it."""
        state = super().get_state()
        state["num_initial_points"] = self.num_initial_points
        return state

    def set_state(self, state: dict[str, Any]) -> None:
        """Takes the state of a search that is resumed."""
        super().set_state(state)
        self.num_initial_points = state["num_initial_points"]
