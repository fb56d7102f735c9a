"""`ManualStudy`: trials made by hand, kept as those of a search."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.tuning.bayesian import suggesting
from keras_troubleshoot.tuning.by_hand import checking
from keras_troubleshoot.tuning.by_hand import one_by_one
from keras_troubleshoot.tuning.by_hand import recording
from keras_troubleshoot.tuning.by_hand import results
from keras_troubleshoot.tuning.by_hand import table
from keras_troubleshoot.tuning.by_hand.notes import Notes
from keras_troubleshoot.tuning.by_hand.suggestion import Suggestion
from keras_troubleshoot.tuning.looking import trials as trials_lib

ONE, MODEL = "one_at_a_time", "bayesian"


class ManualStudy:
    """Trials made by hand; `manual` makes it, `print` shows it.

    It can be handed to all that looks at a search: `kts.tuning.importance`,
    `page`, `history`, `to_json`, ...

    Attributes:
        tuner: of keras-tuner, with the same trials; None where an oracle was
            given. Its `search` goes on by itself.
        oracle: of keras-tuner, which holds the trials.
    """

    def __init__(self, oracle: Any, tuner: Any = None):
        recording.require_recordable(oracle)
        self.oracle, self.tuner = oracle, tuner
        has_folder = recording.has_folder(oracle)
        self.notes = Notes(oracle._project_dir if has_folder else None)

    def add(
        self,
        values: Mapping[str, Any] | Suggestion,
        result: Any,
        *,
        note: str = "",
        replace: str | None = None,
    ) -> str:
        """Keeps a trial that was made by hand.

        Args:
            values: of hyperparameters, by name, or a `Suggestion`. What is
                left out took its default.
            result: the score; or metrics by name, each a number or one for
                each epoch, of which the best counts; or what `fit` returned;
                or None for a run that failed. NaN is a run that diverged.
            note: to be shown beside it.
            replace: the number of a trial to be put right.

        Returns:
            The number of the trial.

        Raises:
            TypeError, ValueError: the values do not fit the search space,
                the result lacks the objective, or there is no such trial to
                replace.
        """
        if isinstance(values, Suggestion):
            values = values.values
        held = checking.checked(self.oracle.get_space().space, values)
        name = self.oracle.objective.name
        metrics = {} if result is None else results.metrics_of(result, name)
        self.require_known(replace)
        trial = recording.record(
            self.oracle,
            held,
            metrics,
            failed=result is None,
            message=(note or "Failed.") if result is None else None,
            trial_id=replace,
        )
        if note or replace:
            self.notes.write(trial.trial_id, note)
        if recording.has_folder(self.oracle):
            self.oracle.save()
        return trial.trial_id

    def suggest(self, method: str | None = None) -> Suggestion:
        """What to try next; asked again, it says the same.

        Args:
            method: "one_at_a_time" changes the most sensitive hyperparameter
                of the best trial, until three values of it are known, then
                the next; "bayesian" takes what a Gaussian process on all
                trials expects to improve most. By default the first, until
                it has nothing to change or twice as many trials as there are
                hyperparameters have a score.

        Returns:
            Values that were not tried, and why these.

        Raises:
            ValueError: the method is another, or there is nothing to change.
        """
        if method not in (None, ONE, MODEL):
            raise ValueError(
                f"`method` must be {ONE!r} or {MODEL!r}, received: "
                f"method={method!r}. To mend it, leave it out."
            )
        space = self.oracle.get_space().space
        trials = trials_lib.started(self.oracle)
        few = self.scored(trials) < suggesting.initial_points(space, None)
        found = None
        if method == ONE or (method is None and few):
            found = self.next_change(trials)
        if found is None and method != ONE:
            found = self.expected(trials)
        if found is None:
            raise ValueError(
                "The search space must have something left to try, received: "
                f"{len(trials)} trials that leave nothing. To mend it, widen "
                "a range, or leave `method` out."
            )
        hyperparameters = self.oracle.get_space()
        hyperparameters.values = dict(found[0])
        return Suggestion(*found, hyperparameters)

    def next_change(self, trials: list[Any]) -> tuple[dict, str] | None:
        """One hyperparameter of the best trial changed."""
        best = trials_lib.best(trials, self.oracle.objective.direction)
        return one_by_one.following(
            self.oracle.get_space().space,
            [trials_lib.values_of(trial) for trial in trials],
            None if best is None else trials_lib.values_of(best),
        )

    def expected(self, trials: list[Any]) -> tuple[dict, str] | None:
        """What a Gaussian process expects most of."""
        ended = [t for t in trials if t.status in trials_lib.FINISHED]
        direction = self.oracle.objective.direction
        scores = trials_lib.scores(ended, direction)
        values = suggesting.suggest(
            self.oracle.get_space().space,
            [
                (trials_lib.values_of(trial), score)
                for trial, score in zip(ended, scores, strict=True)
            ],
            [trials_lib.values_of(t) for t in trials if t not in ended],
            direction,
            self.oracle.seed,
        )
        why = (
            "It is expected to improve most, by a Gaussian process on "
            f"{len(ended)} trials."
        )
        if self.scored(ended) < suggesting.FEW:
            why = (
                f"It covers the space evenly: a model needs {suggesting.FEW} "
                "trials with a score."
            )
        return None if values is None else (values, why)

    def scored(self, trials: list[Any]) -> int:
        """How many trials have a finite score."""
        direction = self.oracle.objective.direction
        return int(np.isfinite(trials_lib.scores(trials, direction)).sum())

    def require_known(self, trial_id: str | None) -> None:
        """What is put right must be there.

        Raises:
            ValueError: it is not, or has not ended.
        """
        ended = [t.trial_id for t in trials_lib.finished(self.oracle)]
        if trial_id is not None and trial_id not in ended:
            raise ValueError(
                "`replace` must be the number of a trial, as the table shows "
                f"it, received: replace={trial_id!r}. To mend it, take one "
                f"of {', '.join(ended) or 'none'}, or leave it out."
            )

    def __len__(self) -> int:
        return len(trials_lib.finished(self.oracle))

    def __str__(self) -> str:
        return table.told(self.oracle, self.notes)

    __repr__ = __str__
