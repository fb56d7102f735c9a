"""`to_optuna`: the trials of a search as a study of Optuna."""

import math
from typing import Any

import numpy as np

from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.looking import tables
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.running import discarding
from keras_troubleshoot.tuning.studies import distributions
from keras_troubleshoot.tuning.studies import required

# What is kept with the study: its space, so that it comes back as it was.
SPACE, OBJECTIVE, NOTES = "keras_tuner_space", "objective", "notes"
# What is kept with a trial: where it came from, so that none comes twice.
ORIGIN = "keras_tuner_trial"


def to_optuna(
    tuner: Any,
    study: Any = None,
    *,
    storage: Any = None,
    name: str | None = None,
) -> Any:
    """All finished trials as a study of Optuna, to look at or to go on with.

    Diverged trials are complete with an infinite value (those of oracles of
    keras-tuner, which take NaN as a failure, have failed), discarded ones are
    pruned. The objective by epoch are the intermediate values.

    Args:
        tuner: a tuner or an oracle of keras-tuner.
        study: to add to, of one objective of the same direction; None for a
            new one. Trials that it has already are not added again.
        storage: of a new study, as `optuna.create_study` takes it; in memory
            by default. The study of this name is taken where it is there.
        name: of a new study.

    Returns:
        The study. `study.user_attrs["notes"]` says what Optuna has no
        distribution for: reversed logarithmic scales become linear ones,
        factors as steps are dropped. A name that is registered in several
        conditional scopes bears its condition.

    Raises:
        ImportError: Optuna is not installed.
        TypeError: `tuner` or `study` is none.
        ValueError: the study has another direction or several objectives,
            or both `study` and `storage` or `name` are given.
    """
    oracle = trials_lib.oracle_of(tuner)
    optuna = required.optuna("to_optuna")
    direction = oracle.objective.direction
    if study is not None and (storage is not None or name is not None):
        raise ValueError(
            "`storage` and `name` must be left out where `study` is given, "
            f"received: storage={storage!r}, name={name!r}. To mend it, pass "
            "one or the other."
        )
    if study is None:
        study = optuna.create_study(
            storage=storage,
            study_name=name,
            direction=f"{direction}imize",
            load_if_exists=True,
        )
    required.require_study(study, direction)
    describe(study, oracle)
    known = {trial.user_attrs.get(ORIGIN) for trial in study.trials}
    made = [frozen(trial, oracle) for trial in trials_lib.finished(oracle)]
    study.add_trials([t for t in made if t.user_attrs[ORIGIN] not in known])
    return study


def describe(study: Any, oracle: Any) -> None:
    """Keeps with a study what it lacks itself."""
    space = oracle.get_space()
    study.set_user_attr(SPACE, plain(space.get_config()))
    study.set_user_attr(OBJECTIVE, oracle.objective.name)
    study.set_user_attr(NOTES, distributions.notes(space.space))


def frozen(trial: Any, oracle: Any) -> Any:
    """One trial as a finished trial of Optuna."""
    optuna = required.optuna("to_optuna")
    row = tables.row(trial, oracle.objective.direction)
    state = optuna.trial.TrialState[state_of(trial)]
    params, kinds = drawn(trial, oracle)
    told = {
        ORIGIN: f"{getattr(oracle, '_project_name', '')}/{row['id']}",
        "message": row["message"],
        "best_step": row["best_step"],
        "metrics": {
            name: tables.at(held, row["best_step"])
            for name, held in row["metrics"].items()
        },
    }
    return optuna.trial.create_trial(
        state=state,
        value=None if state.name == "FAIL" else float(trial.score),
        params=params,
        distributions=kinds,
        user_attrs=told,
        intermediate_values=by_step(trial, oracle.objective.name),
    )


def state_of(trial: Any) -> str:
    """What Optuna calls how a trial ended."""
    if trial.status != "COMPLETED":
        return "FAIL"
    if trial.score is None or math.isnan(trial.score):
        return "FAIL"
    return "PRUNED" if discarding.cut_short(trial) else "COMPLETE"


def drawn(trial: Any, oracle: Any) -> tuple[dict, dict]:
    """The values in effect, and what they were drawn from, by title."""
    params, kinds = {}, {}
    space, values = list(oracle.get_space().space), trial.hyperparameters.values
    for hp, title in zip(space, titles(space), strict=True):
        if hp.name in values and is_active(hp, values):
            params[title] = plain(values[hp.name])
            kinds[title] = distributions.to_distribution(hp, params[title])
    return params, kinds


def by_step(trial: Any, name: str) -> dict[int, float]:
    """The objective by epoch, the mean over the executions."""
    if not trial.metrics.exists(name):
        return {}
    seen = trial.metrics.get_history(name)
    return {int(held.step): float(np.mean(held.value)) for held in seen}
