"""The weights of both sides, layer by layer."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import records
from keras_troubleshoot.facts import keras_internals

# What PyTorch counts, and nothing learns.
IGNORED = ("num_batches_tracked",)
# Layers of Keras that recurrent ones wrap, and what PyTorch calls the layers
# of a stack.
CELL = re.compile(r"_cell(_\d+)?$")
STACKED = re.compile(r"_l([1-9]\d*)(?=_reverse$|$)")


@dataclasses.dataclass(frozen=True, eq=False)
class Unit:
    """A layer with weights, together with what it holds inside.

    Attributes:
        name: of the layer.
        layer: of Keras; None for recorded weights.
        arrays: its weights by their names, such as `kernel`; those of inner
            layers with their path, such as `query/kernel`.
    """

    name: str
    layer: Any
    arrays: dict[str, np.ndarray]

    @property
    def kind(self) -> str:
        """The class of the layer; empty for recorded weights."""
        return type(self.layer).__name__ if self.layer is not None else ""


def of_model(model: Any) -> list[Unit]:
    """The layers of a model that hold weights, in their order."""
    found, inside = [], set()
    for layer in keras_internals.all_layers(model):
        if id(layer) in inside:
            continue
        whole = records.is_opaque(layer)
        if whole:
            inside |= {id(x) for x in keras_internals.all_layers(layer)}
        variables = named(layer, whole)
        if variables:
            arrays = {n: np.array(v.numpy()) for n, v in variables.items()}
            found.append(Unit(layer.name, layer, arrays))
    return found


def named(layer: Any, whole: bool) -> dict[str, Any]:
    """The variables of a layer by name, seeds and counters left out.

    Args:
        layer: of Keras.
        whole: whether those of inner layers count as its own.
    """
    own = list(layer._trainable_variables + layer._non_trainable_variables)
    variables = layer.variables if whole else own
    found: dict[str, Any] = {}
    for variable in variables:
        floating = "float" in str(variable.dtype)
        if not floating or variable.name == "seed_generator_state":
            continue
        name = variable.name if not whole else inner_path(layer, variable)
        while name in found:
            name += "'"
        found[name] = variable
    return found


def inner_path(layer: Any, variable: Any) -> str:
    """The path of a variable below a layer; wrapped cells left out."""
    parts = variable.path.split("/")
    if layer.name in parts:
        parts = parts[parts.index(layer.name) + 1 :]
    return "/".join(p for p in parts if not CELL.search(p))


def of_recording(arrays: Mapping[str, np.ndarray]) -> list[Unit]:
    """Recorded weights, grouped by the layer in their names.

    Example:
        >>> found = of_recording({"fc.weight": np.ones(2), "fc.bias": 1})
        >>> found[0].name, list(found[0].arrays)
        ('fc', ['weight', 'bias'])
    """
    groups: dict[str, dict[str, np.ndarray]] = {}
    for full, array in arrays.items():
        path = full.replace("/", ".")
        layer, _, leaf = path.rpartition(".")
        if leaf in IGNORED:
            continue
        level = STACKED.search(leaf)
        if level:
            layer = f"{layer}.layer{level[1]}"
            leaf = STACKED.sub("_l0", leaf)
        if layer.endswith(".out_proj") and f"{layer[:-9]}" in groups:
            layer, leaf = layer[:-9], f"out_proj.{leaf}"
        groups.setdefault(layer, {})[leaf] = array
    return [Unit(name, None, held) for name, held in groups.items()]
