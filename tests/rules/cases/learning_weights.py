"""Cases of weights that do not learn."""

from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.learning_weights import Frozen
from keras_troubleshoot.facts.learning_weights import Learning
from keras_troubleshoot.facts.passes import Pass
from tests.rules import building as b
from tests.rules.checking import ADVICE
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

MADE = b.normal(31, 1)


def cut(*paths, of=6, head=True, fresh=True, kind="Functional", **known):
    """Weights without gradient, among others that have one."""
    gradients = dict.fromkeys(paths) | {
        f"other/{i}": 1.0 for i in range(of - len(paths))
    }
    layers = tuple(dict.fromkeys(path.split("/")[0] for path in paths))
    seen = Learning(100, 100, cut=paths, cut_layers=layers, **known)
    loss = b.MSE if head else None
    model = b.Model("model", kind, kind)
    return b.facts(
        b.head(MADE, MADE, loss),
        learning=seen,
        training=Step(Pass(None), 1.0, gradients=gradients),
        fresh=fresh,
        model=model,
    )


def frozen(*layers, fresh=True, trainable=50, **known):
    seen = Learning(trainable, 100, frozen=layers, **known)
    return b.Facts(learning=seen, fresh=fresh)


def dense(name="a", random=True, **known):
    return Frozen(name, "Dense", 40, random, **known)


SICK = (
    Sick(
        "rounding on the way",
        "disconnected-weights",
        WARNING,
        lambda: cut("a/kernel", "a/bias", breaks=("Round",)),
        "layer 'a'",
        {"weights": 6, "count": 2, "layers": ["a"]},
        ("Of 6 trainable weights, 2 get", "`Round`"),
    ),
    Sick(
        "a result that is thrown away",
        "disconnected-weights",
        WARNING,
        lambda: cut("a/kernel", "a/bias"),
        "layer 'a'",
        {"count": 2},
        ("not used",),
    ),
    Sick(
        "nothing gets a gradient",
        "disconnected-weights",
        ERROR,
        lambda: cut("a/kernel", "b/kernel", of=2, stopped=True),
        "layer 'a'",
        {"weights": 2, "count": 2},
        ("All 2", "`stop_gradient`"),
    ),
    Sick(
        "made but never called",
        "disconnected-weights",
        WARNING,
        lambda: cut(kind="subclass", idle=("b",)),
        "layer 'b'",
        {"layers": ["b"], "count": 1},
        ("1 layer of the model ('b') was made",),
    ),
    Sick(
        "thawed without compile",
        "frozen-weights",
        ERROR,
        lambda: frozen(thawed=("base/kernel", "base/bias")),
        "weight 'base/kernel'",
        {"count": 2},
        ("2 weights", "do not learn"),
    ),
    Sick(
        "frozen without compile",
        "frozen-weights",
        WARNING,
        lambda: frozen(refrozen=("base/kernel",)),
        "weight 'base/kernel'",
        {"count": 1},
        ("go on learning",),
    ),
    Sick(
        "nothing may learn",
        "frozen-weights",
        ERROR,
        lambda: frozen(trainable=0),
        "the model",
        {"weights": 100},
    ),
    Sick(
        "frozen at random",
        "frozen-weights",
        WARNING,
        lambda: frozen(dense("a"), dense("b")),
        "layer 'a'",
        {"layers": ["a", "b"], "weights": 80},
        ("2 layers",),
    ),
    Sick(
        "a random table of words",
        "frozen-weights",
        WARNING,
        lambda: frozen(
            Frozen("words", "Embedding", 40, True, biased=False), fresh=None
        ),
        "layer 'words'",
        {"count": 1},
    ),
    Sick(
        "one random layer",
        "frozen-weights",
        ADVICE,
        lambda: frozen(dense()),
        "layer 'a'",
        {"count": 1},
    ),
)

TWINS = (
    Twin("all connected", "disconnected-weights", cut),
    Twin(
        "an output without a loss",
        "disconnected-weights",
        lambda: cut("b/kernel", "b/bias", head=False),
        advised=True,
    ),
    Twin(
        "the unused pooler of a trained model",
        "disconnected-weights",
        lambda: cut("pooler/kernel", fresh=False),
        advised=True,
    ),
    Twin(
        "a layer of a Functional model that nobody calls",
        "disconnected-weights",
        lambda: cut(idle=("b",)),
    ),
    Twin(
        "a trained backbone, frozen",
        "frozen-weights",
        lambda: frozen(dense("a", False), dense("b", False), fresh=False),
    ),
    Twin(
        "without biases, in a trained model",
        "frozen-weights",
        lambda: frozen(
            dense("a", biased=False), dense("b", biased=False), fresh=False
        ),
    ),
    Twin("all may learn", "frozen-weights", lambda: frozen(trainable=100)),
)
