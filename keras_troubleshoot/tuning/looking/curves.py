"""Learning curves of all trials on axes of matplotlib."""

from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import number
from keras_troubleshoot.tuning.looking import figures
from keras_troubleshoot.tuning.looking import plots
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.ranking import cost
from keras_troubleshoot.tuning.running import discarding

COLOR, BEST, BAD = "#6a7fb5", "#1f3d99", "#c0392b"
# Of a curve; of many the single one is paler (heuristic).
PALEST, INK = 0.15, 12.0


def plot_learning_curves(tuner: Any, axes: Any = None) -> Any:
    """Draws the objective by epoch of each trial, the best over the others.

    A trial that was discarded early ends in a bar, one that diverged or
    failed in a cross, where it was finite last.

    Args:
        tuner: a tuner or an oracle of keras-tuner.
        axes: of matplotlib, to draw on; None for new ones.

    Returns:
        The axes.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.
    """
    oracle = trials_lib.oracle_of(tuner)
    name, direction = oracle.objective.name, oracle.objective.direction
    axes = plots.new(1, 2)[0] if axes is None else axes
    trials = trials_lib.finished(oracle)
    best = trials_lib.best(trials, direction)
    pale = min(0.7, max(PALEST, INK / max(len(trials), 1)))
    labels = set()
    for trial in [trial for trial in trials if trial is not best]:
        steps, values = finite(trial, name)
        axes.plot(steps, values, color=COLOR, alpha=pale, linewidth=1)
        end(axes, steps, values, kind_of(trial, direction), labels)
    if best is not None:
        steps, values = finite(best, name)
        told = f"best: {best.trial_id}, {number(best.score)}"
        axes.plot(
            steps, values, ".-", color=BEST, linewidth=2, zorder=3, label=told
        )
        axes.legend()
    elif labels:
        axes.legend()
    axes.set(xlabel="epoch", ylabel=name)
    axes.xaxis.get_major_locator().set_params(integer=True)
    return axes


def finite(trial: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The epochs of a trial at which the objective was finite, and it."""
    steps, values = figures.by_step(trial, name)
    steps, values = np.array(steps), np.array(values, "float64")
    kept = np.isfinite(values)
    return steps[kept], values[kept]


def kind_of(trial: Any, direction: str) -> str | None:
    """How a trial ended, where it did not come to its end."""
    if cost(trial, direction) == np.inf:
        return "diverged or failed"
    return "discarded" if discarding.cut_short(trial) else None


def end(
    axes: Any,
    steps: np.ndarray,
    values: np.ndarray,
    kind: str | None,
    told: set,
) -> None:
    """Marks the end of a curve; the first of a kind stands in the legend."""
    if kind is None or not len(steps):
        return
    mark, color = ("|", COLOR) if kind == "discarded" else ("x", BAD)
    label = None if kind in told else kind
    told.add(kind)
    axes.plot(steps[-1:], values[-1:], mark, color=color, label=label)
