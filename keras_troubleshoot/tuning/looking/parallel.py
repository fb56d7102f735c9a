"""Configurations as lines across all hyperparameters: parallel coordinates."""

from typing import Any

import numpy as np

from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.looking import plots
from keras_troubleshoot.tuning.looking import trials as trials_lib

# Values of a hyperparameter up to so many are all written (heuristic).
MOST_MARKS = 8
COLOR = "#1f3d99"


def plot_parallel(tuner: Any, axes: Any = None) -> Any:
    """Draws each trial as a line across the hyperparameters.

    Each hyperparameter is a vertical line with its own scale from the lower
    to the upper end; the better a trial ranks, the darker it is. Where a
    hyperparameter was off, the line has a gap.

    Args:
        tuner: a tuner or an oracle of keras-tuner.
        axes: of matplotlib, to draw on; None for new ones.

    Returns:
        The axes.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.
    """
    oracle = trials_lib.oracle_of(tuner)
    axes = plots.new(1, plots.ACROSS)[0] if axes is None else axes
    hps, names, places, better = lines(oracle)
    columns = np.arange(len(names))
    for row, share in zip(places, better, strict=True):
        axes.plot(
            columns,
            row,
            color=COLOR,
            alpha=float(0.05 + 0.85 * share**3),
            marker=".",
        )
    axes.set_xticks(columns, names)
    axes.set(ylim=(-0.05, 1.05), ylabel="place on the own scale")
    for column, hp in zip(columns, hps, strict=True):
        axes.axvline(column, color="gray", linewidth=0.5)
        for place in marks(hp):
            told = plain(scale.from_unit(hp, place))
            axes.annotate(told, (column, place), ha="center", va="center")
    return axes


def lines(oracle: Any) -> tuple[list, list[str], np.ndarray, np.ndarray]:
    """What is drawn, the worst trial first so that the best lies on top.

    Returns:
        The hyperparameters that have two values or more, their names, shape
        (trials, hyperparameters) places from 0 to 1, NaN where off, and
        shape (trials,) ranks from 0, the worst, to 1.
    """
    space = list(oracle.get_space().space)
    pairs = [
        (hp, title)
        for hp, title in zip(space, titles(space), strict=True)
        if scale.count_of(hp) > 1
    ]
    direction = oracle.objective.direction
    trials = trials_lib.finished(oracle)
    found = trials_lib.scores(trials, direction)
    order = np.argsort(found if direction == "max" else -found, kind="stable")
    order = [place for place in order if np.isfinite(found[place])]
    rows = [
        [place_of(hp, trials[i].hyperparameters.values) for hp, _ in pairs]
        for i in order
    ]
    places = np.array(rows, "float64").reshape(len(order), len(pairs))
    names = [title for _, title in pairs]
    return [hp for hp, _ in pairs], names, places, np.linspace(0, 1, len(order))


def place_of(hp: Any, values: dict) -> float:
    """Where a value lies; NaN where it is off."""
    if hp.name not in values or not is_active(hp, values):
        return np.nan
    return scale.to_unit(hp, values[hp.name])


def marks(hp: Any) -> list[float]:
    """Where values are written: each of a few, or both ends."""
    count = scale.parts(hp)
    if count is None or count > MOST_MARKS:
        return [0.0, 1.0]
    return [(number + 0.5) / count for number in range(count)]


def plain(value: Any) -> str:
    """A value beside its place."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
