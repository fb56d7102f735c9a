"""How the weights of each layer scale what goes through them."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.architecture import NORMALIZING
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.recorder import Operation
from keras_troubleshoot.facts.wiring import Wiring
from keras_troubleshoot.facts.wiring import fan_in
from keras_troubleshoot.facts.wiring import width
from keras_troubleshoot.facts.wiring import wiring_of


@dataclasses.dataclass(frozen=True)
class Start:
    """The weights of one layer, as they meet the data.

    Attributes:
        layer: its name.
        class_name: its class.
        units: units or channels that it returns.
        inputs: numbers that it adds up for each of them.
        std: standard deviation of its weights.
        mean: mean of its weights.
        scale_in: root mean square of what it is given.
        gain: root mean square of the product with its weights, relative to
            that; about 1 is meant by all usual initializers.
        normalized: whether a normalizing layer comes before other weights.
        recurrent: whether it is a recurrent cell.
        depthwise: whether each channel has weights of its own.
        last: whether no other weights come after it.
        untouched: whether its biases are all alike, as before training.
    """

    layer: str
    class_name: str
    units: int
    inputs: int
    std: float
    mean: float
    scale_in: float
    gain: float
    normalized: bool = False
    recurrent: bool = False
    depthwise: bool = False
    last: bool = False
    untouched: bool = True

    @property
    def scale_out(self) -> float:
        """Root mean square of what its weights make of the data."""
        return self.scale_in * self.gain


def starting_weights(forward: Pass) -> tuple[Start, ...]:
    """The weights that a recorded run multiplied data by, in that order.

    Of a layer that ran several times the first time counts.
    """
    wiring = wiring_of(forward)
    normalized = before_normalization(wiring)
    found: dict[tuple[int, int], Start] = {}
    for operation in wiring.operations:
        if wiring.weighted(operation) and id(operation.outputs[0]) in (
            wiring.used
        ):
            start = describe(operation, wiring, normalized)
            found.setdefault((id(operation.within), start.inputs), start)
    return tuple(found.values())


def describe(operation: Operation, wiring: Wiring, normalized) -> Start:
    """What is known of one product with weights."""
    [given] = wiring.among(operation, wiring.data)
    weights = np.concatenate(
        [
            np.asarray(t, "float64").ravel()
            for t in operation.inputs
            if t is not given and len(t.shape) >= 2
        ]
        or [np.zeros(1)]
    )
    scale_in, scale_out = rms(given), rms(operation.outputs[0])
    return Start(
        layer=operation.layer,
        class_name=type(operation.within).__name__,
        units=width(operation),
        inputs=fan_in(operation, wiring.data),
        std=float(weights.std()),
        mean=float(weights.mean()),
        scale_in=scale_in,
        gain=scale_out / scale_in if scale_in else 0.0,
        normalized=id(operation) in normalized,
        recurrent=hasattr(operation.within, "state_size"),
        depthwise=operation.type.startswith("Depthwise"),
        last=id(operation.outputs[0]) not in wiring.leading,
        untouched=keras_internals.has_constant_biases(operation.within),
    )


def before_normalization(wiring: Wiring) -> set[int]:
    """Ids of weighted operations with a normalizing layer before the next."""
    since: dict[int, frozenset] = {}
    found: set[int] = set()
    for operation in wiring.operations:
        if wiring.weighted(operation):
            held = frozenset([id(operation)])
        else:
            held = frozenset().union(
                *(since.get(id(t), frozenset()) for t in operation.inputs)
            )
            if type(operation.within).__name__ in NORMALIZING:
                found |= held
        if held:
            since.update(dict.fromkeys(map(id, operation.outputs), held))
    return found


def rms(tensor) -> float:
    """Root mean square of the finite numbers of a tensor."""
    values = np.asarray(tensor, "float64")
    values = values[np.isfinite(values)]
    return float(np.sqrt((values**2).mean())) if values.size else 0.0
