"""Goes through all that may be the cause of the first difference."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import relations
from keras_troubleshoot.debugging.comparing.causes import activating
from keras_troubleshoot.debugging.comparing.causes import attending
from keras_troubleshoot.debugging.comparing.causes import configuring
from keras_troubleshoot.debugging.comparing.causes import given
from keras_troubleshoot.debugging.comparing.causes import modes
from keras_troubleshoot.debugging.comparing.causes import normalizing
from keras_troubleshoot.debugging.comparing.causes import recurring
from keras_troubleshoot.debugging.comparing.causes import weighing
from keras_troubleshoot.debugging.comparing.causes import windows
from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Cause
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica
from keras_troubleshoot.debugging.comparing.likeness import kind_of

# What to look at where no number tells, by the family of the layer.
SUSPECTS = {
    "normalization": ("epsilon", "training mode", "normalization axis"),
    "convolution": ("padding", "weights", "channels first or last"),
    "dense": ("weights", "bias", "activation"),
    "recurrent": ("gate order", "initial state", "activation"),
    "attention": ("attention scale", "attention mask", "weights"),
    "pool": ("padding", "strides", "pooling"),
    "activation": ("activation",),
    "dropout": ("training mode",),
    "embedding": ("weights", "token ids"),
    "flatten": ("channels first or last",),
}
# How a relation between the outputs is called.
RELATIONS = {
    "read": "channels first or last",
    "transposed": "transposed",
    "reversed": "channel order",
    "shifted": "shifted",
    "scaled": "scaled",
    "permuted": "permuted",
    "with": "sign",
}


def causes(case: Case, relation: str) -> tuple[Cause, ...]:
    """The likely causes, the most likely first.

    Args:
        case: of the first layer that differs.
        relation: how its outputs follow from each other, if simply.
    """
    found: list[Cause] = []
    replica = replica_of(case)
    lost = modes.dropped(case)
    if lost is not None:
        return (lost,)
    if replica is not None:
        weights = weighing.cause(case, replica)
        found += [weights] if weights else []
        if not (weights and weights.confirmed):
            tried = case.first_confirmed(all_of(case, replica))
            found = [tried, *found] if tried else found
    if not any(cause.confirmed for cause in found):
        found = [*from_relation(relation, case), *found]
    if not any(cause.confirmed for cause in found):
        last = case.first_confirmed(activating.after(case))
        found = [last, *found] if last else found
    if not any(cause.confirmed for cause in found):
        found += suspects(case, {cause.kind for cause in found})
    return tuple(found)


def replica_of(case: Case) -> Replica | None:
    """A copy of our layer to try changes on; None where it has none."""
    if case.ours.layer is None or case.ours.whole or not case.ours.inputs:
        return None
    try:
        replica = Replica(case.ours, case.training)
    except Exception:
        return None
    return replica if replica.unchanged() else None


def all_of(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """All changes to try, the most telling first."""
    yield from configuring.hypotheses(case, replica)
    if not related(case):
        yield from configuring.instead(case, replica)
    yield from modes.hypotheses(case, replica)
    kind = kind_of(case.ours)
    if kind == "normalization":
        yield from normalizing.hypotheses(case, replica)
    if kind in ("convolution", "pool"):
        yield from windows.hypotheses(case, replica)
    if kind == "recurrent":
        yield from recurring.hypotheses(case, replica)
    if kind == "attention":
        yield from attending.hypotheses(case, replica)
    yield from activating.hypotheses(case, replica)
    yield from weighing.plain(case, replica)
    yield from given.hypotheses(case, replica)
    if related(case):
        yield from configuring.instead(case, replica)


def related(case: Case) -> bool:
    """Whether one layer is of a class made from that of the other.

    That it is another class then says less than what it does otherwise.
    """
    one, other = type(case.ours.layer), type(case.theirs.layer)
    return issubclass(one, other) or issubclass(other, one)


def from_relation(relation: str, case: Case) -> list[Cause]:
    """A simple relation of the outputs as the cause."""
    if not relation:
        return []
    kind = RELATIONS.get(relation.split()[0].rstrip(","), "order")
    if relation == "shifted by another number for each feature":
        kind = "bias"
    text = f"the output of b is that of a {relation}"
    return [Cause(kind, text, True, 0.0)]


def suspects(case: Case, known: set[str]) -> list[Cause]:
    """What is usual in a layer of this kind, without proof."""
    kind = kind_of(case.ours)
    told = f"usual in a layer like {case.ours.kind or case.ours.name!r}"
    others = differences_of(case)
    named = [name for name in SUSPECTS.get(kind, ()) if name not in known]
    return others + [Cause(name, told, False) for name in named][:3]


def differences_of(case: Case) -> list[Cause]:
    """Arguments that differ, though they do not explain all."""
    if case.theirs.layer is None or case.ours.layer is None:
        return []
    return [
        Cause(
            configuring.kind_of(name, one, two),
            f"`{name}` is {configuring.shown(one)} in a, "
            f"{configuring.shown(two)} in b",
            False,
        )
        for name, one, two in configuring.differing(
            case.ours.layer, case.theirs.layer
        )
        if name not in configuring.TRAINING
    ]


def relation_of(case: Any) -> str:
    """How the output of `b` follows from that of `a`; empty for not."""
    if not case.difference.finite:
        return ""
    return relations.relation(
        np.asarray(case.ours.output), case.target, case.is_target
    )
