"""Cases of a `fit` that raised."""

from keras_troubleshoot.facts.facts import Facts
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import Sick
from tests.rules.checking import Twin

DENSE = ("dense", "Dense", ((32, 4),))


def raised(message, *layers, kind=ValueError):
    return Facts(raised=b.failed(message, *layers, kind=kind).failure)


SICK = (
    Sick(
        "metrics in the place of loss weights",
        "call-failed",
        ERROR,
        lambda: raised(
            "dtype='string' is not a valid dtype for Keras type promotion."
        ),
        "fit",
        {"exception": "ValueError", "layer": ""},
        ("loss_weights", "metrics="),
    ),
    Sick(
        "something unheard of in a layer",
        "call-failed",
        ERROR,
        lambda: raised("no such thing", DENSE, kind=KeyError),
        "layer 'dense'",
        {"exception": "KeyError", "layer": "dense"},
        ("KeyError", "no such thing"),
    ),
)

TWINS = (
    Twin("fit came to its end", "call-failed", lambda: Facts(raised=None)),
)
