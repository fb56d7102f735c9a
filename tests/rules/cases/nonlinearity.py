"""Cases of what stands between layers."""

from keras_troubleshoot.facts.linearity import Linearity
from keras_troubleshoot.facts.linearity import Link
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.squashing import Squashed
from tests.rules import building as b
from tests.rules.checking import ADVICE
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def link(source, target, width, inputs, outputs, alone=True, kind="Dense"):
    return Link(source, target, kind, "Dense", width, inputs, outputs, alone)


def chain(*links, **between):
    """Layers `a`, `b`, `c`, with these links and nonlinearities."""
    kinds = {
        name.replace("_", " "): (layer,) for name, layer in between.items()
    }
    return b.Facts(linearity=Linearity(("a", "b", "c"), links, kinds))


def squashed(*found, first=1.0, last=1.0):
    """Squashing activations, and the gradients of both ends."""
    step = b.Step(Pass(None), gradients={"a/kernel": first, "z/kernel": last})
    return b.Facts(squashing=found, training=step)


def softmax(units=64, before=20, widest=10, **known):
    return squashed(
        Squashed(
            "hidden", "softmax", units, before, ("out",), widest, 1, **known
        )
    )


def sigmoid(depth, first=1.0):
    one = Squashed("hidden", "sigmoid", 32, 32, ("out",), 32, depth)
    return squashed(one, first=first)


SICK = (
    Sick(
        "Dense after Dense after Dense",
        "missing-nonlinearity",
        WARNING,
        lambda: chain(link("a", "b", 64, 20, 32), link("b", "c", 32, 64, 3)),
        "layer 'a'",
        {"pairs": [["a", "b"], ["b", "c"]], "layers": ["a", "b", "c"]},
        ("any of the 3 layers", "'a' goes into 'b'"),
    ),
    Sick(
        "only pooling between",
        "missing-nonlinearity",
        WARNING,
        lambda: chain(link("b", "c", 64, 200, 3), max_pooling="pool"),
        "layer 'b'",
        {"between": {"max pooling": ["pool"]}},
        ("only max pooling",),
    ),
    Sick(
        "the second hidden layer lacks one",
        "missing-nonlinearity",
        ADVICE,
        lambda: chain(link("b", "c", 64, 64, 10), activation="a"),
        "layer 'b'",
        {"count": 1, "names": ["b"]},
    ),
    Sick(
        "softmax between Dense layers",
        "softmax-in-hidden-layer",
        WARNING,
        softmax,
        "layer 'hidden'",
        {"units": 64, "share": 1 / 64, "targets": ["out"]},
        ("0.0156", "64 hidden units"),
    ),
    Sick(
        "four sigmoids, and the gradient fades",
        "saturating-hidden-activation",
        WARNING,
        lambda: sigmoid(4, first=0.005),
        "layer 'hidden'",
        {"depth": 4, "first_gradient": 0.005, "last_gradient": 1},
        ("4 hidden layers in a row go", "0.005"),
    ),
    Sick(
        "saturated tanh",
        "saturating-hidden-activation",
        ADVICE,
        lambda: squashed(
            Squashed("hidden", "tanh", 32, 32, ("out",), 32, 1, flat=0.8)
        ),
        "layer 'hidden'",
        {"flat": 0.8},
        ("80%", "tanh"),
    ),
)

TWINS = (
    Twin(
        "activations everywhere",
        "missing-nonlinearity",
        lambda: chain(activation="a"),
    ),
    Twin(
        "a linear autoencoder",
        "missing-nonlinearity",
        lambda: chain(link("a", "b", 3, 20, 20)),
        advised=True,
    ),
    Twin(
        "a narrow linear code among others",
        "missing-nonlinearity",
        lambda: chain(link("b", "c", 3, 16, 16), activation="a"),
    ),
    Twin(
        "a stem that a residual branch uses too",
        "missing-nonlinearity",
        lambda: chain(link("a", "b", 64, 20, 64, alone=False), activation="b"),
    ),
    Twin(
        "depthwise before pointwise convolution",
        "missing-nonlinearity",
        lambda: chain(
            link("a", "b", 32, 9, 64, kind="DepthwiseConv2D"),
            activation="b",
        ),
    ),
    Twin(
        "class estimate that is an output as well",
        "softmax-in-hidden-layer",
        lambda: softmax(shown=True),
    ),
    Twin(
        "attention over a memory, in a layer of its own",
        "softmax-in-hidden-layer",
        lambda: softmax(own=True),
    ),
    Twin(
        "a narrow code of classes",
        "softmax-in-hidden-layer",
        lambda: softmax(units=8, before=64, widest=64),
        advised=True,
    ),
    Twin(
        "one sigmoid layer",
        "saturating-hidden-activation",
        lambda: sigmoid(1),
        advised=True,
    ),
    Twin(
        "three sigmoids that pass gradients on",
        "saturating-hidden-activation",
        lambda: sigmoid(3, first=0.3),
        advised=True,
    ),
    Twin(
        "tanh that is not saturated",
        "saturating-hidden-activation",
        lambda: squashed(
            Squashed("hidden", "tanh", 32, 32, ("out",), 32, 5, flat=0.1)
        ),
    ),
)
