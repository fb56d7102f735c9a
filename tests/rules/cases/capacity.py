"""Cases of models that are too narrow, too small or too large."""

import types

from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.learning_weights import Learning
from keras_troubleshoot.facts.necks import Neck
from keras_troubleshoot.facts.neighbours import Signal
from keras_troubleshoot.facts.outcome import Outcome
from keras_troubleshoot.facts.starting_weights import Start
from tests.rules import building as b
from tests.rules.checking import ADVICE
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def neck(width, inputs=64, classes=10, x=None):
    """A narrow layer before a softmax over some classes."""
    rows = 200
    made = b.distribution(31, classes)
    head = b.head(b.ids(rows, classes), made, b.SPARSE, "softmax")
    return b.facts(head, x=x, necks=(Neck("narrow", width, inputs),))


def returned(width):
    """A narrow layer in a model that gives back its input."""
    x = b.normal(200, 20)
    return b.facts(
        b.head(x, x[:31], b.MSE), x=x, necks=(Neck("code", width, 64),)
    )


def trained(units, quality, known=0.9, losses=(1.0,) * 8):
    hidden = Start("a", "Dense", units, 20, 0.2, 0.0, 1.0, 1.0)
    last = Start("b", "Dense", 10, units, 0.2, 0.0, 1.0, 1.0, last=True)
    return b.Facts(
        history=History({"loss": list(losses)}),
        outcome=Outcome(quality, losses=tuple(losses), start=1.0),
        signal=Signal(1000, 10, known, 0.1, 0.01, 0.1, 1),
        starting_weights=(hidden, last),
    )


def large(weights, rows, fresh=True, **epochs):
    known = {"history": History(epochs)} if epochs else {}
    return b.Facts(
        learning=Learning(weights, weights),
        data=types.SimpleNamespace(rows=rows),
        fresh=fresh,
        **known,
    )


SICK = (
    Sick(
        "one unit before ten classes",
        "bottleneck-layer",
        WARNING,
        lambda: neck(1),
        "layer 'narrow'",
        {"width": 1, "inputs": 64, "wanted": 10},
        ("1 number of layer 'narrow'", "10 numbers are"),
    ),
    Sick(
        "two units before ten classes",
        "bottleneck-layer",
        ADVICE,
        lambda: neck(2),
        "layer 'narrow'",
        {"width": 2},
    ),
    Sick(
        "four units, and neighbours know better",
        "model-too-small",
        ADVICE,
        lambda: trained(4, 0.6),
        "the model",
        # 90% of ten classes, of which a guess tells a tenth.
        {"quality": 0.6, "known": 0.8 / 0.9, "widest": 4},
        ("0.6", "0.889", "4 units"),
    ),
    Sick(
        "two units, far behind",
        "model-too-small",
        WARNING,
        lambda: trained(2, 0.1),
        "the model",
        {"quality": 0.1, "widest": 2},
        ("2 units",),
    ),
    Sick(
        "validation rises",
        "model-too-large",
        ADVICE,
        lambda: large(
            100_000,
            200,
            loss=[1.0, 0.5, 0.2, 0.1],
            val_loss=[1.0, 0.8, 1.2, 1.6],
        ),
        "the model",
        {"weights": 100_000, "rows": 200, "lowest": 0.8, "end": 1.6},
        ("500 for each", "from 0.8 to 1.6"),
    ),
)

TWINS = (
    Twin("wide enough", "bottleneck-layer", lambda: neck(16)),
    Twin(
        "three numbers come in, too",
        "bottleneck-layer",
        lambda: neck(3, inputs=3),
    ),
    Twin("an autoencoder", "bottleneck-layer", lambda: returned(1)),
    Twin("as good as neighbours", "model-too-small", lambda: trained(4, 0.88)),
    Twin("wide, only slow", "model-too-small", lambda: trained(64, 0.6)),
    Twin(
        "still learning",
        "model-too-small",
        lambda: trained(4, 0.6, losses=[1 - 0.1 * i for i in range(8)]),
    ),
    Twin("enough rows", "model-too-large", lambda: large(10_000, 1000)),
    Twin("a usual LeNet", "model-too-large", lambda: large(500_000, 1000)),
    Twin(
        "many weights, nothing else known",
        "model-too-large",
        lambda: large(2_000_000, 1000),
        advised=True,
    ),
    Twin(
        "pretrained",
        "model-too-large",
        lambda: large(10_000_000, 1000, fresh=False),
    ),
)
