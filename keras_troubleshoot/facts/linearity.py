"""Where layers with weights follow on each other with nothing between.

Two linear maps in a row are one linear map: the second adds weights, but no
power, unless it passes through fewer numbers than go in and come out.
"""

import dataclasses

from keras_troubleshoot.facts import output_activation
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.recorder import Operation
from keras_troubleshoot.facts.wiring import PRODUCTS
from keras_troubleshoot.facts.wiring import Wiring
from keras_troubleshoot.facts.wiring import fan_in
from keras_troubleshoot.facts.wiring import kind
from keras_troubleshoot.facts.wiring import width
from keras_troubleshoot.facts.wiring import wiring_of


@dataclasses.dataclass(frozen=True)
class Link:
    """A layer whose result reaches the weights of another one linearly.

    Attributes:
        source: name of the first layer.
        target: name of the second one.
        source_class: class of the first layer.
        target_class: class of the second one.
        width: units or channels between them.
        inputs: numbers that the first layer adds up for each unit.
        outputs: units or channels of the second one.
        alone: whether the first layer's result goes nowhere else, and
            nothing else is added on the way.
    """

    source: str
    target: str
    source_class: str
    target_class: str
    width: int
    inputs: int
    outputs: int
    alone: bool

    @property
    def narrow(self) -> bool:
        """Whether the two restrict what one layer could do."""
        return self.width < min(self.inputs, self.outputs)


@dataclasses.dataclass(frozen=True)
class Linearity:
    """What stands between the layers with weights.

    Attributes:
        layers: names of the layers with weights, as they first ran.
        links: pairs of them with nothing but linear operations between.
        between: by kind (`activation`, `product`, `max pooling`,
            `normalization`) the layers in which something nonlinear stands
            between weights, or combines what they return.
    """

    layers: tuple[str, ...]
    links: tuple[Link, ...]
    between: dict[str, tuple[str, ...]]


def linearity(forward: Pass) -> Linearity:
    """Walks over a recorded run in inference mode."""
    walk = Walk(wiring_of(forward))
    for operation in walk.wiring.operations:
        walk.step(operation)
    between: dict[str, dict[str, None]] = {}
    for operation in walk.nonlinear:
        if counts(walk.wiring, forward.recorder, operation):
            names = between.setdefault(kind(operation), {})
            names[operation.layer] = None
    return Linearity(
        tuple(dict.fromkeys(op.layer for op in walk.weighted)),
        tuple(walk.links()),
        {name: tuple(found) for name, found in between.items()},
    )


def counts(wiring: Wiring, recorder, operation: Operation) -> bool:
    """Whether a nonlinearity makes the model more than linear.

    What only the outputs go through does not, but a product of two results
    does, unless it is a softmax or sigmoid written by hand.
    """
    outputs = {id(t) for t in operation.outputs}
    if not outputs & wiring.used:
        return False
    if outputs & wiring.leading:
        return True
    several = len(wiring.among(operation, wiring.data)) > 1
    by_hand = output_activation.by_hand(recorder, operation)
    return several and operation.type in PRODUCTS and not by_hand


class Walk:
    """Carries from tensor to tensor which weights it is linear in."""

    def __init__(self, wiring: Wiring):
        self.wiring = wiring
        self.weighted: list[Operation] = []
        self.nonlinear: list[Operation] = []
        # Weighted operations by their place in the list; None stands for
        # anything else that a tensor depends on nonlinearly.
        self.sources: dict[int, frozenset] = {}
        self.goes: dict[int, set] = {}
        self.pairs: dict[tuple[int, int], bool] = {}

    def step(self, operation: Operation) -> None:
        """One operation more."""
        wiring = self.wiring
        if not set(map(id, operation.outputs)) & wiring.used:
            return
        weighted = wiring.weighted(operation)
        deep = wiring.among(operation, wiring.deep)
        if not weighted and not deep:
            return
        known = frozenset().union(*(self.sources[id(t)] for t in deep))
        if weighted:
            self.weighted.append(operation)
            place = len(self.weighted) - 1
            self.note(known, place)
            result = frozenset([place])
        elif wiring.linear(operation):
            result = known
        else:
            self.nonlinear.append(operation)
            self.note(known, None)
            result = frozenset([None])
        for tensor in operation.outputs:
            self.sources[id(tensor)] = result
            if id(tensor) in wiring.outputs:
                self.note(result, None)

    def note(self, known: frozenset, place: int | None) -> None:
        """What some sources are used for: other weights, or None for else."""
        for source in known - {None}:
            self.goes.setdefault(source, set()).add(place)
            if place is not None:
                self.pairs[source, place] = len(known) == 1

    def links(self):
        """The links, without those inside one layer."""
        for (one, other), lonely in self.pairs.items():
            source, target = self.weighted[one], self.weighted[other]
            if source.within is target.within:
                continue
            yield Link(
                source.layer,
                target.layer,
                type(source.within).__name__,
                type(target.within).__name__,
                width(source),
                fan_in(source, self.wiring.data),
                width(target),
                lonely and self.goes[one] == {other},
            )
