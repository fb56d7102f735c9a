"""Cases of losses and metrics of shapes that meet by broadcasting."""

from keras_troubleshoot.facts.heads import Metric
from keras_troubleshoot.facts.own_step import OwnStep
from tests.rules import building as b
from tests.rules.cases.loss import NUMBERS
from tests.rules.cases.loss import WHERE
from tests.rules.cases.loss import custom
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def shapes(target, made, loss=b.MSE, **known):
    return b.facts(b.head(target, made, loss, **known))


def crossed():
    """A training step of the user's own that meets (n,) with (n, 1)."""
    step = OwnStep((("Sub", "", ((31,), (31, 1))),))
    return b.facts(b.head(NUMBERS, b.normal(31, 1)), own_step=step)


SICK = (
    Sick(
        "own loss of (n,) and (n, 1)",
        "loss-broadcasts",
        ERROR,
        lambda: custom(start=2.0, matched=1.5, broadcasts=((31, 31),)),
        WHERE,
        {
            "target": ["n"],
            "output": ["n", 1],
            "value": 2,
            "value_of_matching_shapes": 1.5,
        },
        ("31 x 31",),
    ),
    Sick(
        "one number against three units",
        "loss-broadcasts",
        ERROR,
        lambda: shapes(NUMBERS, b.normal(31, 3)),
        WHERE,
        {"target": ["n"], "output": ["n", 3]},
        ("3 units",),
    ),
    Sick(
        "own metric of (n,) and (n, 1)",
        "loss-broadcasts",
        WARNING,
        lambda: shapes(
            NUMBERS,
            b.normal(31, 1),
            metrics=(Metric("near", "Near", broadcasts=((31, 31),)),),
        ),
        "metric 'near'",
        {"target": ["n"], "output": ["n", 1], "made": [[31, 31]]},
        ("(n,)", "(n, 1)"),
    ),
    Sick(
        "own train_step of (n,) and (n, 1)",
        "loss-broadcasts",
        ERROR,
        crossed,
        "train_step",
        {"operation": "Sub", "shapes": [[31], [31, 1]]},
    ),
)

TWINS = (
    Twin(
        "own loss of one shape",
        "loss-broadcasts",
        lambda: custom(start=2.0),
    ),
    Twin(
        "own loss that compares rows on purpose",
        "loss-broadcasts",
        lambda: custom(start=2.0, broadcasts=((31, 31),)),
    ),
    Twin(
        "a Keras loss of (n,) and (n, 1)",
        "loss-broadcasts",
        lambda: shapes(NUMBERS, b.normal(31, 1)),
    ),
    Twin(
        "one number for each step of a series",
        "loss-broadcasts",
        lambda: shapes(b.normal(64, 5), b.normal(31, 5, 1)),
    ),
    Twin(
        "own train_step of one shape",
        "loss-broadcasts",
        lambda: b.facts(b.head(NUMBERS, NUMBERS), own_step=OwnStep()),
    ),
)
