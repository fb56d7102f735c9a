"""`Work`: what each trial of a search does; `run` does it once."""

import contextlib
import copy
import dataclasses
import gc
import traceback
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import private
from keras_troubleshoot.tuning.running import checkpoints
from keras_troubleshoot.tuning.running import results
from keras_troubleshoot.tuning.running.reporting import Reporter

Report = Callable[[dict[str, float], int], str | None]


@dataclasses.dataclass(frozen=True)
class Work:
    """What each trial does; it goes to other processes by cloudpickle.

    Attributes:
        hypermodel: a `keras_tuner.HyperModel`.
        train: what `fit` takes as a tuple of arrays, or a dataset.
        validation: the same.
        options: of `fit`.
        executions: trainings of a trial, each from other starting weights.
        seed: that all seeds of trainings come from.
        folder: of the search, for the weights of the trials.
        objective: a `keras_tuner.Objective`.
        strategy: a `tf.distribute.Strategy` to build and train in, or None.
    """

    hypermodel: Any
    train: Any
    validation: Any
    options: dict[str, Any]
    executions: int
    seed: int
    folder: str
    objective: Any
    strategy: Any = None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        status: "COMPLETED" or "FAILED".
        message: why it failed, or ended early; None where all went well.
    """

    status: str
    message: str | None = None


def run(work: Work, trial: Any, report: Report) -> Outcome:
    """Trains the model of a trial; whatever the user's code raises is told.

    Args:
        work: to be done.
        trial: a `keras_tuner` trial; `hyperparameters` learn what the builder
            registers.
        report: is called with the metrics of each epoch and its number from
            0; it answers why the trial is to end, or None.

    Returns:
        How it ended.
    """
    path = checkpoints.path_of(work.folder, trial.trial_id)
    kept = checkpoints.BestEpoch(work.objective, path)
    try:
        for execution in range(work.executions):
            seed = seed_of(work.seed, int(trial.trial_id), execution)
            hp = trial.hyperparameters
            _, reporter = train(work, hp, seed, report, kept)
            if reporter.reason is not None:
                return Outcome("COMPLETED", reporter.reason)
    except Exception as error:
        return Outcome("FAILED", told(error))
    finally:
        gc.collect()
    return Outcome("COMPLETED", kept.trouble)


def train(
    work: Work, hp: Any, seed: int, report: Report, *callbacks: Any
) -> tuple[keras.Model, Reporter]:
    """Trains one model of a configuration; returns it and what it told."""
    model = built(work, hp, seed)
    reporter = Reporter(work.objective, report)
    options = dict(work.options)
    given = copied(options.pop("callbacks", None))
    options["callbacks"] = [*given, reporter, *callbacks]
    data, named = fit_arguments(work.train, work.validation)
    with private.all_reduces_forgotten():
        made = work.hypermodel.fit(hp, model, *data, **named, **options)
    if not reporter.reported:
        metrics, step = results.read(made, work.objective)
        reporter.take(metrics, step)
    return model, reporter


def built(work: Work, hp: Any, seed: int) -> keras.Model:
    """The compiled model of a configuration.

    Raises:
        TypeError: the builder returns something else.
        ValueError: the model is not compiled.
    """
    private.clear_session()
    keras.utils.set_random_seed(seed)
    scope = contextlib.nullcontext()
    if work.strategy is not None:
        scope = work.strategy.scope()
    with scope:
        model = work.hypermodel.build(hp)
    require_compiled(model)
    with model.distribute_strategy.scope():
        if model.built and not model.optimizer.built:
            # Built inside the first step, TensorFlow keeps a function for
            # each of its variables for good: some 7 MiB a trial.
            model.optimizer.build(model.trainable_variables)
    return model


def require_compiled(model: Any) -> None:
    """Raises where what a builder returned cannot be trained."""
    if not isinstance(model, keras.Model):
        raise TypeError(
            "The builder must return a compiled Keras model, received: "
            f"{'None' if model is None else type(model).__name__}. To mend "
            "it, let it end in `return model`."
        )
    if not model.compiled:
        raise ValueError(
            "The builder must return a compiled model, received: "
            f"{model.name!r} without `compile`. To mend it, call "
            "`model.compile(optimizer, loss)` in the builder."
        )


def seed_of(seed: int, *numbers: int) -> int:
    """The seed of one training, by the search's and its own numbers."""
    drawn = np.random.SeedSequence([seed, *numbers]).generate_state(1)[0]
    return int(drawn % 2**31)


def copied(callbacks: Any) -> list[Any]:
    """The user's callbacks, fresh for each training.

    Raises:
        TypeError: one cannot be copied.
    """
    try:
        return list(copy.deepcopy(callbacks or []))
    except Exception as error:
        raise TypeError(
            "`callbacks` must be such that they can be copied for each "
            f"trial, received: one that cannot ({error})."
        ) from error


def fit_arguments(train: Any, validation: Any) -> tuple[tuple, dict]:
    """Training and validation data as arguments of `fit`."""
    named = {} if validation is None else {"validation_data": validation}
    if not isinstance(train, tuple):
        return (train,), named
    if len(train) > 2:
        named["sample_weight"] = train[2]
    return train[:2], named


def told(error: Exception) -> str:
    """Why a trial failed: a sentence, then the trace."""
    first = private.first_line(error)
    kind = "Out of memory" if is_memory(error) else type(error).__name__
    return f"{kind}: {first}.\n{''.join(traceback.format_exception(error))}"


def is_memory(error: Exception) -> bool:
    """Whether the machine or the accelerator had no memory left."""
    if isinstance(error, MemoryError):
        return True
    text = f"{type(error).__name__} {error}".lower()
    signs = ("resourceexhausted", "resource_exhausted", "out of memory", "oom ")
    return any(sign in text for sign in signs)
