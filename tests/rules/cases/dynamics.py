"""Cases of what a training run did."""

import numpy as np

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.neighbours import Signal
from keras_troubleshoot.facts.outcome import Outcome
from keras_troubleshoot.facts.pace import Pace
from tests.rules import building as b
from tests.rules.checking import ADVICE
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def signal(score: float) -> Signal:
    """Neighbours of ten classes that are right so often."""
    return Signal(500, 10, score, 0.1, 0.01, 0.1, 1)


def run(losses, start=None, validation=(), **known) -> Facts:
    """A run with these losses.

    Args:
        losses: of the epochs.
        start: loss before the training.
        validation: losses of the validation.
        **known: attributes of the outcome, or `signal` and `pace`.
    """
    epochs = {"loss": list(losses)}
    if len(validation):
        epochs["val_loss"] = list(validation)
    others = {k: known.pop(k) for k in ("signal", "pace") if k in known}
    known.setdefault("steps", 500)
    known.setdefault("rows", 400)
    return b.facts(
        b.head(b.ids(400, 10), b.distribution(400, 10), b.SPARSE, "softmax"),
        history=History(epochs),
        training=b.step(start),
        outcome=Outcome(losses=tuple(losses), start=start, **known),
        **others,
    )


FALLING = (1.2, 0.6, 0.4, 0.3, 0.25)
ZIGZAG = (1.0, 0.5, 1.0, 0.5, 1.0, 0.5)

SICK = (
    Sick(
        "a loss that grows",
        "loss-diverging",
        WARNING,
        lambda: run([5.0, 40.0, 900.0], 2.3),
        "loss",
        {"first": 5.0, "last": 900.0, "epochs": 3},
        ("900", "3 epochs"),
    ),
    Sick(
        "NaN from the second epoch on",
        "loss-diverging",
        WARNING,
        lambda: run([0.5, np.nan, np.nan], 0.7),
        "loss",
        {"first": 0.5, "epochs": 3},
        ("not finite",),
    ),
    Sick(
        "up and down",
        "loss-oscillating",
        ADVICE,
        lambda: run(ZIGZAG, 1.0),
        "loss",
        {"rises": 1.0, "range": 0.5},
    ),
    Sick(
        "nothing learned of what neighbours know",
        "loss-plateaued",
        WARNING,
        lambda: run([2.31, 2.30, 2.30], 2.35, quality=0.01, signal=signal(0.9)),
        "loss",
        {"fall": 0.05 / 2.35, "quality": 0.01, "reachable": 0.8 / 0.9},
    ),
    Sick(
        "one value for all rows",
        "predictions-constant",
        WARNING,
        lambda: run(FALLING, 2.3, varied=1e-7),
        "the model",
        {"rows": 400, "varied": 1e-7},
    ),
    Sick(
        "beaten by neighbours",
        "underfitting",
        WARNING,
        lambda: run(FALLING, 2.3, quality=0.3, signal=signal(0.91)),
        "the model",
        {"quality": 0.3, "reachable": 0.9},
    ),
    Sick(
        "validation gets worse",
        "overfitting",
        ADVICE,
        lambda: run(
            FALLING,
            2.3,
            validation=[1.0, 0.8, 0.9, 1.2, 1.5],
            quality=0.99,
            validated=0.6,
        ),
        "the model",
        {"least": 0.8, "last": 1.5, "quality": 0.99, "validated": 0.6},
    ),
    Sick(
        "a stream as slow as the step",
        "slow-input-pipeline",
        ADVICE,
        lambda: run(FALLING, pace=Pace(0.04, 0.05)),
        "data",
        {"reading_ms": 40, "step_ms": 50},
    ),
)

TWINS = (
    Twin(
        "a loss that falls",
        "loss-diverging",
        lambda: run(FALLING, 2.3),
    ),
    Twin(
        "a likelihood below zero",
        "loss-diverging",
        lambda: run([-1.0, -2.0, -2.5], 0.5),
    ),
    Twin("a settled run", "loss-oscillating", lambda: run(FALLING, 2.3)),
    Twin(
        "noise about a floor",
        "loss-oscillating",
        lambda: run([0.9, 0.31, 0.33, 0.3, 0.32, 0.31], 2.3),
    ),
    Twin(
        "labels that nobody can foretell",
        "loss-plateaued",
        lambda: run(
            [2.31, 2.30, 2.30], 2.35, quality=0.01, signal=signal(0.11)
        ),
    ),
    Twin(
        "predictions that vary a little",
        "predictions-constant",
        lambda: run(FALLING, 2.3, varied=0.01),
    ),
    Twin(
        "somewhat below the neighbours",
        "underfitting",
        lambda: run(FALLING, 2.3, quality=0.7, signal=signal(0.9)),
    ),
    Twin(
        "validation that goes along",
        "overfitting",
        lambda: run(
            FALLING,
            2.3,
            validation=[1.0, 0.8, 0.7, 0.6],
            quality=0.9,
            validated=0.85,
        ),
    ),
    Twin(
        "data that wait for the step",
        "slow-input-pipeline",
        lambda: run(FALLING, pace=Pace(0.002, 0.05)),
    ),
)
