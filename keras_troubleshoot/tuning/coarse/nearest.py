"""Which of the best trials a round is drawn around, and where they lie."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.scale import HyperParameter
from keras_troubleshoot.tuning.ranking import FINISHED


def places(space: Sequence[HyperParameter], trial: Any) -> list[float | None]:
    """Where a trial lies on the scale of each, None of what is off there."""
    values = trial.hyperparameters.values
    return [
        scale.to_unit(hp, values[hp.name])
        if hp.name in values and is_active(hp, values)
        else None
        for hp in space
    ]


def best_of(found: list[Any], keep: int) -> list[Any]:
    """The first, at most half: all of few trials would be no choice."""
    return found[: min(keep, (len(found) + 1) // 2)]


class Places:
    """Where the finished trials lie; each is looked at once."""

    def __init__(self):
        self.kept: dict[str, list[float | None]] = {}
        self.width = 0

    def look(
        self, space: Sequence[HyperParameter], trials: Mapping[str, Any]
    ) -> None:
        """Looks at the trials that have finished since the last time."""
        if len(space) != self.width:
            self.kept, self.width = {}, len(space)
        for name in trials.keys() - self.kept.keys():
            if trials[name].status in FINISHED:
                self.kept[name] = places(space, trials[name])

    def columns(self, trials: Sequence[Any]) -> list[list[float]]:
        """For each hyperparameter the places of the trials where it is on.

        Args:
            trials: some of those that were looked at.
        """
        rows = [self.kept[trial.trial_id] for trial in trials]
        return [
            [row[number] for row in rows if row[number] is not None]
            for number in range(self.width)
        ]
