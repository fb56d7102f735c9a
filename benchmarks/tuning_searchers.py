"""Searches of a table, by keras-tuner, by Optuna and by this library.

Each is driven as its own `search` drives it, with trials whose losses are
looked up: of keras-tuner and of this library the oracle, of Optuna `ask` and
`tell`.
"""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import keras_tuner
import numpy as np

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle
from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle
from keras_troubleshoot.tuning.embedding import conditions
from keras_troubleshoot.tuning.embedding import scale

# More than any search here lasts.
UNLIMITED = 10_000
# keras-tuner draws one value after the other with a seed that is one more:
# searches with neighbouring seeds would soon try the same.
APART = 100_003


def made(oracle_class: type, space: Any, seed: int, **options: Any):
    """An oracle that knows the whole space from the start.

    It writes no files, which would take most of the time.
    """

    class Memory(oracle_class):
        def save(self):
            pass

        def _save_trial(self, trial):
            pass

    oracle = Memory(
        keras_tuner.Objective("val_loss", "min"),
        hyperparameters=space.copy(),
        tune_new_entries=False,
        max_consecutive_failed_trials=UNLIMITED,
        seed=seed,
        **options,
    )
    oracle.verbose = 0
    return oracle


def oracle_scores(oracle: Any, curve: Callable) -> Iterator[float]:
    """The score of trial after trial, as a tuner asks for them."""
    while True:
        trial = oracle.create_trial("tuner0")
        if trial.status == "STOPPED":
            return
        losses = curve(trial.hyperparameters.values)
        oracle.update_trial(trial.trial_id, {"val_loss": float(losses[-1])})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        yield float(losses[-1])


def search_by(oracle_class: type, apart: int = 1, **options: Any) -> Callable:
    """A search by an oracle, which is told how many trials it has."""

    def search(space, curve, trials, seed):
        oracle = made(
            oracle_class,
            space,
            apart * (seed + 1),
            max_trials=trials,
            **options,
        )
        return list(oracle_scores(oracle, curve))

    return search


def hyperband(space, curve, trials, seed) -> list[float]:
    """keras-tuner's Hyperband; as many epochs as so many whole trainings.

    Returns:
        The best loss so far, each time that the epochs of one more whole
        training are spent.
    """
    epochs = len(curve(space.values))
    oracle = made(
        keras_tuner.oracles.HyperbandOracle,
        space,
        APART * (seed + 1),
        max_epochs=epochs,
        hyperband_iterations=trials,
    )
    return list(spent(oracle, curve, epochs, trials))


def spent(oracle, curve, epochs, trials) -> Iterator[float]:
    """The best loss so far by whole trainings."""
    used, given, best = 0, 0, np.inf
    while given < trials:
        trial = oracle.create_trial("tuner0")
        if trial.status != "RUNNING":
            return
        values = trial.hyperparameters.values
        loss = float(curve(values)[values["tuner/epochs"] - 1])
        used += values["tuner/epochs"] - values["tuner/initial_epoch"]
        oracle.update_trial(trial.trial_id, {"val_loss": loss})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        best = min(best, loss)
        while given < min(trials, used // epochs):
            given += 1
            yield best


def sampler_of(kind: str, seed: int) -> Any:
    """A sampler of Optuna, with one thread, as all have here."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if kind == "GPSampler":
        import torch

        torch.set_num_threads(1)
    return getattr(optuna.samplers, kind)(seed=seed)


def optuna_search(kind: str) -> Callable:
    """A search by Optuna, whose steps are places on the scale of each."""

    def search(space, curve, trials, seed):
        sampler = sampler_of(kind, seed)
        import optuna

        study, scores = optuna.create_study(sampler=sampler), []
        for _ in range(trials):
            trial = study.ask()
            losses = curve(suggested(trial, space.space))
            study.tell(trial, float(losses[-1]))
            scores.append(float(losses[-1]))
        return scores

    return search


def suggested(trial: Any, space: list) -> dict[str, Any]:
    """The values that Optuna suggests, conditions minded."""

    def value(hp, number):
        del number
        if scale.is_category(hp):
            return trial.suggest_categorical(hp.name, list(hp.values))
        if not scale.parts(hp):
            log = hp.sampling == "log"
            ask = trial.suggest_float
            if isinstance(hp, scale.Int):
                ask = trial.suggest_int
            return ask(hp.name, hp.min_value, hp.max_value, log=log)
        # Optuna knows no logarithmic steps: their numbers are as even.
        count = scale.parts(hp)
        chosen = trial.suggest_int(hp.name, 0, count - 1)
        return scale.part(hp, chosen, count)

    return conditions.filled(space, value)


SEARCHERS = {
    "random": search_by(keras_tuner.oracles.RandomSearchOracle, APART),
    "Hyperband": hyperband,
    "TPE (Optuna)": optuna_search("TPESampler"),
    "coarse to fine": search_by(CoarseToFineOracle),
    "coarse to fine, then Bayesian": search_by(
        CoarseToFineOracle, then="bayesian"
    ),
    "Bayesian": search_by(BayesianOptimizationOracle),
    "GP (Optuna)": optuna_search("GPSampler"),
    "Bayesian (keras-tuner)": search_by(
        keras_tuner.oracles.BayesianOptimizationOracle, APART
    ),
}
# Those that plan by the number of trials: each number is a search of its own.
PLANNING = ("coarse to fine", "coarse to fine, then Bayesian")
