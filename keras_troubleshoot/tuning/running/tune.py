"""`tune`: a whole search in one call."""

import dataclasses
import os
import sys
from typing import Any

from keras_troubleshoot.facts import randomness
from keras_troubleshoot.tuning.running import builders
from keras_troubleshoot.tuning.running import discarding
from keras_troubleshoot.tuning.running import estimating
from keras_troubleshoot.tuning.running import files
from keras_troubleshoot.tuning.running import fingerprint
from keras_troubleshoot.tuning.running import folders
from keras_troubleshoot.tuning.running import foreseeing
from keras_troubleshoot.tuning.running import machines
from keras_troubleshoot.tuning.running import methods
from keras_troubleshoot.tuning.running import requirements
from keras_troubleshoot.tuning.running.result import TuningResult
from keras_troubleshoot.tuning.running.telling import Telling
from keras_troubleshoot.tuning.running.tuner import SearchTuner
from keras_troubleshoot.tuning.running.work import Work


def tune(
    builder: Any,
    train: Any,
    validation: Any,
    *,
    test: Any = None,
    method: Any = "coarse_to_fine",
    objective: Any = "val_loss",
    max_trials: int = 30,
    epochs: int = 10,
    executions: int = 1,
    early_discard: Any = None,
    finalists: int = 3,
    seeds: int = 3,
    seed: int | None = None,
    directory: str | os.PathLike = "tuned",
    project_name: str = "search",
    overwrite: bool = False,
    keep_checkpoints: int | None = 3,
    workers: int = 0,
    engine: str | None = None,
    resources: dict[str, Any] | None = None,
    strategy: Any = None,
    verbose: bool = True,
    **fit: Any,
) -> TuningResult:
    """Searches hyperparameters, and says how good the best really is.

    Every trial is in a file as soon as it ends: after Ctrl-C, a crash or a
    power cut the same call goes on, and loses the trials under way alone. A
    trial that raises, runs out of memory or diverges is recorded with its
    reason, and the search goes on. At the end the best few are trained again
    from new seeds, since the best of many trials also had luck.

    With keras-tuner's environment (`KERASTUNER_TUNER_ID`,
    `KERASTUNER_ORACLE_IP`, `KERASTUNER_ORACLE_PORT`) the same call is the
    chief or a worker of a search on several machines.

    Args:
        builder: a function of `hp` (`keras_tuner.HyperParameters`) that
            returns a compiled model; a `keras_tuner.HyperModel`; a
            `SearchSpace` made of one; or a compiled model, whose learning
            rate, schedule, widths, ... are tuned (see
            `kts.tuning.hypermodel`).
        train: `(x, y)`, `(x, y, sample_weight)`, or a dataset.
        validation: the same; trials are chosen by it.
        test: the same, that nothing is chosen by; the best is judged on it.
        method: "coarse_to_fine", "coarse_then_bayesian", "bayesian",
            "random", "grid", or an oracle of keras-tuner.
        objective: a metric of the training, such as "val_accuracy", or
            `keras_tuner.Objective(name, "max")` of one that Keras does not
            know.
        max_trials: configurations that are tried at most.
        epochs: of each training.
        executions: trainings of each trial; their mean counts.
        early_discard: None; "median" or a `MedianStopping`; "halving" or a
            `SuccessiveHalving`: ends trials that will hardly become good.
        finalists: how many of the best are trained again.
        seeds: new trainings of each of them; 0 for none.
        seed: fixes the search and all trainings; drawn by default.
        directory: where the folder of the search is.
        project_name: the name of that folder.
        overwrite: whether to begin anew where there is a search.
        keep_checkpoints: of how many trials the weights stay on disk, the
            best; None for all.
        workers: 0 trains in this process. With more, so many processes of
            this machine train side by side; with 1, too, a crash costs one
            trial, and memory is given back.
        engine: None, or "ray": each trial is a task of a Ray cluster.
        resources: of a trial on Ray, such as `{"num_cpus": 2, "num_gpus":
            1}`.
        strategy: a `tf.distribute.Strategy` in which models are built.
        verbose: whether to say on standard error how it goes.
        **fit: of `model.fit`: `batch_size`, `callbacks`, `class_weight`, ...

    Returns:
        The search: `print` it, `.model()`, `.best_hyperparameters`,
        `.report().to_html(path)`, `.tuner`.

    Raises:
        TypeError, ValueError: an argument will not do, or the builder raises
            at its defaults; before any training.
        RuntimeError: the folder is in use, or no trial succeeded.

    Example:
        >>> import tempfile
        >>> import keras
        >>> import numpy as np
        >>> def build(hp):
        ...     model = keras.Sequential([keras.layers.Dense(1)])
        ...     rate = hp.Float("rate", 1e-4, 1.0, sampling="log")
        ...     model.compile(keras.optimizers.SGD(rate), "mse")
        ...     return model
        >>> x = np.random.default_rng(0).normal(size=(60, 2))
        >>> y = x.sum(axis=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result = tune(
        ...         build, (x[:40], y[:40]), (x[40:], y[40:]), max_trials=4,
        ...         epochs=2, seeds=0, seed=0, directory=folder, verbose=False)
        >>> len(result.trials), sorted(result.values)
        (4, ['rate'])
    """
    counts = {
        "max_trials": max_trials,
        "epochs": epochs,
        "executions": executions,
        "finalists": finalists,
    }
    requirements.check(
        train,
        validation,
        test,
        counts=counts,
        workers=workers,
        engine=engine,
        seeds=seeds,
        resources=resources,
        strategy=strategy,
    )
    directory, name = requirements.folder_parts(directory, project_name)
    machines.prepare(workers)
    rule = discarding.rule(early_discard)
    built = builders.read(builder, max_trials)
    oracle = methods.oracle(
        method,
        objective=objective,
        max_trials=max_trials,
        seed=seed,
        space=built.options,
    )
    foreseeing.check(built, oracle.objective, train, fit, tune)
    oracle.discard, oracle.patient = rule, True
    oracle.keep_checkpoints = keep_checkpoints
    work = Work(
        hypermodel=built.hypermodel,
        train=train,
        validation=validation,
        options={"epochs": epochs, "verbose": 0, **fit},
        executions=executions,
        seed=oracle.seed,
        folder=os.path.join(directory, name),
        objective=oracle.objective,
        strategy=strategy,
    )
    plan = Plan(
        work=work,
        oracle=oracle,
        test=test,
        finalists=finalists,
        seeds=seeds,
        workers=workers,
        engine=engine,
        resources=resources or {},
        verbose=verbose,
    )
    with randomness.preserved():
        return carried_out(plan, directory, name, overwrite)


