"""Finds the quantities of a run that leave the range of the references."""

import numpy as np

from keras_troubleshoot.debugging.runs import bands as bands_lib
from keras_troubleshoot.debugging.runs.bands import Band
from keras_troubleshoot.debugging.runs.difference import Difference
from keras_troubleshoot.debugging.runs.quantities import Quantity
from keras_troubleshoot.debugging.runs.record import RunRecord


def of_quantities(found: list[Quantity], alarms: float) -> list[Difference]:
    """Those that leave their band, in any order.

    Args:
        found: what all runs have.
        alarms: chance of a false alarm, of all of them together.
    """
    bands = bands_lib.bands(found, alarms)
    pairs = [
        of_one(quantity, band)
        for quantity, band in zip(found, bands, strict=True)
    ]
    return [difference for difference in pairs if difference is not None]


def of_one(quantity: Quantity, band: Band) -> Difference | None:
    """The first phase in which one leaves its band; None if it does not."""
    out = band.outside(quantity.run)
    if not (out > 1).any():
        return None
    place = int(np.argmax(out > 1))
    width = band.critical * band.spread[place]
    low, value, high = (
        float(quantity.scale.back(at))
        for at in (
            band.centre[place] - width,
            quantity.run[place],
            band.centre[place] + width,
        )
    )
    phase, end = quantity.phases[place], quantity.phases[-1].last
    return Difference(
        quantity.name,
        "epoch" if quantity.name.startswith("history/") else "step",
        phase.first,
        phase.last,
        value,
        low,
        high,
        float(out.max()),
        # What an epoch came to is known at its end.
        (phase.first + quantity.name.startswith("history/"))
        / (end + quantity.name.startswith("history/") or 1),
    )


def of_layers(references: list[RunRecord], run: RunRecord) -> list[Difference]:
    """Layers that are trained here, and not there.

    Of layers that are frozen no gradient is recorded. Where a run has no
    gradients at all, it was recorded another way.
    """
    known = references[0].layers("gradient")
    own = run.layers("gradient")
    if not known or not own:
        return []
    gone = "trained in the reference, not in the run: frozen, or not there"
    new = "trained in the run, not in the reference"
    found = [(n, gone) for n in known if n not in own]
    found += [(n, new) for n in own if n not in known]
    return [
        Difference(f"layer/{n}", "step", 0, 0, None, None, None, np.inf, 0, t)
        for n, t in found
    ]


def of_pace(
    references: list[RunRecord], run: RunRecord, slower: float
) -> list[Difference]:
    """Steps that take far longer; faster ones do no harm.

    Args:
        references: runs known to be good.
        run: the new one.
        slower: how many times as long as the slowest reference is too long.
    """
    known = [t for t in map(seconds, references) if t is not None]
    own = seconds(run)
    if not known or own is None or own <= slower * max(known):
        return []
    low, high = min(known), slower * max(known)
    return [
        Difference(
            *("seconds", "step", 0, int(run.steps[-1]), own, 0.0, high),
            *(own / high, 1.0),
            f" ({own / max(known):.1f} times as long as "
            + ("it takes)" if low == max(known) else "the slowest takes)"),
        )
    ]


def seconds(record: RunRecord) -> float | None:
    """Of a step, median of the epochs behind the first, which traces."""
    known = record.seconds[1:]
    known = known[np.isfinite(known)]
    return float(np.median(known)) if len(known) else None
