"""Cases of the first loss, and of the course of a training."""

import numpy as np

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.history import History
from tests.rules import building as b
from tests.rules.cases.output import WHERE
from tests.rules.checking import ADVICE
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def first(loss, units=10, name=b.SPARSE, penalty=0.0, **known):
    """The first loss of a model of some classes."""
    return b.facts(
        b.head(
            b.ids(60, units),
            b.distribution(31, units),
            b.loss(name, **known),
            "softmax",
        ),
        training=b.step(loss, penalty),
    )


def trained(loss, accuracy, target=None, name="accuracy"):
    """A training by epochs, of one row in four of class 1."""
    target = np.arange(80) % 4 == 0 if target is None else target
    history = History({"loss": loss, name: accuracy})
    head = b.head(target, np.full((31, 1), 0.5), b.BINARY, "sigmoid")
    return Facts(heads=(head,), history=history)


SICK = (
    Sick(
        "a hundred times a guess",
        "initial-loss-unexpected",
        WARNING,
        lambda: first(230.0),
        WHERE,
        {"loss": 230, "expected": np.log(10), "classes": 10},
        ("230", "10 classes", "2.3"),
    ),
    Sick(
        "ten times a guess",
        "initial-loss-unexpected",
        ADVICE,
        lambda: first(23.0),
        WHERE,
        {"loss": 23},
    ),
    Sick(
        "the loss falls, the accuracy does not rise",
        "loss-metric-disagree",
        WARNING,
        lambda: trained([0.9, 0.5, 0.3], [0.7, 0.75, 0.74]),
        "metric 'accuracy'",
        {"loss": [0.9, 0.5, 0.3], "majority": 0.75},
        ("0.9", "0.3", "75%"),
    ),
)

TWINS = (
    Twin("log k", "initial-loss-unexpected", lambda: first(np.log(10))),
    Twin(
        "a large penalty of weights",
        "initial-loss-unexpected",
        lambda: first(230.0, penalty=228.0),
    ),
    Twin(
        "a sum over the batch",
        "initial-loss-unexpected",
        lambda: first(230.0, reduction="sum"),
    ),
    Twin(
        "squared errors",
        "initial-loss-unexpected",
        lambda: first(230.0, name=b.MSE),
    ),
    Twin("no loss", "initial-loss-unexpected", lambda: first(None)),
    Twin(
        "the accuracy rises",
        "loss-metric-disagree",
        lambda: trained([0.9, 0.5, 0.3], [0.7, 0.8, 0.9]),
    ),
    Twin(
        "the loss does not fall",
        "loss-metric-disagree",
        lambda: trained([0.9, 0.88, 0.85], [0.7, 0.75, 0.74]),
    ),
    Twin(
        "two epochs",
        "loss-metric-disagree",
        lambda: trained([0.9, 0.3], [0.7, 0.74]),
    ),
    Twin(
        "one class is nearly all",
        "loss-metric-disagree",
        lambda: trained([0.9, 0.5, 0.3], [0.95] * 3, np.arange(80) < 4),
    ),
    Twin(
        "only the accuracy of validation stays",
        "loss-metric-disagree",
        lambda: trained([0.9, 0.5, 0.3], [0.7] * 3, name="val_accuracy"),
    ),
    Twin(
        "another metric",
        "loss-metric-disagree",
        lambda: trained([0.9, 0.5, 0.3], [0.5, 0.5, 0.5], name="auc"),
    ),
)
