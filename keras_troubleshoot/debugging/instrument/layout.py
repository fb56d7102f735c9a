"""Which layers are measured, and by which names."""

import collections
import dataclasses
from typing import Any

from keras_troubleshoot.debugging.instrument import activations
from keras_troubleshoot.debugging.instrument import keras_step
from keras_troubleshoot.facts import keras_internals


@dataclasses.dataclass(frozen=True, eq=False)
class Layout:
    """What the numbers of a row belong to.

    Attributes:
        weighted: names of the layers with trainable weights of their own,
            and these.
        units: names of the layers that return an activation, the layers, and
            the names of the activations.
    """

    weighted: tuple[tuple[str, tuple], ...]
    units: tuple[tuple[str, Any, str], ...]

    @property
    def width(self) -> int:
        """How many numbers there are: the loss comes first."""
        return 1 + 3 * len(self.weighted) + 2 * len(self.units)

    @property
    def variables(self) -> list:
        """All trainable variables that belong to a layer."""
        return [v for _, own in self.weighted for v in own]


def layout(model: Any) -> Layout:
    """The layout of a built model."""
    layers = keras_internals.all_layers(model)
    trained = {keras_step.key(v) for v in model.trainable_variables}
    weighted, units = [], []
    for layer in layers:
        own, _ = keras_step.own_variables(layer)
        own = tuple(v for v in own if keras_step.key(v) in trained)
        if own:
            weighted.append((layer, own))
        name = activations.kind(layer)
        if name is not None:
            units.append((layer, name))
    names = unique_names([layer for layer, _ in [*weighted, *units]])
    return Layout(
        tuple((names[id(layer)], own) for layer, own in weighted),
        tuple((names[id(layer)], layer, name) for layer, name in units),
    )


def unique_names(layers: list) -> dict[int, str]:
    """Names by `id`; the path where another layer has the same name.

    The layers of each `MultiHeadAttention`, for one, are named alike.
    """
    layers = list({id(layer): layer for layer in layers}.values())
    many = collections.Counter(layer.name for layer in layers)
    found, taken = {}, collections.Counter()
    for layer in layers:
        alone = many[layer.name] == 1
        name = layer.name if alone else getattr(layer, "path", layer.name)
        taken[name] += 1
        again = f"#{taken[name]}" if taken[name] > 1 else ""
        found[id(layer)] = name + again
    return found
