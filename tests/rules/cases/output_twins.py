"""Healthy outputs, on which the rules about outputs stay silent."""

import numpy as np

from keras_troubleshoot.facts.output_activation import Activation
from tests.rules import building as b
from tests.rules.cases import output as sick
from tests.rules.checking import Twin

one = sick.one


def sigmoid(target=sick.ZERO_ONE, loss=b.BINARY, units=1):
    return one(target, np.full((31, units), 0.5), loss, "sigmoid")


def linear(target, loss=b.MSE, units=1, end="linear"):
    return one(target, b.normal(31, units), loss, end)


HEALTHY = {
    "classes with softmax": sick.ids,
    "classes with logits": lambda: sick.ids(
        b.normal(31, 3), sick.LOGITS, "linear"
    ),
    "a softmax written by hand": lambda: sick.ids(end=Activation("unknown")),
    "yes or no with sigmoid": sigmoid,
    "yes or no with a logit": lambda: linear(sick.ZERO_ONE, sick.BINARY_LOGITS),
    "several labels with sigmoid": lambda: sigmoid(sick.several(), units=5),
    "one-hot rows with softmax": lambda: sick.exclusive(b.CATEGORICAL),
    "maps of classes": lambda: one(
        b.ids(20 * 64, 3).reshape(20, 8, 8),
        b.distribution(20, 8, 8, 3),
        b.SPARSE,
        "softmax",
    ),
    "a number": lambda: linear(b.normal(60)),
    "several numbers": lambda: linear(b.normal(60, 4), units=4),
    "counts with softplus": lambda: one(
        np.array([0, 1, 7, 30, 2] * 20), np.ones((31, 1)), "poisson", "softplus"
    ),
    "shares of amounts": lambda: one(
        np.linspace(2, 9, 99),
        np.ones((31, 1)),
        "mean_absolute_percentage_error",
    ),
    "amounts with relu": lambda: one(
        np.linspace(0, 9, 99), np.ones((31, 1)), b.MSE, "relu"
    ),
    "grey values with sigmoid": lambda: one(
        np.linspace(0, 1, 60 * 16).reshape(60, 16),
        np.full((31, 16), 0.5),
        b.BINARY,
        "sigmoid",
    ),
    "hinge with tanh": lambda: one(
        np.array([-1, 1] * 30), np.tanh(b.normal(31, 1)), "hinge", "tanh"
    ),
    "grades as numbers": lambda: linear(b.ids(60, 5)),
}

RULES = (
    "softmax-on-single-unit",
    "logits-without-from-logits",
    "probabilities-with-from-logits",
    "double-softmax",
    "output-activation-mismatch",
    "output-units-mismatch",
    "wrong-loss-for-task",
)

TWINS = (
    *(
        Twin(name, rule, facts)
        for rule in RULES
        for name, facts in HEALTHY.items()
    ),
    Twin(
        "one-hot rows with padding of zeros",
        "output-activation-mismatch",
        lambda: one(
            sick.padded(), b.distribution(31, 3), b.CATEGORICAL, "softmax"
        ),
        advised=True,
    ),
    Twin(
        "a linear end that gives probabilities",
        "logits-without-from-logits",
        lambda: sick.ids(end="linear"),
    ),
    Twin(
        "softmax over the axis of one unit that is not the last",
        "softmax-on-single-unit",
        lambda: one(
            b.normal(60, 5, 1),
            b.distribution(31, 5)[..., None],
            b.MSE,
            Activation("softmax", "last", 1, axis=-2),
        ),
    ),
    Twin(
        "units without a class",
        "output-units-mismatch",
        lambda: sick.ids(units=20),
        advised=True,
    ),
)
