"""Which weights of one side are which of the other, and their transfer."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import conversions
from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.debugging.comparing.layouts import Layout
from keras_troubleshoot.debugging.comparing.layouts import flat_order
from keras_troubleshoot.debugging.comparing.layouts import has_kernel
from keras_troubleshoot.debugging.comparing.likeness import family
from keras_troubleshoot.debugging.comparing.records import is_opaque
from keras_troubleshoot.debugging.comparing.units import Unit


@dataclasses.dataclass(frozen=True)
class Transfer:
    """One weight, and how it came over.

    Attributes:
        layer: of `a`.
        weight: of that layer.
        source: the layer of `b`.
        conversion: what was done with it, "as it is" for nothing.
    """

    layer: str
    weight: str
    source: str
    conversion: str


@dataclasses.dataclass(frozen=True, eq=False)
class UnitPair:
    """The weights of one layer on both sides.

    Attributes:
        ours: of `a`.
        theirs: of `b`, as `b` has them.
        converted: theirs in our layout.
        order: which rows of their kernel ours are; None for the same.
    """

    ours: Unit
    theirs: Unit
    converted: conversions.Converted
    order: Any = None


def pair_units(
    ours: Sequence[Unit],
    theirs: Sequence[Unit],
    partners: Mapping[str, str],
    orders: Mapping[str, np.ndarray],
) -> list[UnitPair]:
    """Pairs layers with weights: as aligned, by name, else in their order.

    Args:
        ours: of `a`.
        theirs: of `b`.
        partners: layer of `b` by layer of `a`, as their outputs are aligned.
        orders: of rows behind a `Flatten`, by layer of `a`.
    """
    left = {unit.name: unit for unit in theirs}
    chosen: dict[str, Unit] = {}
    for unit in ours:
        for name in (partners.get(unit.name), unit.name):
            if name in left and unit.name not in chosen:
                chosen[unit.name] = left.pop(name)
    for unit in ours:
        waiting = list(left.values())
        if unit.name not in chosen and waiting:
            match = next_fitting(unit, waiting, orders.get(unit.name))
            if match is not None:
                chosen[unit.name] = left.pop(match.name)
    return [
        pair(unit, chosen[unit.name], orders.get(unit.name))
        for unit in ours
        if unit.name in chosen
    ]


def next_fitting(unit: Unit, waiting: list, order: Any) -> Unit | None:
    """The first that fits, unless it is another kind of layer by its name."""
    for other in waiting:
        kinds = family(unit.kind), family(other.kind or other.name)
        if all(kinds) and kinds[0] != kinds[1]:
            continue
        if not pair(unit, other, order).converted.refused:
            return other
    return None


def pair(ours: Unit, theirs: Unit, order: Any) -> UnitPair:
    """Two layers with the weights of the second in the layout of the first."""
    made = conversions.convert(theirs, ours, order)
    return UnitPair(ours, theirs, made, order)


def orders_of(run: Any, theirs_first: bool) -> dict[str, np.ndarray]:
    """The order of rows of kernels behind a `Flatten`, by layer.

    Args:
        run: of `a`.
        theirs_first: whether `b` has its channels first.
    """
    ours = bool(run.channels_first)
    layout, orders = Layout(ours, theirs_first), {}
    for record in run.records:
        flat = layout.flat
        layout.follow(record)
        if record.layer is None or not has_kernel(record.layer) or not flat:
            continue
        if record.inputs[0].shape[1:] == (int(np.prod(flat)),):
            orders[record.layer.name] = flat_order(flat, ours)
    return orders if ours != theirs_first else {}


def transferred(
    model: Any, pairs: Sequence[UnitPair], left: Sequence[str]
) -> tuple[Transfer, ...]:
    """Writes the weights of `b` into a copy of `a`.

    Args:
        model: the copy; it is written to.
        pairs: of its layers and those of `b`.
        left: layers of `b` with weights that no layer of `a` took.

    Raises:
        ValueError: if a layer of `a` gets none, or they do not fit.
    """
    held = {unit.name: unit for unit in units.of_model(model)}
    refuse(held, pairs, left)
    done = []
    for one in pairs:
        layer = held[one.ours.name].layer
        variables = units.named(layer, is_opaque(layer))
        for name, (array, told) in one.converted.made.items():
            variables[name].assign(np.asarray(array, "float32"))
            done.append(Transfer(layer.name, name, one.theirs.name, told))
    return tuple(done)


def refuse(held: dict, pairs: Sequence[UnitPair], left: Sequence[str]) -> None:
    """Raises unless each layer of `a` gets weights that fit.

    Raises:
        ValueError: naming the first layer that does not.
    """
    mend = (
        "To mend it, name the pairs: `align={layer_of_a: layer_of_b}`, or "
        "see what that layer of `b` really is."
    )
    for one in pairs:
        if one.converted.refused:
            raise ValueError(
                "`transfer_weights` must find weights of `b` that fit, "
                f"received: layer {one.theirs.name!r} for {one.ours.name!r} "
                f"({one.ours.kind}): {one.converted.refused}. {mend}"
            )
    missing = [n for n in held if n not in {p.ours.name for p in pairs}]
    if missing:
        rest = ", ".join(map(repr, left)) or "none"
        raise ValueError(
            "`transfer_weights` must find weights of `b` for each layer of "
            f"`a`, received: none that fit {missing[0]!r}; left in `b`: "
            f"{rest}. {mend}"
        )
