"""Cases of labels in a form that the loss does not take."""

import numpy as np

from tests.rules import building as b
from tests.rules.cases.labels import classes
from tests.rules.cases.labels import yes_no
from tests.rules.cases.scale import numbers
from tests.rules.checking import ERROR
from tests.rules.checking import Sick
from tests.rules.checking import Twin

SICK = (
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
)

TWINS = (
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
)
