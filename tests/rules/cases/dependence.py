"""Cases of what predictions depend on."""

import types

import numpy as np

from keras_troubleshoot.facts.architecture import Layer
from keras_troubleshoot.facts.entries import Lookup
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.influence import Ignored
from keras_troubleshoot.facts.influence import Mixing
from keras_troubleshoot.facts.sequences import Causality
from keras_troubleshoot.facts.sequences import Masking
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

CROP = Layer("crop", "crop", "Cropping2D")
NOTHING = Facts(lookups=lambda: (), masking=lambda: None)


def operations(*found, rows=31):
    """Operations inside the model that meet rows with each other."""

    def tensor(shape):
        return types.SimpleNamespace(shape=shape)

    crossings = [
        types.SimpleNamespace(
            type=kind,
            layer=layer,
            inputs=[tensor(shape) for shape in shapes],
            outputs=[tensor(made)],
        )
        for kind, layer, shapes, made in found
    ]
    runner = types.SimpleNamespace(rows=rows)
    return Facts(crossings=crossings, runner=runner)


def mixed(change, repeats=True, supervised=True):
    data = b.data(b.normal(9, 4), b.ids(9, 3) if supervised else None)
    return Facts(mixing=Mixing(change, repeats), data=data)


def looked_up(low, high, source="x"):
    found = Lookup("words", 100, low, high, True, source)
    return Facts(lookups=(found,))


def ignored(x, *silent, of=None, layers=(), **known):
    """Features without influence."""
    found = Ignored((), {"x": silent}, {"x": of or x[0].size})
    return Facts(
        data=b.data(x), model=b.model(*layers), influence=found, **known
    )


def without(*names):
    """Whole inputs without influence."""
    x = {"a": b.normal(40, 2), "b": b.normal(40, 2)}
    return Facts(data=b.data(x), influence=Ignored(names))


def padding(change, loser="pool", pools=True, padded=0.4):
    return Facts(masking=Masking("words", padded, change, loser, pools))


def ahead(leak):
    return Facts(causality=Causality(leak, "x", 1.0))


SICK = (
    Sick(
        "a sum without keepdims",
        "silent-broadcast",
        ERROR,
        lambda: operations(("RealDiv", "scale", [(31, 1), (31,)], (31, 31))),
        "layer 'scale'",
        {"shapes": ["(n, 1)", "(n,)"], "made": "(n, n)"},
        ("(n, 1) with (n,)", "keepdims"),
    ),
    Sick(
        "two operations in the call of a subclass",
        "silent-broadcast",
        ERROR,
        lambda: operations(
            ("Sub", "", [(31, 4), (31, 1, 4)], (31, 31, 4)),
            ("Mul", "", [(31, 31, 4), (31, 31, 4)], (31, 31, 4)),
        ),
        "the model",
        {"operation": "Sub", "made": "(n, n, 4)"},
        ("(n, 4) with (n, 1, 4)",),
    ),
    Sick(
        "a softmax over the batch",
        "batch-mixing",
        ERROR,
        lambda: mixed(0.37),
        "the model",
        {"change": 0.37},
        ("37%",),
    ),
    Sick(
        "far beyond the spread of predictions",
        "batch-mixing",
        ERROR,
        lambda: mixed(4.2),
        "the model",
        {"change": 4.2},
        ("420%",),
    ),
    Sick(
        "as many ids as rows, from 1",
        "embedding-index-out-of-range",
        ERROR,
        lambda: looked_up(1.0, 100.0),
        "layer 'words'",
        {"low": 1, "high": 100, "input_dim": 100, "source": "x"},
        ("100 rows", "ids 0 to 99", "Embedding(101,"),
    ),
    Sick(
        "negative ids",
        "embedding-index-out-of-range",
        ERROR,
        lambda: looked_up(-1.0, 50.0),
        "layer 'words'",
        {"low": -1, "high": 50},
        ("-1",),
    ),
    Sick(
        "one of two inputs",
        "input-ignored",
        ERROR,
        lambda: without("x['b']"),
        "x['b']",
        {"input": "x['b']"},
    ),
    Sick(
        "the last column of a table",
        "input-ignored",
        WARNING,
        lambda: ignored(b.normal(40, 9), 8),
        "x",
        {"positions": [8], "silent": 1, "varying": 9},
        ("1 feature of 9", "8"),
    ),
    Sick(
        "half of a picture",
        "input-ignored",
        WARNING,
        lambda: ignored(b.normal(40, 8, 8), *range(32)),
        "x",
        {"silent": 32, "varying": 64},
        ("32 features of 64",),
    ),
    Sick(
        "a mean over padding",
        "mask-ignored",
        WARNING,
        lambda: padding(0.3),
        "layer 'pool'",
        {"padded": 0.4, "change": 0.3, "mask_from": "words"},
        ("40%", "30%"),
    ),
    Sick(
        "attention without a causal mask",
        "causality-violated",
        ERROR,
        lambda: ahead(0.25),
        "the model",
        {"leak": 0.25, "agreement": 1},
        ("25%",),
    ),
)

TWINS = (
    Twin("nothing meets", "silent-broadcast", operations),
    Twin("rows by themselves", "batch-mixing", lambda: mixed(1e-7)),
    Twin(
        "a loss that compares rows, without targets",
        "batch-mixing",
        lambda: mixed(3.0, supervised=False),
        advised=True,
    ),
    Twin(
        "dropout that stays on",
        "batch-mixing",
        lambda: mixed(0.5, repeats=False),
    ),
    Twin(
        "all ids known",
        "embedding-index-out-of-range",
        lambda: looked_up(0.0, 99.0),
    ),
    Twin("no Embedding", "embedding-index-out-of-range", lambda: NOTHING),
    Twin("both inputs heeded", "input-ignored", without),
    Twin(
        "the borders of a picture",
        "input-ignored",
        lambda: ignored(b.normal(40, 8, 8), *range(15)),
    ),
    Twin(
        "a picture cropped on purpose",
        "input-ignored",
        lambda: ignored(b.normal(40, 8, 8), *range(32), layers=(CROP,)),
    ),
    Twin(
        "a constant output, which is told otherwise",
        "input-ignored",
        lambda: ignored(b.normal(40, 3), 0, 1, 2),
    ),
    Twin(
        "steps of padding",
        "input-ignored",
        lambda: ignored(np.ones((40, 8, 8)), *range(32), lookups=("words",)),
    ),
    Twin("a mask that is heeded", "mask-ignored", lambda: padding(1e-7)),
    Twin("no mask", "mask-ignored", lambda: NOTHING),
    Twin(
        "a mask that got lost on the way to attention",
        "mask-ignored",
        lambda: padding(0.3, pools=False),
        advised=True,
    ),
    Twin("a causal model", "causality-violated", lambda: ahead(1e-7)),
    Twin(
        "no next step to predict",
        "causality-violated",
        lambda: Facts(causality=lambda: None),
    ),
)
