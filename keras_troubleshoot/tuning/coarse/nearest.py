"""Which of the best trials a round is drawn around, and where they lie."""

from collections.abc import Iterable
from typing import Any

from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.scale import HyperParameter


def places(hp: HyperParameter, trials: Iterable[Any]) -> list[float]:
    """Where the trials lie in which a hyperparameter is on."""
    return [
        scale.to_unit(hp, trial.hyperparameters.values[hp.name])
        for trial in trials
        if hp.name in trial.hyperparameters.values
        and is_active(hp, trial.hyperparameters.values)
    ]


def best_of(found: list[Any], keep: int) -> list[Any]:
    """The first, at most half: all of few trials would be no choice."""
    return found[: min(keep, (len(found) + 1) // 2)]
