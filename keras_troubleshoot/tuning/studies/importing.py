"""`from_optuna`: the trials of a study of Optuna as those of a search."""

import collections
import math
from collections.abc import Mapping
from typing import Any

import keras_tuner

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.tuning.by_hand import checking
from keras_troubleshoot.tuning.by_hand import recording
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.running import discarding
from keras_troubleshoot.tuning.studies import distributions
from keras_troubleshoot.tuning.studies import exporting
from keras_troubleshoot.tuning.studies import required

# States of Optuna that have ended.
ENDED = ("COMPLETE", "PRUNED", "FAIL")


def from_optuna(
    study: Any,
    tuner: Any = None,
    *,
    rename: Mapping[str, str] | None = None,
    skip: bool = False,
) -> Any:
    """Takes the finished trials of a study over, so that a search goes on.

    They count among `max_trials`. Pruned trials have the value at which they
    were pruned, failed ones none. What the search has already, such as
    after a restart, is not taken again.

    Args:
        study: of Optuna, with one objective.
        tuner: a tuner or an oracle of keras-tuner with a search space; or
            `keras_tuner.HyperParameters` or a `SearchSpace`, or None, to get
            a new oracle with the space of `to_optuna` or, for other studies,
            that of the distributions of its trials.
        rename: names of the study, and what the search calls them, such as
            `{"lr": "learning_rate"}`.
        skip: whether trials that do not fit the search space are left out;
            by default they raise.

    Returns:
        `tuner`, or the new oracle, to be looked at.

    Raises:
        TypeError: `study` or `tuner` is none.
        ValueError: the study has another direction or several objectives; a
            trial does not fit the space; or `max_trials` is less than all
            trials.

    A search that goes on from a study::

        study = optuna.load_study(study_name="mine", storage="sqlite:///my.db")
        tuner = from_optuna(study, tuner, rename={"lr": "learning_rate"})
        tuner.search(x, y, validation_split=0.2)
    """
    required.require_study(study)
    held = new_oracle(study, tuner) if is_space(tuner) else tuner
    oracle = trials_lib.oracle_of(held)
    recording.require_recordable(oracle)
    required.require_study(study, oracle.objective.direction)
    made = fitting(study, oracle, dict(rename or {}), skip)
    made = unknown(oracle, made)
    require_room(oracle, len(made))
    for trial, values in made:
        add(oracle, trial, values)
    if made and recording.has_folder(oracle):
        oracle.save()
    return held


def is_space(tuner: Any) -> bool:
    """Whether it is a space alone, or nothing."""
    space = getattr(tuner, "hyperparameters", tuner)
    no_oracle = not hasattr(getattr(tuner, "oracle", tuner), "trials")
    return tuner is None or (
        no_oracle and isinstance(space, keras_tuner.HyperParameters)
    )


def new_oracle(study: Any, given: Any) -> Any:
    """An oracle for the trials of a study."""
    from keras_troubleshoot.tuning.bayesian import oracle as bayesian

    space = getattr(given, "hyperparameters", given)
    config = study.user_attrs.get(exporting.SPACE)
    if space is None and config:
        space = keras_tuner.HyperParameters.from_config(config)
    if space is None:
        space = distributions.to_space(study.trials)
    names = study.metric_names or [exporting.OBJECTIVE]
    name = study.user_attrs.get(exporting.OBJECTIVE, names[0])
    objective = keras_tuner.Objective(name, required.direction_of(study))
    return bayesian.BayesianOptimizationOracle(
        objective, max_trials=None, hyperparameters=space
    )


def fitting(
    study: Any, oracle: Any, rename: dict[str, str], skip: bool
) -> list[tuple[Any, dict[str, Any]]]:
    """The ended trials with their values.

    Raises:
        ValueError: some do not fit, and are not to be skipped.
    """
    space = list(oracle.get_space().space)
    names = dict(zip(titles(space), (hp.name for hp in space), strict=True))
    ended = [trial for trial in study.trials if trial.state.name in ENDED]
    made, wrong = [], []
    for trial in ended:
        params = {rename.get(k, k): v for k, v in trial.params.items()}
        params = {names.get(k, k): v for k, v in params.items()}
        try:
            made.append((trial, checking.checked(space, worded(space, params))))
        except (TypeError, ValueError) as error:
            wrong.append((trial.number, error))
    if wrong and not skip:
        raise ValueError(
            "`study` must hold trials that fit the search space, received: "
            f"{len(wrong)} of {counted(len(ended), 'trial')} that do not; "
            f"of trial {wrong[0][0]}: {wrong[0][1]} For names, pass "
            "`rename={theirs: ours}`; to leave such trials out, `skip=True`."
        )
    return made


def worded(space: list[Any], params: dict[str, Any]) -> dict[str, Any]:
    """The values, as words where the choice is one of words."""
    words = {
        hp.name
        for hp in space
        if isinstance(hp, scale.Choice) and isinstance(hp.values[0], str)
    }
    return {k: str(v) if k in words else v for k, v in params.items()}


def unknown(oracle: Any, made: list[tuple[Any, dict]]) -> list[tuple]:
    """Those that the oracle does not have yet."""
    left = collections.Counter(
        key(t.hyperparameters.values, t.score, t.status == "FAILED")
        for t in trials_lib.finished(oracle)
    )
    new = []
    for trial, values in made:
        score = score_of(trial)
        name = key(values, score, score is None)
        left[name] -= 1
        if left[name] < 0:
            new.append((trial, values))
    return new


def key(values: Mapping[str, Any], score: float | None, failed: bool) -> tuple:
    """Equal for equal trials."""
    told = sorted((name, repr(value)) for name, value in values.items())
    return tuple(told), None if failed else repr(float(score))


def score_of(trial: Any) -> float | None:
    """The value of a trial of Optuna; None where it has none."""
    if trial.state.name == "FAIL" or trial.value is None:
        return None
    return None if math.isnan(trial.value) else float(trial.value)


def require_room(oracle: Any, count: int) -> None:
    """The trials count among all.

    Raises:
        ValueError: there are more.
    """
    total = len(oracle.trials) + count
    if count and oracle.max_trials and total > oracle.max_trials:
        raise ValueError(
            f"`max_trials` must be at least {total}, as the trials of the "
            f"study count, received: max_trials={oracle.max_trials}. To mend "
            f"it, pass {total} and as many more as are to be tried."
        )


def add(oracle: Any, trial: Any, values: dict[str, Any]) -> None:
    """One trial of Optuna as a finished one of the oracle."""
    score, name = score_of(trial), oracle.objective.name
    by_step = dict(sorted(trial.intermediate_values.items()))
    if score is not None and not by_step:
        by_step = {0: score}
    message = trial.user_attrs.get("message")
    if message is None and trial.state.name == "PRUNED":
        message = f"{discarding.PRUNED} in Optuna after step {trial.last_step}."
    if message is None and score is None:
        message = "Failed in Optuna."
    recording.record(
        oracle,
        values,
        {name: by_step} if by_step else {},
        score=score,
        failed=score is None,
        message=message,
    )
