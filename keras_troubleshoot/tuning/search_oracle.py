"""What the oracles of all searches have in common."""

import math
from collections.abc import Mapping
from typing import Any

import keras_tuner

from keras_troubleshoot.tuning import ranking

History = tuple[
    list[tuple[Mapping[str, Any], float | None]], list[Mapping[str, Any]]
]


class SearchOracle(keras_tuner.Oracle):
    """An oracle to which a trial that diverged is a bad result, no failure.

    Args:
        seed: a whole number, which fixes all trials; drawn by default.
        **options: of `keras_tuner.Oracle`.
    """

    def __init__(self, *, seed: int | None = None, **options: Any):
        super().__init__(seed=seed, **options)
        if seed is not None:
            # keras-tuner takes a seed of 0 as none.
            self.seed = seed

    def history(self) -> History:
        """Finished trials with their scores, and those under way.

        In the order in which they ended and started: a resumed search reads
        the files of its trials in another one.
        """
        ended = dict.fromkeys(self.end_order)
        started = dict.fromkeys([*self.start_order, *sorted(self.trials)])
        finished = [
            (self.trials[name].hyperparameters.values, score(self.trials[name]))
            for name in ended
        ]
        running = [
            self.trials[name].hyperparameters.values
            for name in started
            if name not in ended
        ]
        return finished, running

    def ranked(self) -> list[Any]:
        """The trials with a finite score, the best first."""
        return ranking.ranked(self.trials.values(), self.objective.direction)

    def get_best_trials(self, num_trials: int = 1) -> list[Any]:
        """The best trials, those that diverged or failed behind them."""
        best = self.ranked()
        names = {trial.trial_id for trial in best}
        others = [t for name, t in self.trials.items() if name not in names]
        return (best + others)[:num_trials]

    def score_trial(self, trial: Any) -> None:
        """Scores a trial; one that is no number is the worst of all.

        keras-tuner would take it as failed, run it again and end the search
        after three of them; that a configuration diverges is a result.
        """
        super().score_trial(trial)
        if trial.score is None or math.isnan(trial.score):
            trial.score = ranking.worst(self.objective.direction)


def score(trial: Any) -> float | None:
    """The score of a finished trial, None of one that failed."""
    return trial.score if trial.status == "COMPLETED" else None
