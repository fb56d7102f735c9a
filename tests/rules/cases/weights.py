"""Cases of weights of classes and rows."""

import numpy as np

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.fit_call import FitCall
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

RULE = "example-weights-misconfigured"
# 300 rows of class 0, 100 of class 1.
LABELS = (np.arange(400) % 4 == 0).astype("int32")
COUNTS = {"0": 300, "1": 100}


def by_class(weights, y=LABELS):
    known = b.data(b.normal(len(y), 3), y)
    return Facts(data=known, fit=FitCall(class_weight=weights))


def by_row(weights, y=LABELS):
    weights = np.asarray(weights, "float32")
    return Facts(data=b.data(b.normal(len(y), 3), y, weights))


def by_step(padding, real):
    """Weights of the steps of sequences, the second half of which is padding.

    Targets are 0 and 1 in turn, and 0 in the padding.
    """
    steps = np.arange(10) < 5
    y = np.where(steps, np.arange(40)[:, None] % 2, 0)
    weights = np.broadcast_to(np.where(steps, real, padding), (40, 10))
    known = b.data(b.normal(40, 10), y[..., None], weights.astype("float32"))
    return Facts(data=known)


def changed(value, rows):
    weights = np.ones(400)
    weights[:rows] = value
    return weights


SICK = (
    Sick(
        "shares instead of their inverses",
        RULE,
        ERROR,
        lambda: by_class({0: 0.75, 1: 0.25}),
        "class_weight",
        {"class_weight": {"0": 0.75, "1": 0.25}, "counts": COUNTS},
        ("300 rows", "0.75", "100 rows", "0.25"),
    ),
    Sick(
        "padding weighs, the rest does not",
        RULE,
        ERROR,
        lambda: by_step(1, 0),
        "sample_weight",
        {"heard": 200, "unheard": 200, "value": 0},
        ("All 200 targets", "are 0"),
    ),
    Sick(
        "a class of weight zero",
        RULE,
        ERROR,
        lambda: by_class({0: 1, 1: 0}),
        "class_weight",
        {"counts": COUNTS},
        ("class 1",),
    ),
    Sick(
        "weights of other classes",
        RULE,
        WARNING,
        lambda: by_class({5: 1, 6: 2}, np.tile(LABELS, 3)),
        "class_weight",
        {"class_weight": {"5": 1, "6": 2}},
        ("5, 6",),
    ),
    Sick(
        "one negative weight",
        RULE,
        ERROR,
        lambda: by_row(changed(-1, 1)),
        "sample_weight",
        {"bad": 1, "weights": 400},
        ("1 weight of 400",),
    ),
    Sick(
        "three weights that are NaN",
        RULE,
        ERROR,
        lambda: by_row(changed(np.nan, 3)),
        "sample_weight",
        {"bad": 3},
        ("3 weights of 400",),
    ),
    Sick(
        "all weights zero",
        RULE,
        ERROR,
        lambda: by_row(np.zeros(400)),
        "sample_weight",
        {"weights": 400},
    ),
    Sick(
        "all rows of a class of weight zero",
        RULE,
        ERROR,
        lambda: by_row(1 - LABELS),
        "sample_weight",
        {"classes": [1]},
        ("class 1",),
    ),
)

TWINS = (
    Twin("padding weighs nothing", RULE, lambda: by_step(0, 1)),
    Twin("no weights", RULE, lambda: by_class(None)),
    Twin("inverse shares", RULE, lambda: by_class({0: 0.67, 1: 2.0})),
    Twin("equal classes", RULE, lambda: by_class({0: 2, 1: 1}, LABELS[:4] * 0)),
    Twin("positive weights of rows", RULE, lambda: by_row(changed(0.1, 50))),
    Twin("some rows left out", RULE, lambda: by_row(changed(0, 50))),
    Twin(
        "rows without a label left out",
        RULE,
        lambda: by_row(
            np.arange(400) % 5 > 0, np.where(np.arange(400) % 5, LABELS, -1)
        ),
    ),
    Twin(
        "rows with a missing label left out",
        RULE,
        lambda: by_row(
            np.arange(400) % 5 > 0, np.where(np.arange(400) % 5, LABELS, np.nan)
        ),
    ),
    Twin(
        "maps of classes",
        RULE,
        lambda: by_class({0: 1, 1: 9}, b.rng().integers(0, 2, size=(60, 8, 8))),
    ),
)
