"""Cases of the rules about labels and other targets."""

import numpy as np

from keras_troubleshoot.facts.fit_call import FitCall
from keras_troubleshoot.facts.heads import Metric
from tests.rules import building as b
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


def numbers(y, made=None, **known):
    """Numbers beside one linear unit."""
    made = b.normal(31, 1) if made is None else made
    return b.facts(b.head(y, made, b.MSE, **known))


def rare(rows, of, **known):
    """Labels of 1 for some rows, 0 for the others."""
    y = (np.arange(of) < rows).astype("float32")
    return yes_no(y, **known)


def scaled(rms, rows=400):
    """Real numbers of zero mean and this root mean square."""
    y = b.normal(rows).astype("float64")
    return (y - y.mean()) / y.std() * rms


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
        "one-hot rows with a sparse loss",
        "labels-wrong-encoding",
        ERROR,
        lambda: classes(b.one_hot(b.ids(60, 3), 3)),
        "y",
        {"units": 3, "values": [0, 1], "shape": [3]},
        ('"categorical_crossentropy"',),
    ),
    Sick(
        "ids with a categorical loss",
        "labels-wrong-encoding",
        ERROR,
        lambda: classes(b.ids(60, 3), name=b.CATEGORICAL),
        "y",
        {"values": [0, 1, 2], "different": 3},
        ("sparse_categorical_crossentropy",),
    ),
    Sick(
        "scaled ids",
        "labels-wrong-encoding",
        ERROR,
        lambda: classes(b.ids(60, 3) / 2),
        "y",
        {"values": [0, 0.5, 1]},
    ),
    Sick(
        "scaled one-hot rows",
        "labels-wrong-encoding",
        ERROR,
        lambda: classes(255 * b.one_hot(b.ids(60, 3), 3), name=b.CATEGORICAL),
        "y",
        {"values": [0, 255]},
        ("255",),
    ),
    *(
        Sick(
            f"{low} and {high} with binary cross-entropy",
            "labels-wrong-encoding",
            ERROR,
            lambda low=low, high=high: yes_no(np.array([low, high] * 30)),
            "y",
            {"values": [low, high]},
            (f"holds {low} and {high}", f"(y == {high})"),
        )
        for low, high in ((-1, 1), (1, 2), (0, 255))
    ),
    Sick(
        "bytes of pictures with binary cross-entropy",
        "labels-wrong-encoding",
        ERROR,
        lambda: b.facts(
            b.head(
                np.arange(30 * 25).reshape(30, 25) % 256,
                b.distribution(30, 25),
                b.BINARY,
                "sigmoid",
            )
        ),
        "y",
        {"different": 256},
        ("255",),
    ),
    Sick(
        "1 and 2 with a hinge loss",
        "labels-wrong-encoding",
        ERROR,
        lambda: yes_no(np.array([1, 2] * 30), "hinge", "tanh"),
        "y",
        {"values": [1, 2]},
    ),
    Sick(
        "prices of houses",
        "target-not-normalized",
        WARNING,
        lambda: numbers(scaled(200_000)),
        "y",
        {"rms": 200_000, "mean": 0, "std": 200_000},
        ("2e+05",),
    ),
    Sick(
        "tiny targets",
        "target-not-normalized",
        WARNING,
        lambda: numbers(scaled(1e-4)),
        "y",
        {"rms": 1e-4},
        ("0.0001",),
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
    Twin("ids", "labels-wrong-encoding", lambda: classes(b.ids(60, 3))),
    Twin(
        "one-hot rows",
        "labels-wrong-encoding",
        lambda: classes(b.one_hot(b.ids(60, 3), 3), name=b.CATEGORICAL),
    ),
    Twin(
        "soft labels",
        "labels-wrong-encoding",
        lambda: classes(b.distribution(60, 3), name=b.CATEGORICAL),
    ),
    Twin(
        "0 and 1",
        "labels-wrong-encoding",
        lambda: yes_no(np.array([0, 1] * 30)),
    ),
    Twin(
        "smoothed labels",
        "labels-wrong-encoding",
        lambda: yes_no(np.array([0.05, 0.95] * 30)),
    ),
    Twin(
        "minus one and one with a hinge loss",
        "labels-wrong-encoding",
        lambda: yes_no(np.array([-1, 1] * 30), "hinge", "tanh"),
    ),
    Twin(
        "whole numbers with a regression loss",
        "labels-wrong-encoding",
        lambda: numbers(b.ids(60, 3)),
    ),
    Twin(
        "targets of unit scale",
        "target-not-normalized",
        lambda: numbers(scaled(1.0)),
    ),
    Twin(
        "a last layer that scales back",
        "target-not-normalized",
        lambda: numbers(
            scaled(5000) + 20_000, made=b.normal(31, 1) * 2000 + 21_000
        ),
    ),
    Twin(
        "grades",
        "target-not-normalized",
        lambda: numbers(b.ids(400, 10)),
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
        lambda: numbers(np.ones(80)),
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
