"""Cases of the rules about labels and other targets."""

import numpy as np

from keras_troubleshoot.facts.fit_call import FitCall
from keras_troubleshoot.facts.heads import Metric
from tests.rules import building as b
from tests.rules.cases import scale
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

AUC = (Metric("auc", "AUC"),)


def classes(y, units=3, name=b.SPARSE, **known):
    """Labels beside a softmax of some units."""
    made = b.distribution(31, units)
    return b.facts(b.head(y, made, name, "softmax", **known))


def yes_no(y, name=b.BINARY, end="sigmoid", fit=None, **known):
    """Labels beside one sigmoid unit."""
    made = np.full((31, 1), 0.5)
    given = {} if fit is None else {"fit": fit}
    return b.facts(b.head(y, made, name, end, **known), **given)


def rare(rows, of, **known):
    """Labels of 1 for some rows, 0 for the others."""
    y = (np.arange(of) < rows).astype("float32")
    return yes_no(y, **known)


SICK = (
    Sick(
        "ids that start at 1",
        "labels-out-of-range",
        ERROR,
        lambda: classes(b.ids(90, 3) + 1),
        "y",
        {"low": 1, "high": 3, "units": 3, "outside": 30, "labels": 90},
        ("30 of 90", "y - 1"),
    ),
    Sick(
        "an id beyond the units",
        "labels-out-of-range",
        ERROR,
        lambda: classes(np.array([0, 1, 2, 9] + [1] * 60)),
        "y",
        {"low": 0, "high": 9, "outside": 1},
        ("1 of 64", "10 units"),
    ),
    Sick(
        "a negative id",
        "labels-out-of-range",
        ERROR,
        lambda: classes(np.array([-1, 0, 1, 2] * 10)),
        "y",
        {"low": -1, "high": 2, "outside": 10},
    ),
    Sick(
        "only one class",
        "labels-single-class",
        ERROR,
        lambda: yes_no(np.ones(80)),
        "y",
        {"value": 1, "labels": 80},
        ("80 labels are 1",),
    ),
    Sick(
        "only one column of one-hot rows",
        "labels-single-class",
        ERROR,
        lambda: classes(b.one_hot(np.full(80, 2), 3), name=b.CATEGORICAL),
        "y",
        {"value": 2, "labels": 80},
    ),
    Sick(
        "one row in twenty",
        "labels-imbalanced",
        WARNING,
        lambda: rare(20, 400, fit=FitCall()),
        "y",
        {"share": 0.95, "classes": [0, 1], "counts": [380, 20]},
        ("95%", "are 0"),
    ),
    Sick(
        "one row in a thousand",
        "labels-imbalanced",
        WARNING,
        lambda: rare(1, 1000, fit=FitCall()),
        "y",
        {"share": 0.999, "counts": [999, 1]},
        ("99.9%",),
    ),
)

TWINS = (
    Twin("ids from 0", "labels-out-of-range", lambda: classes(b.ids(90, 3))),
    Twin(
        "an id that the loss leaves out",
        "labels-out-of-range",
        lambda: classes(
            np.array([255, 0, 1, 2] * 10),
            name=b.loss(b.SPARSE, ignore_class=255),
        ),
    ),
    Twin(
        "one-hot rows",
        "labels-out-of-range",
        lambda: classes(b.one_hot(b.ids(60, 3), 3), name=b.CATEGORICAL),
    ),
    Twin(
        "two classes",
        "labels-single-class",
        lambda: yes_no(np.array([0, 1] * 40)),
    ),
    Twin(
        "too few rows to judge",
        "labels-single-class",
        lambda: yes_no(np.ones(20)),
    ),
    Twin(
        "a constant number to predict",
        "labels-single-class",
        lambda: scale.numbers(np.ones(80)),
    ),
    Twin(
        "equal classes",
        "labels-imbalanced",
        lambda: yes_no(np.array([0, 1] * 200), fit=FitCall()),
    ),
    Twin(
        "class_weight counters it",
        "labels-imbalanced",
        lambda: rare(20, 400, fit=FitCall(class_weight={0: 0.5, 1: 10})),
        advised=True,
    ),
    Twin(
        "AUC is watched",
        "labels-imbalanced",
        lambda: rare(20, 400, fit=FitCall(), metrics=AUC),
        advised=True,
    ),
    Twin(
        "focal loss",
        "labels-imbalanced",
        lambda: rare(20, 400, fit=FitCall(), name="binary_focal_crossentropy"),
        advised=True,
    ),
    Twin(
        "mostly background in maps",
        "labels-imbalanced",
        lambda: b.facts(
            b.head(
                np.zeros((40, 8, 8), int),
                b.distribution(31, 8, 8, 2),
                b.SPARSE,
                "softmax",
            ),
            fit=FitCall(),
        ),
    ),
)
