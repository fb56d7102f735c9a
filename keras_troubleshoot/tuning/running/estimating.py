"""Trains the best configurations of a search again, to judge them."""

import json
import os
import tempfile
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.tuning.running import checkpoints
from keras_troubleshoot.tuning.running import files
from keras_troubleshoot.tuning.running import work as work_lib
from keras_troubleshoot.tuning.running.estimate import Estimate
from keras_troubleshoot.tuning.running.estimate import Finalist

NAME = "estimate.json"
# Numbers of seeds, beyond those of the executions of any trial.
FIRST_SEED = 1_000_000


def estimate(
    oracle: Any,
    work: work_lib.Work,
    test: Any,
    *,
    finalists: int,
    seeds: int,
    say: Callable[[str], None],
) -> Estimate | None:
    """Trains each of the best from new seeds; None where there is no best.

    What is trained is noted in the folder of the search: interrupted, it
    goes on where it was.

    Args:
        oracle: of the search.
        work: what a trial does.
        test: data that nothing was chosen by, or None.
        finalists: how many of the best.
        seeds: new trainings of each.
        say: takes a line about each training.
    """
    best = oracle.ranked()[:finalists]
    if not best or not seeds:
        return None
    path = os.path.join(work.folder, NAME)
    known = files.read(path) or {}
    judged = []
    for trial in best:
        found = []
        for seed in range(seeds):
            name = f"{trial.trial_id}/{seed}"
            if name not in known or bool(known[name][1:]) != (test is not None):
                known[name] = again(work, trial, seed, test)
                files.write(path, json.dumps(known))
                told = ", ".join(f"{value:.4g}" for value in known[name])
                say(f"trial {trial.trial_id} again, seed {seed + 1}: {told}")
            found.append(known[name])
        judged.append(finalist(trial, found))
    return Estimate(
        tuple(judged),
        oracle.objective.name,
        oracle.objective.direction,
        len(oracle.end_order),
        work.executions,
    )


def finalist(trial: Any, found: list[list[float]]) -> Finalist:
    """A configuration with what its new trainings came to."""
    return Finalist(
        trial.trial_id,
        float(trial.score),
        tuple(scores[0] for scores in found),
        tuple(scores[1] for scores in found if len(scores) > 1),
    )


def again(work: Any, trial: Any, seed: int, test: Any) -> list[float]:
    """One new training: its best on validation, then that on the test data."""
    told: list[float] = []

    def report(metrics: dict[str, float], step: int) -> None:
        told.append(metrics[work.objective.name])

    hp = trial.hyperparameters.copy()
    number = work_lib.seed_of(work.seed, int(trial.trial_id), FIRST_SEED + seed)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, checkpoints.NAME)
        kept = checkpoints.BestEpoch(work.objective, path)
        model, _ = work_lib.train(work, hp, number, report, kept)
        if os.path.exists(path):
            model.load_weights(path)
    scores = [best(told, work.objective)]
    if test is not None:
        size = work.options.get("batch_size")
        scores.append(judge(model, test, work.objective, size))
    return scores


def best(told: list[float], objective: Any) -> float:
    """The best epoch."""
    chosen = told[0]
    for value in told[1:]:
        # A NaN is better than nothing only.
        if objective.better_than(value, chosen) or chosen != chosen:
            chosen = value
    return float(chosen)


def judge(
    model: Any, test: Any, objective: Any, batch_size: int | None = None
) -> float:
    """The objective on data that nothing was chosen by.

    Args:
        model: trained.
        test: as `fit` takes validation data.
        objective: a `keras_tuner.Objective`.
        batch_size: of arrays; that of the training, which is known to go
            into the replicas of a strategy evenly.

    Raises:
        ValueError: the model's metrics do not tell it.
    """
    if isinstance(test, tuple):
        named = dict(zip(("x", "y", "sample_weight"), test, strict=False))
        named["batch_size"] = batch_size
    else:
        named = {"x": test}
    metrics = model.evaluate(**named, verbose=0, return_dict=True)
    metrics |= {f"val_{name}": value for name, value in metrics.items()}
    if not objective.has_value(metrics):
        raise ValueError(
            f"`test` can judge what `model.evaluate` tells, received: the "
            f"objective {objective.name!r}, which is none of "
            f"{', '.join(sorted(metrics))}. To mend it, leave `test` out."
        )
    return float(objective.get_value(metrics))
