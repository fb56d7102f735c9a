"""`tune`: a whole search in one call."""

import os
from typing import Any

from keras_troubleshoot.facts import randomness
from keras_troubleshoot.tuning.running import builders
from keras_troubleshoot.tuning.running import discarding
from keras_troubleshoot.tuning.running import foreseeing
from keras_troubleshoot.tuning.running import machines
from keras_troubleshoot.tuning.running import methods
from keras_troubleshoot.tuning.running import requirements
from keras_troubleshoot.tuning.running import searching
from keras_troubleshoot.tuning.running.result import TuningResult
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
    plan = searching.Plan(
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
        return searching.carried_out(plan, directory, name, overwrite)
