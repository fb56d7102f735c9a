"""`Keeping`: an oracle whose search survives whatever happens to it."""

import copy
import functools
import json
import math
import os
import warnings
from collections.abc import Callable
from typing import Any

import keras_tuner
from keras_tuner.engine import trial as trial_lib

from keras_troubleshoot.tuning import ranking
from keras_troubleshoot.tuning.running import checkpoints
from keras_troubleshoot.tuning.running import files
from keras_troubleshoot.tuning.running import reloading

# Failures without one success after which nothing is to be hoped for.
HOPELESS = 3


class Keeping:
    """What any oracle of keras-tuner gains; it stands before it in a class.

    State files are written whole or not at all, and are made to agree when
    a search is resumed; a trial that ended is never run again, one that was
    under way is. A score that is NaN is the worst, not a failure.

    Attributes:
        discard: a rule that ends bad trials early, such as `MedianStopping`;
            None for none.
        keep_checkpoints: of how many of the best trials the weights stay on
            disk; None for all.
        patient: whether too many failures in a row end the search with a
            `stop_reason`, instead of an exception in the middle of an
            update, which leaves keras-tuner's lock taken for good.
        told: called with a trial that has ended.
        stop_reason: why the search ended early; None if it did not.
    """

    discard: Any = None
    keep_checkpoints: int | None = None
    patient: bool = False
    told: Callable[[Any], None] | None = None
    stop_reason: str | None = None

    @keras_tuner.synchronized
    def create_trial(self, tuner_id: str) -> Any:
        """The next trial; one with the status IDLE or STOPPED for none.

        IDLE also while the last trials are under way: one of them may come
        back, of a worker that died.
        """
        held = self.ongoing_trials.get(tuner_id)
        queued = set(self._retry_queue)
        if self.stop_reason and held is None:
            self.tuner_ids.discard(tuner_id)
            return self.answer("STOPPED")
        trial = super().create_trial(tuner_id)
        if trial is held or trial.trial_id in queued:
            start_again(trial)
            self._save_trial(trial)
        if trial.status == "STOPPED" and self.ongoing_trials:
            self.tuner_ids.add(tuner_id)
            return self.answer("IDLE")
        return trial

    def answer(self, status: str) -> Any:
        """A trial that is none, and says why."""
        return trial_lib.Trial(self.get_space(), trial_id="", status=status)

    @keras_tuner.synchronized
    def update_trial(
        self, trial_id: str, metrics: dict[str, float], step: int = 0
    ) -> Any:
        """Takes the metrics of a step (an epoch, from 0).

        Returns:
            The trial; with the status STOPPED, and the reason in `message`,
            where it shall end here.
        """
        if trial_id in self.end_order:
            return self.answer("STOPPED")
        trial = super().update_trial(trial_id, metrics, step=step)
        if self.discard is None:
            return trial
        reason = self.discard.reason(
            trial, self.trials.values(), step, self.objective
        )
        if reason is None:
            return trial
        # Over the wire no message goes back: it is noted here.
        trial.message = reason
        stopped = copy.copy(trial)
        stopped.status = "STOPPED"
        return stopped

    @keras_tuner.synchronized
    def end_trial(self, trial: Any) -> None:
        """Ends a trial; one that had ended already is left as it is."""
        own = self.trials.get(trial.trial_id)
        # Not by its status: a tuner sets that of the oracle's own trial.
        if own is None or trial.trial_id in self.end_order:
            return
        if trial.trial_id in self._retry_queue:
            self._retry_queue.remove(trial.trial_id)
        if trial.message is None:
            trial.message = own.message
        if trial.status == "COMPLETED" and not self.has_score(own):
            trial.status = "FAILED"
            trial.message = f"It ended without {self.objective.name!r}."
        super().end_trial(trial)
        if trial.trial_id in self.end_order:
            checkpoints.tidy(self)
            if self.told is not None:
                self.told(own)

    def has_score(self, trial: Any) -> bool:
        """Whether a trial reported what is aimed at."""
        name = self.objective.name
        return trial.metrics.exists(name) and bool(
            trial.metrics.get_history(name)
        )

    @keras_tuner.synchronized
    def requeue(self, trial_id: str) -> None:
        """Puts a trial under way back, to be run anew."""
        for worker, trial in list(self.ongoing_trials.items()):
            if trial.trial_id == trial_id:
                self.ongoing_trials.pop(worker)
                self.tuner_ids.discard(worker)
        if trial_id not in [*self.end_order, *self._retry_queue]:
            self._retry_queue.append(trial_id)
        self.save()

    def score_trial(self, trial: Any) -> None:
        """Scores a trial; one that is no number is the worst of all.

        keras-tuner would take it as failed, run it again and end the search
        after three of them; that a configuration diverges is a result.
        """
        with warnings.catch_warnings():
            # Of NumPy, that all values are NaN.
            warnings.simplefilter("ignore", RuntimeWarning)
            super().score_trial(trial)
        if trial.score is None or math.isnan(trial.score):
            trial.score = ranking.worst(self.objective.direction)
            trial.best_step = trial.best_step or 0

    def _check_consecutive_failures(self) -> None:
        # keras-tuner calls it so; what it raises leaves its lock taken.
        if not self.patient:
            super()._check_consecutive_failures()
            return
        failed, last = 0, [self.trials[name] for name in self.end_order]
        while failed < len(last) and last[-1 - failed].status == "FAILED":
            failed += 1
        hopeless = failed == len(last) and failed >= HOPELESS
        if hopeless or failed >= self.max_consecutive_failed_trials:
            self.stop_reason = f"{failed} trials in a row failed"

    def ranked(self) -> list[Any]:
        """The trials with a finite score, the best first."""
        return ranking.ranked(self.trials.values(), self.objective.direction)

    def get_best_trials(self, num_trials: int = 1) -> list[Any]:
        """The best trials, those that diverged or failed behind them."""
        best = self.ranked()
        names = {trial.trial_id for trial in best}
        others = [t for name, t in self.trials.items() if name not in names]
        return (best + others)[:num_trials]

    def save(self) -> None:
        """Writes the state of the oracle."""
        files.write(self._get_oracle_fname(), json.dumps(self.get_state()))

    def _save_trial(self, trial: Any) -> None:
        # keras-tuner calls it so, for each trial that it saves.
        folder = self._get_trial_dir(trial.trial_id)
        path = os.path.join(folder, "trial.json")
        files.write(path, json.dumps(trial.get_state()))

    def reload(self) -> None:
        """Takes up what the folder holds; trials under way start anew.

        Raises:
            RuntimeError: its state is of another kind of search.
        """
        self.trials = reloading.trials_of(self._project_dir)
        state = files.read(self._get_oracle_fname())
        if state is None:
            state = self.without_state()
        gone = reloading.lost(state, self.trials)
        try:
            self.set_state(reloading.reconciled(state, self.trials))
        except (KeyError, TypeError) as error:
            raise RuntimeError(
                f"The folder {self._project_dir!r} holds a search of another "
                f"kind than {type(self).__name__}. To mend it, give "
                "`project_name` another name, or pass `overwrite=True`."
            ) from error
        self.ongoing_trials = {}
        for trial in self.trials.values():
            self._record_values(trial)
        for name in gone:
            self.draw_again(name)

    def without_state(self) -> dict[str, Any]:
        """The state as far as the trials' files tell it."""
        for trial in self.trials.values():
            self.update_space(trial.hyperparameters)
        return self.get_state()

    def draw_again(self, trial_id: str) -> None:
        """A new configuration for a trial whose file is gone."""
        drawn = self.populate_space(trial_id)
        space = self.get_space()
        if drawn["status"] == "RUNNING":
            space.values = drawn["values"]
        trial = trial_lib.Trial(space, trial_id=trial_id)
        self.trials[trial_id] = trial
        self.start_order.append(trial_id)
        self._retry_queue.append(trial_id)
        self._record_values(trial)
        self._save_trial(trial)


def start_again(trial: Any) -> None:
    """Forgets what a trial reported before it was interrupted."""
    trial.metrics = type(trial.metrics)()
    trial.score, trial.best_step, trial.message = None, 0, None


@functools.cache
def kept(oracle: type) -> type:
    """The class of an oracle with `Keeping` before it."""
    if issubclass(oracle, Keeping):
        return oracle
    return type(oracle.__name__, (Keeping, oracle), {})
