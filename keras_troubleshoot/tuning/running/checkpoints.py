"""The weights of trials on disk: those of the best few stay."""

import contextlib
import os
from typing import Any

import keras

from keras_troubleshoot.tuning import ranking

NAME = "checkpoint.weights.h5"


def path_of(folder: str, trial_id: str) -> str:
    """Where keras-tuner has the weights of a trial."""
    return os.path.join(folder, f"trial_{trial_id}", NAME)


def tidy(oracle: Any) -> None:
    """Removes the weights of all finished trials but the best."""
    if oracle.keep_checkpoints is None:
        return
    best = oracle.ranked()[: oracle.keep_checkpoints]
    names = {trial.trial_id for trial in best}
    for name, trial in oracle.trials.items():
        if trial.status in ranking.FINISHED and name not in names:
            with contextlib.suppress(OSError):
                os.remove(path_of(oracle._project_dir, name))


class BestEpoch(keras.callbacks.Callback):
    """Saves the weights of the best epoch; a full disk does not end a trial.

    Args:
        objective: a `keras_tuner.Objective`.
        path: of the file.

    Attributes:
        best: value so far, over all trainings that the callback is given.
        trouble: why the weights could not be saved; None where they were.
    """

    def __init__(self, objective: Any, path: str):
        super().__init__()
        self.objective, self.path = objective, path
        self.best: float | None = None
        self.trouble: str | None = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves where the objective is better than before, or not told."""
        if not self.objective.has_value(logs or {}):
            self.save()
            return
        value = float(self.objective.get_value(logs))
        if self.best is None or self.objective.better_than(value, self.best):
            self.best = value
            self.save()

    def save(self) -> None:
        """Writes the weights beside the old ones, then in their place."""
        draft = self.path.replace(NAME, f"draft.{NAME}")
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            self.model.save_weights(draft)
            os.replace(draft, self.path)
        except OSError as error:
            self.trouble = f"its weights could not be saved ({error})"
            with contextlib.suppress(OSError):
                os.remove(draft)


def load(model: keras.Model, folder: str, trial_id: str, train: Any) -> None:
    """Puts the saved weights of a trial into its model, and its optimizer.

    Args:
        model: compiled.
        folder: of the search.
        trial_id: of the trial.
        train: data, by which a model without an input is built.

    Raises:
        ValueError: they are not there.
    """
    path = path_of(folder, trial_id)
    if not os.path.exists(path):
        raise ValueError(
            f"Trial {trial_id} must have its weights saved, received: no file "
            f"{path}. To mend it, raise `keep_checkpoints`, or train the "
            "model anew with `best_hyperparameters`."
        )
    if not model.built:
        model.predict_on_batch(first_inputs(train))
    if not model.optimizer.built:
        with model.distribute_strategy.scope():
            model.optimizer.build(model.trainable_variables)
    model.load_weights(path)


def first_inputs(train: Any) -> Any:
    """The inputs of a first row, or of a first batch."""
    if isinstance(train, tuple):
        return keras.tree.map_structure(lambda array: array[:1], train[0])
    if isinstance(train, keras.utils.PyDataset):
        batch = train[0]
    else:
        batch = next(iter(train))
    return keras.utils.unpack_x_y_sample_weight(batch)[0]
