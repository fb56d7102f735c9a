"""The trials of a search as figures of the report."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.looking import trials as trials_lib

# Values of a hyperparameter up to so many are shown one by one; more in as
# many groups of equally many trials (heuristic: the marks do not touch).
MOST_GROUPS = 10
# Trials of a group, at least: quartiles of fewer say nothing (heuristic).
GROUP = 4


def history(tuner: Any) -> Figure:
    """The score of each trial, and the best so far.

    Args:
        tuner: a tuner or an oracle of keras-tuner.

    Returns:
        Two curves over the finished trials, in the order of their ends;
        trials that diverged or failed are gaps.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.

    Example:
        >>> import keras_tuner
        >>> oracle = keras_tuner.oracles.RandomSearchOracle("val_loss")
        >>> history(oracle).labels
        ('each trial', 'best so far')
    """
    oracle = trials_lib.oracle_of(tuner)
    found, best = scored(oracle)
    numbers = tuple(range(1, len(found) + 1))
    return Figure(
        "curve",
        "Trials of the search",
        ("each trial", "best so far"),
        ((numbers, tuple(found.tolist())), (numbers, tuple(best.tolist()))),
        oracle.objective.name,
        "trial",
    )


def scored(oracle: Any) -> tuple[np.ndarray, np.ndarray]:
    """The score of each finished trial, NaN of none, and the best so far."""
    direction = oracle.objective.direction
    found = trials_lib.scores(trials_lib.finished(oracle), direction)
    return found, trials_lib.best_so_far(found, direction)


def slices(tuner: Any) -> dict[str, Figure]:
    """The score against each hyperparameter.

    Args:
        tuner: a tuner or an oracle of keras-tuner.

    Returns:
        By the name of each hyperparameter that took two values or more: bars
        of the median score of each category, or a curve of the median over
        its values, with the quartiles as a band; of more than 10 values
        neighbours are taken together.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.
    """
    oracle = trials_lib.oracle_of(tuner)
    made = {}
    for title, hp, values, found in columns(oracle):
        if len(set(values)) > 1:
            draw = bars if is_word(hp) else curve
            made[title] = draw(title, values, found, oracle.objective.name)
    return made


def columns(oracle: Any) -> list[tuple[str, Any, list, np.ndarray]]:
    """For each hyperparameter its values in scored trials, and the scores."""
    trials = trials_lib.finished(oracle)
    found = trials_lib.scores(trials, oracle.objective.direction)
    space = list(oracle.get_space().space)
    made = []
    for hp, title in zip(space, titles(space), strict=True):
        pairs = [
            (trial.hyperparameters.values[hp.name], score)
            for trial, score in zip(trials, found, strict=True)
            if np.isfinite(score)
            and hp.name in trial.hyperparameters.values
            and is_active(hp, trial.hyperparameters.values)
        ]
        values = [value for value, _ in pairs]
        made.append((title, hp, values, np.array([s for _, s in pairs])))
    return made


def is_word(hp: Any) -> bool:
    """Whether its values are no numbers on a scale."""
    if isinstance(hp, scale.Choice):
        return scale.is_category(hp) or isinstance(hp.values[0], str)
    return isinstance(hp, scale.Boolean | scale.Fixed)


def bars(title: str, values: Sequence, found: np.ndarray, unit: str) -> Figure:
    """The median score of each category, with how many trials it had."""
    options = list(dict.fromkeys(values))
    groups = [
        found[[value == option for value in values]] for option in options
    ]
    order = np.argsort([np.median(group) for group in groups])
    return Figure(
        "bars",
        f"Score by {title}",
        tuple(f"{options[i]} ({len(groups[i])})" for i in order),
        tuple(float(np.median(groups[i])) for i in order),
        f"median {unit} (trials)",
    )


def curve(title: str, values: Sequence, found: np.ndarray, unit: str) -> Figure:
    """The median score over a scale, with its quartiles."""
    places = np.array(values, "float64")
    order = np.argsort(places, kind="stable")
    groups = grouped(places[order])
    xs = [float(np.median(places[order][group])) for group in groups]
    low, middle, high = np.transpose(
        [np.quantile(found[order][g], (0.25, 0.5, 0.75)) for g in groups]
    ).tolist()
    return Figure(
        "curve",
        f"Score by {title}",
        ("median, with quartiles",),
        ((tuple(xs), tuple(middle), tuple(low), tuple(high)),),
        unit,
        title,
    )


def grouped(places: np.ndarray) -> list[np.ndarray]:
    """Indices of sorted places, those that are near to each other together."""
    kinds = np.unique(places)
    if len(kinds) <= MOST_GROUPS:
        return [np.flatnonzero(places == kind) for kind in kinds]
    count = min(MOST_GROUPS, max(2, len(places) // GROUP))
    return np.array_split(np.arange(len(places)), count)


def learning_curves(tuner: Any, most: int = 8) -> Figure:
    """The objective by epoch of all trials: the best, and the spread.

    Args:
        tuner: a tuner or an oracle of keras-tuner.
        most: curves, at most; 8 have colours of their own.

    Returns:
        A curve for each trial of which more than one epoch is known, the best
        first. Where these are more than `most`, the first curve is the median
        of all of them, with the quartiles as a band, at each epoch of those
        that reached it; behind it come the best.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.
    """
    oracle = trials_lib.oracle_of(tuner)
    name, direction = oracle.objective.name, oracle.objective.direction
    trials = trials_lib.finished(oracle)
    found = trials_lib.scores(trials, direction)
    order = np.argsort(-found if direction == "max" else found, kind="stable")
    known = [
        (trials[place], by_step(trials[place], name), found[place])
        for place in order
    ]
    known = [entry for entry in known if len(entry[1][0]) > 1]
    best = [entry for entry in known if np.isfinite(entry[2])]
    lines = {}
    if len(known) > most > 1:
        told = f"median of {len(known)}, quartiles"
        lines[told] = spread([steps for _, steps, _ in known])
    for trial, steps, score in best[: most - len(lines)]:
        lines[f"{trial.trial_id}: {number(score)}"] = steps
    return Figure(
        "curve",
        "Learning curves of all trials",
        tuple(lines),
        tuple(lines.values()),
        name,
        "epoch",
    )


def spread(curves: Sequence[tuple[tuple, tuple]]) -> tuple[tuple, ...]:
    """The median at each epoch, and both quartiles.

    Of finite values; epochs at which there are none are left out.
    """
    held: dict[int, list[float]] = {}
    for steps, values in curves:
        for step, value in zip(steps, values, strict=True):
            if np.isfinite(value):
                held.setdefault(step, []).append(value)
    steps = tuple(sorted(held))
    rows = [np.quantile(held[step], (0.5, 0.25, 0.75)) for step in steps]
    return (steps, *map(tuple, np.transpose(rows).tolist()))


def by_step(trial: Any, name: str) -> tuple[tuple, tuple]:
    """Epochs, and a metric at them, the mean over the executions."""
    if not trial.metrics.exists(name):
        return (), ()
    seen = trial.metrics.get_history(name)
    values = tuple(float(np.mean(held.value)) for held in seen)
    return tuple(int(held.step) for held in seen), values
