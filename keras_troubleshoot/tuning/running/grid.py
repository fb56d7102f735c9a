"""Grid search that can be resumed."""

import functools
from typing import Any

import keras_tuner

from keras_troubleshoot.tuning.running.keeping import Keeping


class GridOracle(Keeping, keras_tuner.oracles.GridSearchOracle):
    """keras-tuner's grid search; resumed it goes on instead of ending.

    keras-tuner keeps where the grid was in memory only. It can be told from
    the trials: in the order of the grid, each is followed by the next one
    that was tried.
    """

    def set_state(self, state: dict[str, Any]) -> None:
        """Takes a saved state, and finds out where the grid was."""
        super().set_state(state)
        self._ordered_ids = type(self._ordered_ids)()
        order = sorted(self.trials, key=functools.cmp_to_key(self.compared))
        for place, name in enumerate(order):
            self._ordered_ids.insert(name, order[place - 1] if place else None)
        self._populate_next = order

    def compared(self, one: str, other: str) -> int:
        """Which of two trials comes first on the grid."""
        a, b = [self.trials[name].hyperparameters for name in (one, other)]
        return self._compare(a.values, b.values)
