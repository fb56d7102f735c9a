"""Hidden activations that squash: softmax, sigmoid, tanh.

Gates, attention and mixtures multiply what they squash with something else,
and recurrent cells are made of it: these are left out.
"""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.architecture import NORMALIZING
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.recorder import Operation
from keras_troubleshoot.facts.wiring import PRODUCTS
from keras_troubleshoot.facts.wiring import STILL
from keras_troubleshoot.facts.wiring import SUMS
from keras_troubleshoot.facts.wiring import Wiring
from keras_troubleshoot.facts.wiring import fan_in
from keras_troubleshoot.facts.wiring import width
from keras_troubleshoot.facts.wiring import wiring_of

KINDS = {"Softmax": "softmax", "Sigmoid": "sigmoid", "Tanh": "tanh"}
# A unit is taken for saturated where the slope is below a twentieth of the
# largest one: 0.25 / 20 for sigmoid, 1 / 20 for tanh.
FLAT = 0.05


@dataclasses.dataclass(frozen=True)
class Squashed:
    """A hidden activation whose result goes into weights as it is.

    Attributes:
        layer: name of the layer that applies it.
        kind: `softmax`, `sigmoid` or `tanh`.
        units: size of the last axis.
        before: numbers that the layer behind it adds up for each unit; 0
            where no layer with weights is directly behind it.
        targets: names of the layers whose weights it goes into.
        widest: units of the widest of these.
        depth: how many of its kind lie on the way from the inputs to it,
            itself included.
        flat: share of its numbers that lie where its slope is below a
            twentieth of the largest slope; 0 for softmax.
        shown: whether it is an output of the model as well.
        own: whether a layer of the user's own both squashes and multiplies.
    """

    layer: str
    kind: str
    units: int
    before: int
    targets: tuple[str, ...]
    widest: int
    depth: int
    flat: float = 0.0
    shown: bool = False
    own: bool = False


@dataclasses.dataclass(eq=False)
class Found:
    """One activation while the run is walked over."""

    operation: Operation
    targets: list = dataclasses.field(default_factory=list)
    gate: bool = False
    shown: bool = False
    before: int = 0
    depth: int = 0


def squashing(forward: Pass) -> tuple[Squashed, ...]:
    """The squashing activations of a recorded run in inference mode."""
    wiring = wiring_of(forward)
    found = follow(wiring)
    hidden = [one for one in found if one.targets and not one.gate]
    count_depths(wiring, hidden)
    return tuple(map(told, hidden))


def follow(wiring: Wiring) -> list[Found]:
    """Follows what activations return until something is made of it."""
    carried: dict[int, list[Found]] = {}
    before: dict[int, int] = {}
    found = []
    for operation in wiring.operations:
        held = [one for t in operation.inputs for one in carried.get(id(t), ())]
        outputs = {id(t) for t in operation.outputs}
        if wiring.weighted(operation):
            for one in held:
                one.targets.append(operation)
            fan = fan_in(operation, wiring.data)
            before.update(dict.fromkeys(outputs, fan))
        elif starts(wiring, operation):
            held_by = before.get(id(operation.inputs[0]), 0)
            one = Found(operation, before=held_by)
            found.append(one)
            carried.update(dict.fromkeys(outputs, [one]))
        elif passes_on(wiring, operation):
            if held:
                carried.update(dict.fromkeys(outputs, held))
            fans = [before.get(id(t), 0) for t in operation.inputs]
            before.update(dict.fromkeys(outputs, max(fans, default=0)))
        elif operation.type in PRODUCTS:
            for one in held:
                one.gate = True
    for tensor in wiring.outputs:
        for one in carried.get(tensor, ()):
            one.shown = True
    return found


def starts(wiring: Wiring, operation: Operation) -> bool:
    """Whether it squashes what some weights returned."""
    return (
        operation.type in KINDS
        and bool(wiring.among(operation, wiring.deep))
        and not hasattr(operation.within, "state_size")
    )


def passes_on(wiring: Wiring, operation: Operation) -> bool:
    """Whether it only moves, averages, sums or normalizes numbers.

    A product with constants passes on where a normalizing layer or dropout
    does it; elsewhere it may be an expectation over positions.
    """
    if operation.type in STILL or operation.type in SUMS:
        return True
    name = type(operation.within).__name__
    if name in NORMALIZING or "Dropout" in name:
        return wiring.linear(operation)
    return False


def count_depths(wiring: Wiring, hidden: list[Found]) -> None:
    """How many of these lie on the longest way to each of them."""
    own = {id(one.operation): one for one in hidden}
    depth: dict[tuple[int, str], int] = {}
    for operation in wiring.operations:
        one = own.get(id(operation))
        for kind in KINDS.values():
            deepest = max(
                (depth.get((id(t), kind), 0) for t in operation.inputs),
                default=0,
            )
            if one is not None and KINDS[operation.type] == kind:
                deepest += 1
                one.depth = deepest
            if deepest:
                for tensor in operation.outputs:
                    depth[id(tensor), kind] = deepest


def told(one: Found) -> Squashed:
    """What is kept of an activation."""
    operation = one.operation
    within = operation.within
    return Squashed(
        layer=operation.layer,
        kind=KINDS[operation.type],
        units=width(operation),
        before=one.before,
        targets=tuple(dict.fromkeys(t.layer for t in one.targets)),
        widest=max(width(t) for t in one.targets),
        depth=one.depth,
        flat=flat(KINDS[operation.type], np.asarray(operation.outputs[0])),
        shown=one.shown,
        own=any(t.within is within for t in one.targets),
    )


def flat(kind: str, values: np.ndarray) -> float:
    """The share of numbers where an activation hardly has a slope."""
    values = values.astype("float64")
    if kind == "sigmoid":
        slope = 4 * values * (1 - values)
    elif kind == "tanh":
        slope = 1 - values**2
    else:
        return 0.0
    return float((slope < FLAT).mean()) if slope.size else 0.0
