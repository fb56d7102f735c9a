"""Layers that everything must pass through."""

import dataclasses

from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.wiring import Wiring
from keras_troubleshoot.facts.wiring import fan_in
from keras_troubleshoot.facts.wiring import wiring_of


@dataclasses.dataclass(frozen=True)
class Neck:
    """A hidden layer that nothing leads around.

    Attributes:
        layer: its name.
        width: numbers of one row that it returns.
        inputs: numbers that it adds up for each of them.
    """

    layer: str
    width: int
    inputs: int


def necks(forward: Pass) -> tuple[Neck, ...]:
    """The layers of a recorded run that cut inputs from outputs.

    A tensor is such a cut if nothing that was there before it is used after
    it: neither the inputs nor anything made of them.
    """
    wiring = wiring_of(forward)
    last = last_uses(wiring)
    # Until where something is needed that was there before.
    needed = max((last.get(t, -1) for t in wiring.inputs), default=-1)
    found = []
    for place, operation in enumerate(wiring.operations):
        outputs = [t for t in operation.outputs if id(t) in wiring.data]
        hidden = any(id(t) in wiring.leading for t in outputs)
        if (
            outputs
            and hidden
            and needed <= place
            and wiring.weighted(operation)
        ):
            size = int(outputs[0].shape.num_elements())
            rows = int(outputs[0].shape[0]) or 1
            found.append(
                Neck(
                    operation.layer,
                    size // rows,
                    fan_in(operation, wiring.data),
                )
            )
        for tensor in outputs:
            needed = max(needed, last.get(id(tensor), -1))
    return tuple(found)


def last_uses(wiring: Wiring) -> dict[int, int]:
    """By tensor the place of the last operation that needs its numbers.

    Outputs of the model are needed for ever; what asks only for a shape
    does not count, nor what no output depends on.
    """
    uses = {}
    for place, operation in enumerate(wiring.operations):
        if operation.type in ("Shape", "Size", "Rank"):
            continue
        if any(id(t) in wiring.used for t in operation.outputs):
            uses.update(dict.fromkeys(map(id, operation.inputs), place))
    uses.update(dict.fromkeys(wiring.outputs, len(wiring.operations)))
    return uses
