"""The finding of a step that failed."""

import math
from typing import Any

from keras_troubleshoot.debugging.numerics.location import Location
from keras_troubleshoot.report import finding as findings
from keras_troubleshoot.rules.catalogue import RULES
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import told

RULE = "non-finite-values"
DRAWN = (
    "Replayed outside XLA, the step is finite: it depends on random numbers "
    "such as those of Dropout, or on how XLA rounds."
)


def parts(batch: Any) -> tuple:
    """Inputs, targets and weights of what a `train_step` was given."""
    given = batch if isinstance(batch, list | tuple) else (batch,)
    return (tuple(given) + (None, None))[:3]


def finding(
    wire: Any, location: Location | None, problem: str = ""
) -> findings.Finding:
    """The diagnosis of a step that was not finite.

    Args:
        wire: the `Tripwire` that it tripped.
        location: where it stopped being finite; None where a replay was
            finite, or failed.
        problem: why a replay failed; empty where it did not.
    """
    what = "The loss" if wire.loss_finite is False else "A gradient"
    head = (
        f"{what} of step {wire.step} was NaN or infinite. Its update was "
        "withheld: the weights are those before it."
    )
    if problem:
        told_more = f"The step could not be replayed ({problem})"
        note = plain(head, told_more, wire.step)
    elif location is None:
        note = plain(head, DRAWN, wire.step)
    else:
        note = located(head, location, wire.step)
    return told(RULES[RULE], note)


def plain(head: str, more: str, step: int) -> dict:
    """A step whose cause is not known."""
    fix = (
        "Look for a logarithm, a denominator or a root without a guard with "
        "`keras_troubleshoot.debugging.numerics.unsafe_operations(model, x, "
        "y)`; clip gradients (`clipnorm=1.0`)."
    )
    return error(f"step {step}", f"{head} {more}", fix, step=step)


def located(head: str, location: Location, step: int) -> dict:
    """A step whose cause is known."""
    note = error(
        location.where,
        f"{head} {location.told}",
        location.cause,
        step=step,
        what=location.what,
        operation=location.operation,
        place=location.place,
        low=None if math.isnan(location.low) else location.low,
        high=None if math.isnan(location.high) else location.high,
        dtype=location.dtype,
        rows=list(location.rows[:100]),
        row_count=len(location.rows),
        count=location.count,
    )
    if location.line:
        note["location"] = findings.Location(location.path, location.line)
    return note
