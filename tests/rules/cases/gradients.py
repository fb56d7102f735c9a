"""Cases of gradients and units."""

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.layer_statistics import LayerStatistics
from keras_troubleshoot.facts.outcome import Outcome
from keras_troubleshoot.facts.unit_states import UnitState
from tests.rules import building as b
from tests.rules.cases.dynamics import signal
from tests.rules.checking import ADVICE
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def layers(*norms: float, quality: float | None = None, **known) -> Facts:
    """Layers with these gradients; after a run where `quality` is given."""
    made = tuple(
        LayerStatistics(f"dense_{i}", None, None, norm)
        for i, norm in enumerate(norms)
    )
    return after(quality, layers=made, **known)


def after(quality: float | None, **known) -> Facts:
    """Facts, after a run where `quality` is given."""
    if quality is not None:
        losses = (1.0, 0.9)
        known["outcome"] = Outcome(quality, losses=losses, steps=100)
        known["signal"] = signal(0.9)
    known.setdefault("heads", ())
    known.setdefault("model", b.model())
    return Facts(**known)


def unit(activation: str, quality=None, **known) -> Facts:
    """One layer of 64 units."""
    state = UnitState("dense", activation, 64, **known)
    return after(quality, units=(state,))


def descent():
    return b.model(kind="SGD", rate=0.1)


SICK = (
    Sick(
        "ten sigmoids on top of each other, nothing learned",
        "vanishing-gradients",
        WARNING,
        lambda: layers(1e-9, 1e-5, 0.1, quality=0.0),
        "layer 'dense_0'",
        {"first": 1e-9, "largest": 0.1},
    ),
    Sick(
        "the same before training",
        "vanishing-gradients",
        ADVICE,
        lambda: layers(1e-9, 1e-5, 0.1),
        "layer 'dense_0'",
    ),
    Sick(
        "squared errors of large targets",
        "exploding-gradients",
        WARNING,
        lambda: layers(1e5, 4e5, quality=-1.0, model=descent()),
        "layer 'dense_1'",
        {"largest": 4e5},
        ("global_clipnorm",),
    ),
    Sick(
        "a layer that died",
        "dead-relu",
        WARNING,
        lambda: unit("relu", 0.0, dead=0.984375),
        "layer 'dense'",
        {"dead": 0.984375, "units": 64},
    ),
    Sick(
        "tanh at its ends",
        "saturated-activations",
        WARNING,
        lambda: unit("tanh", 0.0, saturated=0.95),
        "layer 'dense'",
        {"saturated": 0.95},
        ("tanh",),
    ),
)

TWINS = (
    Twin(
        "gradients of one size",
        "vanishing-gradients",
        lambda: layers(0.02, 0.05, 0.1, quality=0.0),
    ),
    Twin(
        "the first layer behind, and it learned all the same",
        "vanishing-gradients",
        lambda: layers(1e-9, 0.1, quality=0.9),
        advised=True,
    ),
    Twin(
        "Adam, whose steps do not grow with the gradient",
        "exploding-gradients",
        lambda: layers(1e5, 4e5, quality=-1.0),
    ),
    Twin(
        "half of the units at rest",
        "dead-relu",
        lambda: unit("relu", 0.0, dead=0.5),
    ),
    Twin(
        "sparse, and it learned all the same",
        "dead-relu",
        lambda: unit("relu", 0.9, dead=0.95),
        advised=True,
    ),
    Twin(
        "some gates that are sure",
        "saturated-activations",
        lambda: unit("sigmoid", 0.0, saturated=0.4),
    ),
)
