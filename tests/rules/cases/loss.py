"""Cases of the rules about losses: sign, shapes, sums, weights."""

import numpy as np

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.fit_call import FitCall
from tests.rules import building as b
from tests.rules.checking import ADVICE
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

WHERE = "output 'out'"
NUMBERS = b.normal(64)


def custom(end="linear", target=NUMBERS, **tried):
    """A loss of the user's own, and what it did."""
    made = b.normal(31, 1)
    return b.facts(
        b.head(target, made, "mine", end, behaviour=b.behaviour(**tried))
    )


def squares(sign=1.0):
    """Mean squared errors of predictions 0, 1, 3 and 10 spreads off."""
    return tuple(sign * s**2 for s in (0.0, 1.0, 3.0, 10.0))


def weighted(weight):
    loss = b.loss(b.MSE, weight=weight)
    return b.facts(b.head(NUMBERS, b.normal(31, 1), loss))


def summed(rate=0.01, kind="SGD", momentum=0.0, batch=None, **fit):
    """A loss summed over the batch."""
    loss = b.loss(b.MSE, reduction="sum")
    return b.facts(
        b.head(NUMBERS, b.normal(31, 1), loss),
        model=b.model(rate=rate, kind=kind, momentum=momentum),
        fit=FitCall(**fit),
        batch=batch,
    )


def outputs(*starts, weights=None):
    """Several outputs and their losses at the start."""
    weights = weights or [None] * len(starts)
    return Facts(
        heads=tuple(
            b.head(
                NUMBERS,
                b.normal(31, 1),
                b.loss(b.MSE, weight=weight),
                name=f"out_{'abc'[i]}",
                behaviour=b.behaviour(start),
            )
            for i, (start, weight) in enumerate(
                zip(starts, weights, strict=True)
            )
        )
    )


SICK = (
    Sick(
        "the negative squared error",
        "loss-sign-flipped",
        ERROR,
        lambda: custom(ladder=squares(-1)),
        WHERE,
        {"ladder": [0, -1, -9, -100]},
        ("-100",),
    ),
    Sick(
        "a likelihood of probabilities without its minus",
        "loss-sign-flipped",
        ERROR,
        lambda: custom("sigmoid", b.ids(64, 2), ladder=(3, 2, 1, 0.5)),
        WHERE,
        {"ladder": [3, 2, 1, 0.5]},
        ("0.5",),
    ),
    Sick(
        "a negative weight",
        "loss-sign-flipped",
        ERROR,
        lambda: weighted(-2.0),
        WHERE,
        {"weight": -2},
        ("-2",),
    ),
    Sick(
        "a sum under SGD",
        "loss-not-averaged",
        WARNING,
        lambda: summed(0.01, batch_size=64),
        WHERE,
        {"batch": 64, "learning_rate": 0.01, "optimizer": "SGD"},
        ("64 rows", "0.64"),
    ),
    Sick(
        "a stream of large batches",
        "loss-not-averaged",
        WARNING,
        lambda: summed(0.025, batch=16),
        WHERE,
        {"batch": 16},
        ("16 rows", "0.4"),
    ),
    Sick(
        "own loss that doubles with the batch",
        "loss-not-averaged",
        ADVICE,
        lambda: custom(start=3.0, twice=6.0),
        WHERE,
        {"reduction": "sum_over_batch_size", "optimizer": "Adam"},
    ),
    Sick(
        "one output drowns the other",
        "loss-weights-misconfigured",
        WARNING,
        lambda: outputs(500.0, 0.5),
        "output 'out_b'",
        {"weighted_losses": {"out_a": 500.0, "out_b": 0.5}},
        ("500", "0.5", "1000 times"),
    ),
    Sick(
        "weights drown one of three, and one is perfect",
        "loss-weights-misconfigured",
        WARNING,
        lambda: outputs(1.0, 1.0, 0.0, weights=[300.0, 1.0, 1.0]),
        "output 'out_b'",
        {"weighted_losses": {"out_a": 300.0, "out_b": 1.0, "out_c": 0.0}},
        ("300 times",),
    ),
    Sick(
        "an output of weight zero",
        "loss-weights-misconfigured",
        WARNING,
        lambda: outputs(1.0, 1.0, weights=[0.0, 1.0]),
        "output 'out_a'",
        {"weights": {"out_a": 0.0, "out_b": 1.0}},
    ),
)

TWINS = (
    Twin(
        "the squared error",
        "loss-sign-flipped",
        lambda: custom(ladder=squares()),
    ),
    Twin(
        "a bounded distance of pairs",
        "loss-sign-flipped",
        lambda: custom(target=b.ids(64, 2), ladder=(1.0, 0.5, 0.2, 0.0)),
    ),
    Twin(
        "a likelihood that is negative where sure",
        "loss-sign-flipped",
        lambda: custom(ladder=(-3.0, -1.0, 4.0, 40.0)),
    ),
    Twin("a positive weight", "loss-sign-flipped", lambda: weighted(2.0)),
    Twin(
        "a mean",
        "loss-not-averaged",
        lambda: b.facts(b.head(NUMBERS, b.normal(31, 1), b.MSE)),
    ),
    Twin(
        "own loss that is a mean",
        "loss-not-averaged",
        lambda: custom(start=3.0, twice=3.1),
    ),
    Twin(
        "a sum under Adam",
        "loss-not-averaged",
        lambda: summed(0.001, "Adam"),
        advised=True,
    ),
    Twin("one output", "loss-weights-misconfigured", lambda: outputs(9.0)),
    Twin(
        "two outputs of like losses",
        "loss-weights-misconfigured",
        lambda: outputs(2.3, 0.7),
    ),
    Twin(
        "weights that make them alike",
        "loss-weights-misconfigured",
        lambda: outputs(500.0, 0.5, weights=[0.001, 1.0]),
    ),
    Twin(
        "a loss that cannot be compared",
        "loss-weights-misconfigured",
        lambda: outputs(np.nan, 0.5),
    ),
)
