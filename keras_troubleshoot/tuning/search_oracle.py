"""What the oracles of all our searches have in common."""

from collections.abc import Mapping
from typing import Any

import keras_tuner

from keras_troubleshoot.tuning import objectives
from keras_troubleshoot.tuning.running import keeping

History = tuple[
    list[tuple[Mapping[str, Any], float | None]], list[Mapping[str, Any]]
]


class SearchOracle(keeping.Keeping, keras_tuner.Oracle):
    """An oracle that keeps its search, and takes a divergence as a result.

    Args:
        seed: a whole number, which fixes all trials; drawn by default.
        **options: of `keras_tuner.Oracle`.
    """

    def __init__(self, *, seed: int | None = None, **options: Any):
        wanted = objectives.read(options.pop("objective", None))
        super().__init__(seed=seed, objective=wanted, **options)
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


def score(trial: Any) -> float | None:
    """The score of a finished trial, None of one that failed."""
    return trial.score if trial.status == "COMPLETED" else None
