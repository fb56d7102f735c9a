"""Causes in the weights: turned, permuted, missing, or others altogether."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Cause
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.recurring import GATES
from keras_troubleshoot.debugging.comparing.causes.replica import Replica
from keras_troubleshoot.debugging.comparing.differences import measure
from keras_troubleshoot.debugging.comparing.pairing import UnitPair
from keras_troubleshoot.rules.words import number

# Weights that were stored in float32 twice are the same within this share
# of their size: 8 units of roundoff.
ROUNDING = 8 * 2.0**-24


@dataclasses.dataclass(frozen=True)
class WeightDifference:
    """One weight that is not the same on both sides.

    Attributes:
        layer: of `a`.
        weight: of that layer.
        source: the layer of `b`.
        kind: of the cause.
        text: how both are related.
    """

    layer: str
    weight: str
    source: str
    kind: str
    text: str


def compared(pair: UnitPair) -> list[WeightDifference]:
    """The weights of a layer that differ, and how."""
    found = []

    def note(name, kind, text):
        found.append(
            WeightDifference(pair.ours.name, name, pair.theirs.name, kind, text)
        )

    made, extra = pair.converted.made, pair.converted.extra
    for name, own in pair.ours.arrays.items():
        if name not in made:
            if made:
                note(name, lacking(name), f"a has `{name}`, b has none")
            continue
        kind, text = related(own, made[name][0], pair)
        if kind:
            note(name, kind, f"`{name}`: {text}")
    for name in extra:
        note(name, lacking(name), f"b has `{name}`, a has none")
    return found


def lacking(name: str) -> str:
    """What a missing weight is called."""
    return "bias" if name in ("bias", "beta") else "weights"


def related(
    ours: np.ndarray, theirs: np.ndarray, pair: UnitPair
) -> tuple[str, str]:
    """The kind of a difference between two weights, and what it is."""
    if same(ours, theirs):
        return "", ""
    if ours.shape != theirs.shape:
        return "weights", f"shape {ours.shape} in a, {theirs.shape} in b"
    for kind, text, changed in turned(ours, pair):
        if changed.shape == theirs.shape and same(changed, theirs):
            return kind, text
    if not ours.any() or not theirs.any():
        side = "a" if not ours.any() else "b"
        kind = "bias" if ours.ndim == 1 else "weights"
        return kind, f"all zeros in {side}, not in the other"
    apart = measure(ours, theirs, 1.0)
    return "weights", (
        f"other numbers, up to {number(apart.max_abs)} apart (cosine "
        f"{apart.cosine:.3f})"
    )


def turned(weight: np.ndarray, pair: UnitPair) -> Iterator[tuple]:
    """The ways in which weights are mixed up: (kind, text, array)."""
    if pair.order is not None and len(weight) == len(pair.order):
        told = (
            "its rows are in the order of a picture with channels first that "
            "was flattened, the inputs here have channels last, or the reverse"
        )
        yield "flatten order", told, weight[pair.order]
        yield "flatten order", told, weight[np.argsort(pair.order)]
    if weight.ndim > 1:
        for order in itertools.permutations(range(weight.ndim)):
            if order != tuple(range(weight.ndim)):
                told = f"transposed, axes {order} of a are those of b"
                yield "kernel transposed", told, weight.transpose(order)
    if weight.ndim > 2:
        axes = tuple(range(weight.ndim - 2))
        told = "turned by 180 degrees (a true convolution)"
        yield "kernel flipped", told, np.flip(weight, axes)
    names = GATES.get(pair.ours.kind, ())
    if names and not weight.shape[-1] % len(names):
        parts = np.split(weight, len(names), axis=-1)
        for order in itertools.permutations(range(len(names))):
            other = ", ".join(names[place] for place in order)
            told = f"gates as {', '.join(names)} in a, as {other} in b"
            joined = np.concatenate([parts[i] for i in order], -1)
            yield "gate order", told, joined
    yield "sign", "the other sign", -weight


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two weights are the same, but for rounding."""
    if one.shape != other.shape:
        return False
    size = np.sqrt((np.asarray(other, "float64") ** 2).mean())
    return bool(np.abs(one - other).max() <= ROUNDING * max(size, 1e-30) * 4)


def cause(case: Case, replica: Replica) -> Cause | None:
    """The weights as the cause, tried with those of `b` in their place."""
    if case.weights is None:
        return None
    found = compared(case.weights)
    if not found:
        return None
    theirs = {n: v for n, (v, _) in case.weights.converted.made.items()}
    missing = set(case.weights.ours.arrays) - set(theirs)
    theirs |= {n: np.zeros_like(replica.weights[n]) for n in missing}
    tried = with_theirs(replica, theirs, case.weights.converted.extra)
    named = {f.kind for f in found}
    kind = next((k for k in KINDS if k in named), "weights")
    text = "; ".join(f.text for f in found[:3])
    kept = Hypothesis(kind, text, tried)
    confirmed = case.first_confirmed([kept])
    if confirmed is None:
        # What else is tried now starts from the weights of `b`.
        replica.weights |= theirs
        return Cause(kind, text, False)
    return confirmed


# The more telling first, where several weights of a layer differ.
KINDS = (
    "gate order",
    "flatten order",
    "kernel transposed",
    "kernel flipped",
    "weights",
    "bias",
    "sign",
)


def with_theirs(replica: Replica, theirs: dict, extra: dict) -> Any:
    """What the layer gives with the weights of `b`."""
    changes: dict[str, Any] = {}
    if "bias" in extra and replica.config.get("use_bias") is False:
        theirs = theirs | {"bias": extra["bias"][0]}
        changes["use_bias"] = True
    return lambda: replica.run(weights=theirs, **changes)


def plain(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """What may be wrong with weights of which `b` shows nothing."""
    kernel = replica.weights.get("kernel")
    if kernel is not None and kernel.ndim == 2:
        if kernel.shape[0] == kernel.shape[1]:
            yield Hypothesis(
                "kernel transposed",
                "b has the transposed kernel of a",
                lambda: replica.run(weights={"kernel": kernel.T}),
            )
        if case.weights is not None and case.weights.order is not None:
            order = case.weights.order
            yield Hypothesis(
                "flatten order",
                "the picture is flattened channels first on one side, "
                "channels last on the other",
                lambda: replica.run(weights={"kernel": kernel[order]}),
            )
    bias = replica.weights.get("bias")
    if bias is not None and bias.any():
        yield Hypothesis(
            "bias",
            "a has a bias, b has none",
            lambda: replica.run(weights={"bias": np.zeros_like(bias)}),
        )
