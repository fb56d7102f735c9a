"""Units that give nothing, or sit where their activation is flat."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.architecture import activation_name
from keras_troubleshoot.facts.passes import Pass

# Where an activation is flat: its slope is a twentieth of the steepest one.
FLAT = {"tanh": 0.975, "sigmoid": 0.4873, "softsign": 0.776}
CENTRE = {"sigmoid": 0.5}
CUT_OFF = ("relu", "relu6")


@dataclasses.dataclass(frozen=True)
class UnitState:
    """The units of one layer on one batch.

    Attributes:
        layer: its name.
        activation: such as `relu` or `tanh`.
        units: how many (last axis).
        dead: share of the units that are zero for all rows; 0 for an
            activation that does not cut off.
        saturated: share of the numbers where the activation is flat; 0 for
            one that is not flat at both ends.
    """

    layer: str
    activation: str
    units: int
    dead: float = 0.0
    saturated: float = 0.0


def unit_states(run: Pass) -> tuple[UnitState, ...]:
    """The state of every layer that cuts off or squashes, in their order."""
    found: dict[str, UnitState] = {}
    for call in run.recorder.calls:
        name = activation_of(call.layer)
        if name not in FLAT and name not in CUT_OFF:
            continue
        if hasattr(call.layer, "recurrent_activation"):
            continue
        for tensor in call.outputs[:1]:
            if tensor.dtype.is_floating and call.layer.name not in found:
                values = np.asarray(tensor, "float32")
                found[call.layer.name] = state(call.layer.name, name, values)
    return tuple(found.values())


def activation_of(layer) -> str:
    """The activation that a layer ends with."""
    if type(layer).__name__ == "ReLU":
        return "relu"
    return activation_name(getattr(layer, "activation", None))


def state(layer: str, activation: str, values: np.ndarray) -> UnitState:
    """The state of some units.

    Example:
        >>> state("a", "relu", np.array([[0.0, 1.0], [0.0, 0.0]])).dead
        0.5
    """
    rows = values.reshape(-1, values.shape[-1])
    if activation in CUT_OFF:
        dead = float((rows <= 0).all(axis=0).mean())
        return UnitState(layer, activation, rows.shape[1], dead=dead)
    off = np.abs(rows - CENTRE.get(activation, 0.0))
    share = float((off > FLAT[activation]).mean())
    return UnitState(layer, activation, rows.shape[1], saturated=share)