@dataclasses.dataclass(frozen=True)
class Plan:
    """A search that was checked and can start."""

    work: Work
    oracle: Any
    test: Any
    finalists: int
    seeds: int
    workers: int
    engine: str | None
    resources: dict[str, Any]
    verbose: bool


def carried_out(
    plan: Plan, directory: str, name: str, overwrite: bool
) -> TuningResult:
    """Searches, as the part of a whole where the environment says so."""
    if machines.is_worker():
        return machines.took_part(plan.work, plan.oracle, directory, name)
    with files.owned(plan.work.folder):
        if overwrite:
            folders.emptied(plan.work.folder)
        tuner = SearchTuner(plan.oracle, plan.work, directory, name)
        fingerprint.require_same(
            plan.work.folder, fingerprint.of(plan.oracle, plan.work)
        )
        folders.taken_up(plan.oracle, plan.work.folder)
        folders.written(plan.oracle)
        work = dataclasses.replace(plan.work, seed=plan.oracle.seed)
        tuner.work = work
        return searched(dataclasses.replace(plan, work=work), tuner)


def searched(plan: Plan, tuner: SearchTuner) -> TuningResult:
    """Runs the trials that are left, then judges the best."""
    oracle, work = plan.oracle, plan.work
    telling = Telling(oracle, plan.verbose)
    telling.begin(work.folder)
    oracle.told = telling
    result = TuningResult(tuner, work.folder)
    try:
        machines.search(plan, tuner, telling.say)
        require_success(result)
        made = estimating.estimate(
            oracle,
            work,
            plan.test,
            finalists=plan.finalists,
            seeds=plan.seeds,
            say=telling.say,
        )
        return dataclasses.replace(result, estimate=made)
    except KeyboardInterrupt:
        oracle.save()
        telling.say("Interrupted; the same call goes on from here.")
        return dataclasses.replace(result, interrupted=True)
    except OSError as error:
        told = error.strerror or error
        raise RuntimeError(
            f"The folder {work.folder!r} could not be written to ({told}): "
            f"the search stops, {len(oracle.end_order)} finished trials are "
            "kept. To mend it, make room and call again: it goes on from "
            "there."
        ) from error
    finally:
        oracle.told = None


def require_success(result: TuningResult) -> None:
    """Raises where no trial came out with anything.

    Raises:
        RuntimeError: all have failed.
    """
    trials = result.trials
    if not trials or any(t.status == "COMPLETED" for t in trials):
        return
    reason = (trials[-1].message or "").strip()
    print(reason, file=sys.stderr)
    first = reason.split("\n", 1)[0]
    raise RuntimeError(
        f"All {len(trials)} trials failed, the last one with {first} To mend "
        f"it, see the trace above, or `message` in {result.folder}/trial_*."
    )
