"""Which worker has which trial, in the oracle of a chief.

The one place that reaches into the queue of keras-tuner's oracles.
"""

from typing import Any

from keras_tuner.engine import trial as trial_lib


def holder(oracle: Any, trial_id: str) -> str | None:
    """The tuner id of the worker that trains a trial."""
    for tuner_id, trial in oracle.ongoing_trials.items():
        if trial.trial_id == trial_id:
            return tuner_id
    return None


def queued(oracle: Any, trial_id: str) -> bool:
    """Whether a trial waits for a worker."""
    return trial_id in oracle._retry_queue


def idle(oracle: Any) -> bool:
    """Whether no trial is under way, and none waits that will be run."""
    stopped = getattr(oracle, "stop_reason", None)
    return not oracle.ongoing_trials and (
        bool(stopped) or not oracle._retry_queue
    )


def finished(oracle: Any) -> bool:
    """Whether there is nothing to do, as far as can be told unasked."""
    if getattr(oracle, "stop_reason", None):
        return not oracle.ongoing_trials
    full = oracle.max_trials and len(oracle.trials) >= oracle.max_trials
    return bool(full) and idle(oracle)


def give(oracle: Any, trial_id: str, tuner_id: str) -> None:
    """Gives a trial to the worker that trains it already."""
    before = holder(oracle, trial_id)
    if before == tuner_id:
        return
    if before is not None:
        oracle.ongoing_trials.pop(before)
    if trial_id in oracle._retry_queue:
        oracle._retry_queue.remove(trial_id)
    oracle.tuner_ids.add(tuner_id)
    oracle.ongoing_trials[tuner_id] = oracle.trials[trial_id]


def expect(oracle: Any) -> list[str]:
    """Counts the trials that wait as under way; after a chief's restart.

    Their workers may live and go on.

    Returns:
        The ids of the trials.
    """
    waiting = list(oracle._retry_queue)
    for trial_id in waiting:
        give(oracle, trial_id, f"expected-{trial_id}")
    return waiting


def fail(oracle: Any, trial_id: str, reason: str) -> None:
    """Ends a trial that its worker cannot end."""
    # Also one whose end the oracle refused half way: for a hyperparameter
    # that is not allowed, for example.
    own, space = oracle.trials[trial_id], oracle.get_space()
    space.values = dict(own.hyperparameters.values)
    own.status = "RUNNING"
    oracle.end_trial(trial_lib.Trial(space, trial_id, "FAILED", reason))
