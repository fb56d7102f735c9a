"""The model beside simple baselines: does it learn anything at all?"""

import dataclasses

import numpy as np

from keras_troubleshoot.debugging.baselines.baselines import baselines
from keras_troubleshoot.debugging.baselines.table import Baselines
from keras_troubleshoot.facts import predictions
from keras_troubleshoot.facts.predictions import Predictions
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.workflow.case import Case

# Share of the seconds for the baselines, and at most that many.
SHARE, MOST = 0.5, 20.0
# Below, nothing is trained.
LEAST = 1.0
# Shuffles of the targets, rows that they are made with, and standard
# deviations by which the true targets must fit better (one chance in 40).
SHUFFLES, ROWS, DEVIATIONS = 200, 5000, 2.0


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What came of it.

    Attributes:
        told: both scores in a sentence; empty where nothing was compared.
        pages: of the report.
        guesses: whether the predictions have nothing to do with the targets,
            and are no better than the same answer for all rows.
    """

    told: str = ""
    pages: tuple[Page, ...] = ()
    guesses: bool = False


def compare(case: Case) -> Comparison:
    """Holds the model against simple ones on data that none has seen."""
    seconds = min(MOST, case.left(SHARE))
    if case.held_out is None or seconds < LEAST:
        return Comparison()
    try:
        made = predictions.predict(case.model, case.held_out, name="validation")
        x, y, _ = case.train
        held = case.held_out
        judged_by = held[:2] if isinstance(held, tuple | list) else held
        with case.training():
            simple = baselines(
                x, y, judged_by, task=made.task, seconds=seconds, verbose=False
            )
    except ValueError:  # Several outputs, a task that they do not know, ...
        return Comparison()
    value = score(made)
    told = beside(simple, value)
    row = ("this model", simple.told(value))
    first = Table("This model", ("model", simple.metric), (row,))
    page = Page(
        "debug",
        "Simple baselines",
        told[0].upper() + told[1:] + ".",
        (first, *simple.page_blocks()),
    )
    return Comparison(told, (page,), blind(made, simple, value))


def score(made: Predictions) -> float:
    """The score of the model in the metric of the baselines."""
    return made.error() if made.task == "regression" else 1 - made.error()


def beside(simple: Baselines, value: float) -> str:
    """The score of the model, and that of the best simple one."""
    told = f"{simple.metric} {simple.told(value)}"
    best = simple.best
    if best is None:
        return told
    told += f", {best.name} has {simple.told(best.value)}"
    ends = (value - best.low, best.high - value)
    worse = ends[0] < 0 if simple.more_is_better else ends[1] < 0
    return told + (": a simple model is better" if worse else "")


def blind(made: Predictions, simple: Baselines, value: float) -> bool:
    """Whether the model only guesses."""
    constant = [row for row in simple.rows if row.independent]
    if not constant:
        return False
    if simple.more_is_better:
        better = all(value > row.high for row in constant)
    else:
        better = all(value < row.low for row in constant)
    return not better and fit(made) < DEVIATIONS


def fit(made: Predictions) -> float:
    """By how many standard deviations outputs fit their own targets best.

    Compared with targets that are shuffled over the rows (a permutation
    test); the fit is the mean product of outputs and targets, of classes the
    mean probability of what is true. An accuracy alone would not do: where
    one class is rare, a model that ranks well may still decide for the other.
    """
    rows = min(len(made), ROWS)
    outputs = made.outputs[:rows].reshape(rows, -1).astype("float64")
    targets = made.targets[:rows]
    if made.task == "multiclass":
        targets = np.eye(made.outputs.shape[-1])[targets]
    targets = targets.reshape(rows, -1).astype("float64")
    rng = np.random.default_rng(0)
    own = float((outputs * targets).sum())
    shuffled = [
        float((outputs * targets[rng.permutation(rows)]).sum())
        for _ in range(SHUFFLES)
    ]
    spread = float(np.std(shuffled))
    return (own - float(np.mean(shuffled))) / spread if spread > 0 else 0.0
