"""A search in the report."""

from typing import Any

import numpy as np

from keras_troubleshoot.report import page as page_lib
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import shortened
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.tuning.looking import figures
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.looking.importance import importance
from keras_troubleshoot.tuning.looking.narrowing import has_rounds
from keras_troubleshoot.tuning.looking.narrowing import narrowing
from keras_troubleshoot.tuning.running.discarding import DISCARDED

# Rows of the table, slices, and reasons of failures that are shown.
BEST = 5
SLICES = 4
REASONS = 5
# Characters of a reason.
REASON = 120


def page(tuner: Any, *, seed: int = 0) -> page_lib.Page:
    """What a search shows, as a page of the stage "tune" of the report.

    The best trials, the history, learning curves, which hyperparameters
    mattered, and the score against those that did.

    Args:
        tuner: a tuner or an oracle of keras-tuner, at any time.
        seed: of `importance`.

    Returns:
        The page; hand it to `Report(pages=...)`.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.

    Example:
        >>> import keras_tuner
        >>> oracle = keras_tuner.oracles.RandomSearchOracle("val_loss")
        >>> page(oracle).summary
        'No trial has finished.'
    """
    oracle = trials_lib.oracle_of(tuner)
    trials = trials_lib.finished(oracle)
    blocks: list[Any] = []
    if trials_lib.best(trials, oracle.objective.direction) is not None:
        blocks += [table(oracle, trials), figures.history(oracle)]
        curves = figures.learning_curves(oracle)
        blocks += [curves] if curves.labels else []
        if has_rounds(oracle) and oracle.rounds:
            blocks.append(narrowing(oracle))
        blocks += mattered(oracle, seed)
    blocks += reasons(trials)
    said = summary(oracle, trials)
    return page_lib.Page("tune", "Search", said, tuple(blocks))


def summary(oracle: Any, trials: list[Any]) -> str:
    """How many trials there are, and the best."""
    if not trials:
        return "No trial has finished."
    direction = oracle.objective.direction
    told = f"{counted(len(trials), 'trial')} finished"
    lost = int(np.isnan(trials_lib.scores(trials, direction)).sum())
    told += f", {lost} of them diverged or failed" if lost else ""
    best = trials_lib.best(trials, direction)
    if best is None:
        return f"{told}. None has a score."
    return (
        f"{told}. The best is trial {best.trial_id} with "
        f"`{oracle.objective.name}` {number(best.score)}; as the best of many "
        "it is flattered by luck, and a new evaluation tends to be worse."
    )


def table(oracle: Any, trials: list[Any]) -> page_lib.Table:
    """The best trials with their values."""
    direction = oracle.objective.direction
    found = trials_lib.scores(trials, direction)
    order = np.argsort(-found if direction == "max" else found, kind="stable")
    best = [trials[i] for i in order[:BEST] if np.isfinite(found[i])]
    values = [trials_lib.values_of(trial) for trial in best]
    names = list(dict.fromkeys(name for held in values for name in held))
    rows = tuple(
        (
            trial.trial_id,
            float(trial.score),
            *(brief(held[name]) if name in held else None for name in names),
        )
        for trial, held in zip(best, values, strict=True)
    )
    columns = ("trial", oracle.objective.name, *names)
    return page_lib.Table("The best trials", columns, rows)


def mattered(oracle: Any, seed: int) -> list[Any]:
    """Which hyperparameters mattered, and the score against the first."""
    drawn = figures.slices(oracle)
    try:
        found = importance(oracle, seed=seed)
    except ValueError as error:
        told = f"Which hyperparameters mattered is not told: {error}"
        return [page_lib.Paragraph(told), *list(drawn.values())[:SLICES]]
    names = [entry.name for entry in found.entries if entry.name in drawn]
    return [*found.page_blocks(), *(drawn[name] for name in names[:SLICES])]


def reasons(trials: list[Any]) -> list[Any]:
    """Why trials failed or ended early, the most frequent first."""
    told: dict[str, int] = {}
    for trial in trials:
        if trial.message:
            reason = reason_of(str(trial.message))
            told[reason] = told.get(reason, 0) + 1
    if not told:
        return []
    rows = sorted(told.items(), key=lambda item: -item[1])[:REASONS]
    columns = ("reason", "trials")
    title = "Why trials failed or ended early"
    return [page_lib.Table(title, columns, tuple(rows))]


def reason_of(message: str) -> str:
    """What happened, alike for trials to which the same happened."""
    if message.startswith(DISCARDED):
        return f"{DISCARDED}: worse than others by then."
    # The last line of a traceback says what happened.
    return shortened("".join(message.strip().splitlines()[-1:]), REASON)
