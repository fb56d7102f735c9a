"""The trials of a search on axes of matplotlib."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.tuning.looking import figures
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.looking.result import Importance

# Inches of one plot, and plots beside each other.
SIZE = (4.0, 3.0)
ACROSS = 3


def plot_history(tuner: Any, axes: Any = None) -> Any:
    """Draws the score of each trial, and the best so far.

    Args:
        tuner: a tuner or an oracle of keras-tuner.
        axes: of matplotlib, to draw on; None for new ones.

    Returns:
        The axes; `axes.figure.savefig("history.png")` keeps them. Trials
        that diverged or failed are crosses at the upper end.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.
    """
    oracle = trials_lib.oracle_of(tuner)
    found, best = figures.scored(oracle)
    axes = new(1)[0] if axes is None else axes
    numbers = np.arange(1, len(found) + 1)
    axes.plot(numbers, found, "o", markersize=4, alpha=0.6, label="each trial")
    axes.step(numbers, best, where="post", label="best so far")
    lost = numbers[np.isnan(found)]
    if len(lost):
        across = axes.get_xaxis_transform()
        axes.plot(
            lost, np.ones(len(lost)), "rx", transform=across, label="diverged"
        )
    axes.set(xlabel="trial", ylabel=oracle.objective.name)
    axes.legend()
    return axes


def plot_slices(tuner: Any, axes: Any = None) -> list[Any]:
    """Draws the score against each hyperparameter, on its own scale.

    Args:
        tuner: a tuner or an oracle of keras-tuner.
        axes: a sequence of axes of matplotlib, one for each hyperparameter
            that took two values or more; None for new ones.

    Returns:
        The axes, in the order of the search space.

    Raises:
        TypeError: if it is neither a tuner nor an oracle.
        ValueError: if the axes are too few.
    """
    oracle = trials_lib.oracle_of(tuner)
    drawn = [c for c in figures.columns(oracle) if len(set(c[2])) > 1]
    axes = new(len(drawn)) if axes is None else list(np.ravel(axes))
    if len(axes) < len(drawn):
        raise ValueError(
            f"`axes` must be {len(drawn)}, one for each hyperparameter, "
            f"received: {len(axes)}. To mend it, leave `axes=` out."
        )
    axes = axes[: len(drawn)]
    for one, column in zip(axes, drawn, strict=True):
        plot_slice(one, column, oracle.objective.name)
    return axes


def plot_slice(axes: Any, column: tuple, unit: str) -> None:
    """Draws the trials over one hyperparameter, later ones darker."""
    title, hp, values, found = column
    values = scaled(axes.xaxis, hp, values)
    number = np.arange(len(found))
    # The first are not so pale that they vanish.
    axes.scatter(
        values, found, s=14, c=number, cmap="Blues", vmin=-len(found) / 2
    )
    axes.set(xlabel=title, ylabel=unit)


def scaled(axis: Any, hp: Any, values: Sequence) -> np.ndarray:
    """Gives an axis the scale of a hyperparameter; values as numbers on it."""
    if figures.is_word(hp):
        options = list(hp.values)
        places = range(len(options))
        axis.set_ticks(places, labels=list(map(str, options)))
        limits = {f"{axis.axis_name}lim": (-0.5, len(options) - 0.5)}
        axis.axes.set(**limits)
        values = [options.index(v) if v in options else None for v in values]
    elif getattr(hp, "sampling", None) == "log":
        axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    elif getattr(hp, "sampling", None) == "reverse_log":
        reverse(axis, hp)
    return np.array(values, "float64")


def reverse(axis: Any, hp: Any) -> None:
    """A scale on which the distance to the upper end is logarithmic."""
    ends = hp.min_value + hp.max_value

    def forward(value: Any) -> Any:
        return -np.log10(np.maximum(ends - value, hp.min_value / 2))

    def back(place: Any) -> Any:
        return ends - 10.0**-place

    set_scale = getattr(axis.axes, f"set_{axis.axis_name}scale")
    set_scale("function", functions=(forward, back))
    axis.axes.set(**{f"{axis.axis_name}lim": (hp.min_value, hp.max_value)})


def plot_importance(found: Importance, axes: Any = None) -> Any:
    """Draws what each hyperparameter explains, with intervals.

    Args:
        found: what `importance` returned.
        axes: of matplotlib, to draw on; None for new ones.

    Returns:
        The axes.
    """
    axes = new(1)[0] if axes is None else axes
    entries = found.entries[::-1]
    shares, low, high = (
        100
        * np.array(
            [(entry.share, entry.low, entry.high) for entry in entries]
        ).T
    )
    axes.barh(
        [entry.name for entry in entries],
        shares,
        # Shares are cut at 0 and 1 as their intervals are.
        xerr=np.maximum([shares - low, high - shares], 0),
        capsize=3,
    )
    axes.set_xlabel(f"share of the variation of {found.objective}, %")
    return axes


def new(count: int, wider: int = 1) -> list[Any]:
    """New axes, three beside each other, that belong to no window.

    Each is `wider` times as wide as usual.
    """
    from matplotlib.figure import Figure

    across = min(ACROSS, max(count, 1))
    down = -(-count // across)
    wide, tall = SIZE
    canvas = Figure(
        (wide * wider * across, tall * max(down, 1)), layout="constrained"
    )
    return [canvas.add_subplot(down, across, i + 1) for i in range(count)]
