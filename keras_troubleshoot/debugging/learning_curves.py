"""Learning curves: what a run logged by epoch, and its loss by step."""

import numpy as np

from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.trace import Trace
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.printable import brief

_VALIDATION = "val_"  # How Keras names what it measured on validation data.
# What is logged beside losses and metrics, such as by `ReduceLROnPlateau`.
_RATES = ("learning_rate", "lr")
_MOST = 4  # Metrics: more are no longer looked at.


def of_epochs(history: History) -> list[Figure]:
    """The loss, then each metric: on training and on validation data.

    Args:
        history: what was logged.

    Returns:
        One figure for each of them that has a finite value.
    """
    names = [name.removeprefix(_VALIDATION) for name in history.epochs]
    metrics = [n for n in dict.fromkeys(names) if n not in ("loss", *_RATES)]
    figures = [curves(history, name) for name in ["loss", *metrics[:_MOST]]]
    return [figure for figure in figures if figure.labels]


def curves(history: History, name: str) -> Figure:
    """One loss or metric by epoch."""
    epochs = len(history.loss)
    held = {
        "training": history.values(name),
        "validation": history.values(_VALIDATION + name),
    }
    known = {k: v for k, v in held.items() if np.isfinite(v).any()}
    return Figure(
        kind="curve",
        title=f"Learning curves: {name}",
        labels=tuple(known),
        values=tuple((places(len(v), epochs), v) for v in known.values()),
        unit=name,
        along="epoch",
    )


def places(measured: int, epochs: int) -> np.ndarray:
    """The epochs, from 1, after which so many values were measured.

    All of them; or, with `fit(validation_freq=k)`, each `k`-th.

    Example:
        >>> places(3, 7).tolist()
        [2, 4, 6]
    """
    return np.arange(1, measured + 1) * max(1, epochs // max(1, measured))


def of_steps(trace: Trace) -> list[Figure]:
    """The loss of each step that was recorded; none where it is not known."""
    if not np.isfinite(trace.loss).any():
        return []
    return [
        Figure(
            kind="curve",
            title="Loss of the recorded steps",
            labels=("loss of the batch",),
            values=((trace.steps, trace.loss),),
            unit="loss",
            along="step",
        )
    ]


def told(history: History) -> str:
    """Where the losses began, where they ended, and where they were best."""
    loss = history.loss
    if not len(loss):
        return ""
    count = f"{len(loss)} epoch{'s' * (len(loss) > 1)}"
    went = f"The training loss went from {brief(loss[0])} to {brief(loss[-1])}"
    held = history.values("val_loss")
    if not np.isfinite(held).any():
        return f"{went} in {count}."
    best = int(np.nanargmin(np.where(np.isfinite(held), held, np.nan)))
    epoch = places(len(held), len(loss))[best]
    return (
        f"{went} in {count}; the validation loss was lowest, "
        f"{brief(held[best])}, after epoch {epoch}, and ended at "
        f"{brief(held[-1])}."
    )
