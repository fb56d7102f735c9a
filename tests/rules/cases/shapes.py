"""Cases of the rules about shapes."""

import numpy as np

from keras_troubleshoot.facts.architecture import Layer
from keras_troubleshoot.facts.facts import Facts
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import Sick
from tests.rules.checking import Twin

WHERE = "output 'out'"
LSTM = Layer("lstm", "lstm", "LSTM", options={"return_sequences": True})
INCOMPATIBLE = "Input 0 of layer 'conv' is incompatible: expected shape"


def refused(x, declared, layer=("conv", "Conv2D"), message=INCOMPATIBLE):
    """A model that refuses its inputs."""
    return Facts(
        data=b.data(x, np.zeros(len(x))),
        model=b.model(input_shapes=declared),
        forward=b.failed(message, (*layer, (x.shape,))),
    )


def output(target, made, loss=b.MSE, layers=(), **known):
    head = b.head(target, made, loss, **known)
    return b.facts(head, model=b.model(*layers), forward=b.ran())


SICK = (
    Sick(
        "a row too short",
        "shape-mismatch",
        ERROR,
        lambda: refused(b.normal(40, 7), {"x": (None, 8)}, ("dense", "Dense")),
        "layer 'dense'",
        {"layer": "dense", "inputs": [["40", "7"]], "declared": "(None, 8)"},
        ("(40, 7)", "keras.Input((7,))", "(None, 8)"),
    ),
    Sick(
        "channels in front",
        "shape-mismatch",
        ERROR,
        lambda: refused(b.normal(9, 3, 16, 16), {"x": (None, 16, 16, 3)}),
        "layer 'conv'",
        {"declared": "(None, 16, 16, 3)"},
        ("x.transpose([0, 2, 3, 1])",),
    ),
    Sick(
        "a loss that refuses",
        "shape-mismatch",
        ERROR,
        lambda: output(
            b.normal(40, 5, 3),
            b.normal(31, 4, 3),
            refused="the dimensions do not agree",
            loss="mine",
        ),
        WHERE,
        {"output": ["n", 4, 3], "target": ["n", 5, 3]},
        ("(n, 4, 3)", "(n, 5, 3)"),
    ),
    Sick(
        "steps of a recurrent layer",
        "output-rank-mismatch",
        ERROR,
        lambda: output(b.normal(40), b.normal(31, 12, 1), layers=(LSTM,)),
        WHERE,
        {"output": ["n", 12, 1], "target": ["n"]},
        ("return_sequences=True", "'lstm'"),
    ),
    Sick(
        "steps of a recurrent layer against a column",
        "output-rank-mismatch",
        ERROR,
        lambda: output(b.normal(40, 1), b.normal(31, 12, 1), layers=(LSTM,)),
        WHERE,
        {"output": ["n", 12, 1], "target": ["n", 1]},
        ("return_sequences=True",),
    ),
    Sick(
        "pictures that were not made flat",
        "output-rank-mismatch",
        ERROR,
        lambda: output(
            b.ids(40, 3),
            b.distribution(31, 6, 6, 3),
            b.SPARSE,
            end="softmax",
            refused="shapes do not match",
        ),
        WHERE,
        {"output": ["n", 6, 6, 3], "complaint": "shapes do not match"},
        ("Flatten",),
    ),
)

# Targets and predictions that belong together, with their loss.
FITTING = {
    "numbers and a column": (b.normal(40), b.normal(31, 1), b.MSE),
    "columns": (b.normal(40, 3), b.normal(31, 3), b.MSE),
    "ids and classes": (b.ids(40, 3), b.distribution(31, 3), b.SPARSE),
    "a column of ids": (
        b.ids(40, 3)[:, None],
        b.distribution(31, 3),
        b.SPARSE,
    ),
    "ids of each step": (
        b.ids(240, 3).reshape(40, 6),
        b.distribution(31, 6, 3),
        b.SPARSE,
    ),
    "maps of ids with a channel": (
        b.ids(640, 3).reshape(10, 8, 8, 1),
        b.distribution(10, 8, 8, 3),
        b.SPARSE,
    ),
    "numbers of each step": (b.normal(40, 6), b.normal(31, 6, 1), b.MSE),
    "pictures": (b.normal(9, 8, 8, 3), b.normal(9, 8, 8, 3), b.MSE),
    "an own loss of any shape": (b.normal(40), b.normal(31, 6, 4), "mine"),
}

TWINS = (
    *(
        Twin(name, rule, lambda parts=parts: output(*parts))
        for rule in ("shape-mismatch", "output-rank-mismatch")
        for name, parts in FITTING.items()
    ),
    Twin(
        "a failure that is not about shapes",
        "shape-mismatch",
        lambda: refused(
            b.normal(40, 8), {"x": (None, 8)}, message="no such file"
        ),
    ),
    Twin(
        "a loss that refuses units, which is told otherwise",
        "shape-mismatch",
        lambda: output(
            b.normal(40, 5), b.normal(31, 4), refused="incompatible shapes"
        ),
    ),
)
