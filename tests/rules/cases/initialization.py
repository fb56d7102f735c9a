"""Cases of the weights that a training starts from."""

from keras_troubleshoot.facts.squashing import Squashed
from keras_troubleshoot.facts.starting_weights import Start
from keras_troubleshoot.facts.symmetry import Alike
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def alike(value=0.1, taught=False, still=False):
    one = Alike("hidden/kernel", "hidden", 32, value, taught, still)
    return b.Facts(symmetry=(one,))


def start(layer, gain, scale_in=1.0, **known):
    known = {"std": gain / 8, "mean": 0.0} | known
    return Start(layer, "Dense", 32, 64, scale_in=scale_in, gain=gain, **known)


def begun(*starts, flat=None):
    """Layers as they start; the first one squashed, where `flat` is given."""
    squashed = ()
    if flat is not None:
        name = starts[0].layer
        squashed = (Squashed(name, "tanh", 32, 64, ("b",), 9, 1, flat),)
    return b.Facts(model=b.model(), starting_weights=starts, squashing=squashed)


SICK = (
    Sick(
        "a tenth everywhere",
        "constant-initialization",
        ERROR,
        alike,
        "layer 'hidden'",
        {"units": 32, "value": 0.1, "path": "hidden/kernel"},
        ("All 32 units", "of 0.1", "the same gradient"),
    ),
    Sick(
        "zeros without gradient",
        "constant-initialization",
        ERROR,
        lambda: alike(0.0, still=True),
        "layer 'hidden'",
        {"value": 0},
        ("no gradient",),
    ),
    Sick(
        "normal numbers of unit size",
        "badly-scaled-initialization",
        WARNING,
        lambda: begun(start("a", 8.0), start("b", 8.0, 5.6, last=True)),
        "layer 'a'",
        {"gain": 8, "std": 1, "inputs": 64, "end": 8 * 5.6},
        ("8 times larger", "44.8"),
    ),
    Sick(
        "tanh units saturate",
        "badly-scaled-initialization",
        WARNING,
        lambda: begun(
            start("a", 60.0, mean=0.5), start("b", 1.0, last=True), flat=0.97
        ),
        "layer 'a'",
        {"gain": 60, "mean": 0.5, "saturated": {"a": 0.97}},
        ("97%", "60 times"),
    ),
    Sick(
        "weights of a ten-thousandth",
        "badly-scaled-initialization",
        WARNING,
        lambda: begun(
            start("a", 0.001),
            start("b", 0.001, 0.001),
            start("c", 1.0, 1e-6, last=True),
        ),
        "layer 'a'",
        {"start": 1, "end": 1e-6, "layers": ["a", "b"]},
        ("1e-06",),
    ),
)

TWINS = (
    Twin(
        "zeros that are taught apart",
        "constant-initialization",
        lambda: alike(0.0, taught=True),
    ),
    Twin(
        "nobody can say what they are taught",
        "constant-initialization",
        lambda: alike(0.0, taught=None),
    ),
    Twin(
        "Glorot",
        "badly-scaled-initialization",
        lambda: begun(start("a", 1.2), start("b", 1.1, 0.8, last=True)),
    ),
    Twin(
        "large, but normalized",
        "badly-scaled-initialization",
        lambda: begun(
            start("a", 30.0, normalized=True), start("b", 1.0, last=True)
        ),
    ),
    Twin(
        "Fourier features: large, then sines",
        "badly-scaled-initialization",
        lambda: begun(start("a", 30.0), start("b", 1.0, 0.7, last=True)),
    ),
    Twin(
        "trained before",
        "badly-scaled-initialization",
        lambda: begun(
            start("a", 30.0, untouched=False),
            start("b", 2.0, 30.0, last=True, untouched=False),
        ),
    ),
    Twin(
        "a small last layer",
        "badly-scaled-initialization",
        lambda: begun(start("a", 1.0), start("b", 0.0005, 1.0, last=True)),
    ),
)
