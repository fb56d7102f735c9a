"""`SearchTuner`: the tuner of keras-tuner that `tune` returns."""

import contextlib
import io
import os
from typing import Any

import keras_tuner

from keras_troubleshoot.tuning.running import checkpoints
from keras_troubleshoot.tuning.running import loop
from keras_troubleshoot.tuning.running import work as work_lib

# By which keras-tuner makes a tuner a client of a chief.
CHIEF = "KERASTUNER_ORACLE_IP"


class SearchTuner(keras_tuner.Tuner):
    """Runs the trials of an oracle as `tune` wants them.

    All that a tuner of keras-tuner answers afterwards works:
    `get_best_models`, `get_best_hyperparameters`, `results_summary`.

    Args:
        oracle: of the search, with `Keeping`.
        work: what each trial does.
        directory: of the search.
        project_name: of the search, a folder in it.
    """

    def __init__(
        self,
        oracle: Any,
        work: work_lib.Work,
        directory: str,
        project_name: str,
    ):
        self.work = work
        with alone(), contextlib.redirect_stdout(io.StringIO()):
            super().__init__(
                oracle=oracle,
                hypermodel=work.hypermodel,
                directory=directory,
                project_name=project_name,
                executions_per_trial=work.executions,
                distribution_strategy=work.strategy,
            )
        oracle.verbose = 0

    def _populate_initial_space(self) -> None:
        # keras-tuner calls it so; the builder has been looked at already.
        pass

    def search(self, *args: Any, **kwargs: Any) -> int:
        """Runs the trials that are left, in this process.

        Returns:
            How many.
        """
        with loop.imports_left_out():
            return loop.search(self.oracle, self.work, self.tuner_id)

    def save(self) -> None:
        """Writes the state of the oracle; the tuner has none of its own."""
        self.oracle.save()

    def reload(self) -> None:
        """Takes up what the folder holds."""
        self.oracle.reload()

    def load_model(self, trial: Any) -> Any:
        """The model of a trial with its saved weights.

        Raises:
            ValueError: its weights are not on disk.
        """
        model = self._build_hypermodel(trial.hyperparameters)
        checkpoints.load(
            model, self.work.folder, trial.trial_id, self.work.train
        )
        return model


@contextlib.contextmanager
def alone() -> Any:
    """Hides the address of a chief meanwhile."""
    address = os.environ.pop(CHIEF, None)
    try:
        yield
    finally:
        if address is not None:
            os.environ[CHIEF] = address
