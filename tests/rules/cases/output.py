"""Cases of the rules about outputs: activation, units, task."""

import numpy as np

from keras_troubleshoot.facts.output_activation import Activation
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import Sick

WHERE = "output 'out'"
POSITIVE = np.ones((31, 1))
ZERO_ONE = np.array([0, 1] * 30)
LOGITS = b.loss(b.SPARSE, from_logits=True)
BINARY_LOGITS = b.loss(b.BINARY, from_logits=True)


def one(target, made, loss=None, end="linear"):
    return b.facts(b.head(target, made, loss, end))


def ids(made=None, loss=b.SPARSE, end="softmax", units=3):
    """Ids of three classes."""
    made = b.distribution(31, units) if made is None else made
    return one(b.ids(60, 3), made, loss, end)


def exclusive(loss):
    """One-hot rows beside a softmax."""
    return one(
        b.one_hot(b.ids(60, 3), 3), b.distribution(31, 3), loss, "softmax"
    )


def twice(units=10):
    """Softmax after softmax."""
    end = Activation("softmax", "again", 2)
    return ids(b.distribution(31, units), end=end)


def several():
    """Rows of two labels out of five."""
    return b.one_hot(b.ids(60, 5), 5) + b.one_hot(b.ids(60, 5) - 1, 5)


def padded():
    """One-hot rows, and a tenth of rows of zeros."""
    return b.one_hot(b.ids(60, 3), 3) * (b.ids(60, 10) > 0)[:, None]


SICK = (
    Sick(
        "for yes or no",
        "softmax-on-single-unit",
        ERROR,
        lambda: one(ZERO_ONE, POSITIVE, b.BINARY, "softmax"),
        WHERE,
        {"units": 1, "layer": "last", "predictions": [1.0] * 5},
        ("sigmoid",),
    ),
    Sick(
        "for a number",
        "softmax-on-single-unit",
        ERROR,
        lambda: one(b.normal(60), POSITIVE, b.MSE, "softmax"),
        WHERE,
        {"units": 1},
        ("no activation",),
    ),
    Sick(
        "classes",
        "logits-without-from-logits",
        ERROR,
        lambda: ids(np.array([[-2.5, 1, 4]] * 31), end="linear"),
        WHERE,
        {"low": -2.5, "high": 4, "from_logits": False},
        ("-2.5", "4", "softmax", "from_logits=True"),
    ),
    Sick(
        "yes or no, with NaN",
        "logits-without-from-logits",
        ERROR,
        lambda: one(ZERO_ONE, np.array([[-3], [2], [np.nan]]), b.BINARY),
        WHERE,
        {"low": -3, "high": 2},
        ("sigmoid",),
    ),
    Sick(
        "softmax",
        "probabilities-with-from-logits",
        ERROR,
        lambda: ids(loss=LOGITS),
        WHERE,
        {"activation": "softmax", "layer": "last", "from_logits": True},
    ),
    Sick(
        "sigmoid",
        "probabilities-with-from-logits",
        ERROR,
        lambda: one(ZERO_ONE, POSITIVE / 2, BINARY_LOGITS, "sigmoid"),
        WHERE,
        {"activation": "sigmoid"},
    ),
    Sick(
        "a softmax that only its rows betray",
        "probabilities-with-from-logits",
        ERROR,
        lambda: ids(loss=LOGITS, end=Activation("unknown")),
        WHERE,
        {"activation": "softmax", "layer": ""},
    ),
    Sick(
        "Dense and Softmax layer",
        "double-softmax",
        ERROR,
        twice,
        WHERE,
        # The largest of ten: one input is 1, nine are 0.
        {"softmaxes": 2, "units": 10, "most": np.exp(1) / (np.exp(1) + 9)},
        ("again", "0.232"),
    ),
    Sick(
        "relu for numbers below zero",
        "output-activation-mismatch",
        ERROR,
        lambda: one(np.array([-4, 2, 3, 6] * 9), POSITIVE, b.MSE, "relu"),
        WHERE,
        {"activation": "relu", "share": 0.25, "low": -4, "high": 6},
        ("25%", "-4", "6"),
    ),
    Sick(
        "sigmoid for numbers beyond one",
        "output-activation-mismatch",
        ERROR,
        lambda: one(
            np.array([0.5, 7, 30, 0.25] * 9), POSITIVE, b.MSE, "sigmoid"
        ),
        WHERE,
        {"share": 0.5, "high": 30},
        ("50%",),
    ),
    Sick(
        "relu into a cross-entropy",
        "output-activation-mismatch",
        ERROR,
        lambda: ids(np.abs(b.normal(31, 3)), end="relu"),
        WHERE,
        {"activation": "relu", "from_logits": False},
        ("softmax",),
    ),
    Sick(
        "relu on logits",
        "output-activation-mismatch",
        ERROR,
        lambda: ids(np.abs(b.normal(31, 3)), LOGITS, "relu"),
        WHERE,
        {"from_logits": True},
        ("expects logits",),
    ),
    Sick(
        "sigmoid for classes",
        "output-activation-mismatch",
        ERROR,
        lambda: ids(np.full((31, 3), 0.5), end="sigmoid"),
        WHERE,
        {"activation": "sigmoid", "units": 3},
        ("3 units",),
    ),
    Sick(
        "softmax for several labels",
        "output-activation-mismatch",
        ERROR,
        lambda: one(several(), b.distribution(31, 5), b.BINARY, "softmax"),
        WHERE,
        {"labels_a_row": 2},
        ("5 labels", "sigmoid"),
    ),
    Sick(
        "softmax over the batch",
        "output-activation-mismatch",
        ERROR,
        lambda: ids(end=Activation("softmax", "last", 1, axis=-2)),
        WHERE,
        {"axis": -2, "units": 3},
        ("the batch", "axis=-1"),
    ),
    Sick(
        "one unit for three classes",
        "output-units-mismatch",
        ERROR,
        lambda: ids(POSITIVE, end="softmax"),
        WHERE,
        {"units": 1, "columns": 1},
        ("3 classes", "3 units"),
    ),
    Sick(
        "three units for two columns",
        "output-units-mismatch",
        ERROR,
        lambda: one(b.normal(60, 2), b.normal(31, 3), b.MSE),
        WHERE,
        {"units": 3, "columns": 2},
        ("3 units", "2 columns"),
    ),
    Sick(
        "one unit for two columns",
        "output-units-mismatch",
        ERROR,
        lambda: one(b.normal(60, 2), b.normal(31, 1), b.MSE),
        WHERE,
        {"units": 1, "columns": 2},
        ("2 columns",),
    ),
)
