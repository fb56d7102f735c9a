"""Cases of losses for another kind of target."""

import numpy as np

from tests.rules import building as b
from tests.rules.cases.output import POSITIVE
from tests.rules.cases.output import WHERE
from tests.rules.cases.output import ZERO_ONE
from tests.rules.cases.output import exclusive
from tests.rules.cases.output import ids
from tests.rules.cases.output import one
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick

SICK = (
    Sick(
        "categorical cross-entropy over one unit",
        "wrong-loss-for-task",
        ERROR,
        lambda: one(ZERO_ONE, POSITIVE / 2, b.CATEGORICAL, "sigmoid"),
        WHERE,
        {"units": 1, "values": [0, 1]},
        ("binary_crossentropy",),
    ),
    Sick(
        "binary cross-entropy for real numbers",
        "wrong-loss-for-task",
        ERROR,
        lambda: one(
            np.linspace(-20, 30, 101), POSITIVE / 2, b.BINARY, "sigmoid"
        ),
        WHERE,
        {"target": "real values"},
        ("-20", "30", "mse"),
    ),
    Sick(
        "binary cross-entropy for five classes",
        "wrong-loss-for-task",
        ERROR,
        lambda: one(b.ids(60, 5), POSITIVE / 2, b.BINARY, "sigmoid"),
        WHERE,
        {"values": [0, 1, 2, 3, 4], "target": "class ids"},
        ("5 class ids", "5 units"),
    ),
    Sick(
        "binary cross-entropy for exclusive classes",
        "wrong-loss-for-task",
        WARNING,
        lambda: exclusive(b.BINARY),
        WHERE,
        {"units": 3},
        ("categorical_crossentropy",),
    ),
    Sick(
        "squared error for one-hot classes",
        "wrong-loss-for-task",
        WARNING,
        lambda: exclusive(b.MSE),
        WHERE,
        {"units": 3},
    ),
    Sick(
        "squared error for yes or no",
        "wrong-loss-for-task",
        WARNING,
        lambda: one(ZERO_ONE, POSITIVE / 2, b.MSE, "sigmoid"),
        WHERE,
        {"target": "0 or 1"},
    ),
    Sick(
        "hinge for three classes",
        "wrong-loss-for-task",
        ERROR,
        lambda: one(b.ids(60, 3), np.tanh(b.normal(31, 1)), "hinge", "tanh"),
        WHERE,
        {"values": [0, 1, 2]},
        ("sparse_categorical_crossentropy",),
    ),
    Sick(
        "counts below zero",
        "wrong-loss-for-task",
        ERROR,
        lambda: one(np.array([-4.5, 1, 2, 3.5] * 9), POSITIVE, "poisson"),
        WHERE,
        {"low": -4.5, "negative": 0.25},
        ("25%",),
    ),
    Sick(
        "percentages of zero",
        "wrong-loss-for-task",
        WARNING,
        lambda: one(
            np.array([0, 1.5, 2, 3.5] * 9),
            POSITIVE,
            "mean_absolute_percentage_error",
        ),
        WHERE,
        {"low": 0, "zero": 0.25},
        ("25%",),
    ),
    Sick(
        "squared error of ids and a softmax",
        "wrong-loss-for-task",
        ERROR,
        lambda: ids(loss=b.MSE),
        WHERE,
        {"units": 3},
        ("3 probabilities", "sparse_categorical_crossentropy"),
    ),
)
