"""What the differences of a run point to, in words.

Each sentence says what was seen and names the usual causes; that it is one of
them is not proven.
"""

import numpy as np

from keras_troubleshoot.debugging.runs.difference import Difference
from keras_troubleshoot.debugging.runs.quantities import Quantity
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number

# Steps over which a rate shows before the weights have gone other ways.
EARLY = 16
# By how much updates must differ, and how far layers may disagree, as shares
# of the logarithm (heuristic; rates ten times off come to 6 to 10).
AT_LEAST, AGREE = np.log(1.5), 0.35


def cause(differences: list[Difference], found: list[Quantity]) -> str:
    """What the differences point to; empty where they point nowhere.

    Args:
        differences: the first one first.
        found: all quantities.
    """
    by_name = {d.quantity: d for d in differences}
    layers = [d.quantity[6:] for d in differences if d.kind == "layer"]
    if layers:
        return (
            f"The runs do not train the same layers ({listed(layers)}): look "
            "for `trainable` and for a changed architecture."
        )
    if any(d.value is not None and np.isnan(d.value) for d in differences):
        return (
            "The run is not finite any more: "
            "`kts.callbacks.NumericsGuard` names the operation."
        )
    rate = ratio_of_updates(found)
    if rate is not None and differences:
        return (
            f"From the start, the updates of all layers are {number(rate)} "
            "times those of the reference: look for the learning rate, its "
            "schedule, and the optimizer."
        )
    return begins(differences) or ends(by_name)


def ratio_of_updates(found: list[Quantity]) -> float | None:
    """How many times as large all first updates are; None if not alike."""
    ratios = []
    for quantity in found:
        early = [p.last < EARLY for p in quantity.phases]
        if quantity.kind == "update" and any(early):
            gap = quantity.run - quantity.reference.mean(0)
            ratios.append(float(np.mean(gap[early])))
    middle = float(np.median(ratios)) if ratios else 0.0
    if not np.isfinite(middle) or abs(middle) < AT_LEAST:
        return None
    agree = np.abs(np.array(ratios) - middle) < AGREE * abs(middle)
    return float(np.exp(middle)) if agree.mean() > 0.6 else None


def begins(differences: list[Difference]) -> str:
    """Where the runs differ before anything was learned."""
    untrained = [
        d
        for d in differences
        if d.kind in ("loss", "gradient", "dead", "saturated")
        and (d.unit, d.first, d.last) == ("step", 0, 0)
    ]
    if not untrained:
        return ""
    return (
        "They differ at step 0, before any update: look for the scaling of "
        "inputs and targets, the loss, and the initialization."
    )


def ends(by_name: dict[str, Difference]) -> str:
    """Where runs that begin alike end with another loss."""
    loss = by_name.get("history/loss") or by_name.get("loss")
    if loss is None:
        if set(by_name) == {"seconds"}:
            return (
                "Only the time differs: look for a busy machine, a slower "
                "input pipeline, `run_eagerly`, or work on another device."
            )
        return ""
    if loss.above:
        return (
            "They begin alike, and the loss stays higher: look for wrong "
            "labels, inputs and labels in different order, stronger "
            "augmentation or regularization, and for less data per class."
        )
    return (
        "They begin alike, and the loss comes lower: look for augmentation or "
        "regularization that is gone, fewer or repeated rows, and inputs that "
        "hold the target."
    )
