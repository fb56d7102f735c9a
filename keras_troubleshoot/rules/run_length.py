"""The diagnosis of a run that ends before it has begun."""

import numpy as np

from keras_troubleshoot.rules import learning
from keras_troubleshoot.rules import reach
from keras_troubleshoot.rules.progress import hopeless
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import percent


@rule(
    "too-few-epochs",
    "training ends before it has begun",
    family="optimization",
    explains=STUCK,
)
def too_few_epochs(facts):
    """The run takes so few steps that nothing can have been learned.

    Told before training where `steps_per_epoch` leaves most of the data
    out (a warning for short runs: it counts batches, not rows), or where a
    model that was never trained gets fewer than 30 updates (a suspicion; a
    few weights can be enough for a simple task; a warning after a run that
    came to much less than a simple method).
    """
    before = list(too_few_before(facts))
    yield from before
    if not before and facts.get("outcome") is not None:
        yield from learning.too_few_after(facts)


def too_few_before(facts, few=30, simple=1000, short=300, seen=0.3):
    """What the number of steps tells, before training."""
    length, model = facts.length, facts.model
    if length.total is None or not length.total or facts.get("fresh") is False:
        return
    optimizer = model.optimizer
    count = reach.updates(optimizer, length.total) if optimizer else 0
    rows = length.total * length.batch
    unseen = length.chosen and length.rows and rows < seen * length.rows
    if unseen and count < short:
        yield warning(
            "steps_per_epoch",
            f"{steps(length)} are {counted(length.total, 'batch')} of "
            f"{counted(length.batch, 'row')}: at most "
            f"{percent(rows / length.rows)} of the {length.rows} rows are "
            "ever seen.",
            "Leave `steps_per_epoch` out, or set it to `len(x) // "
            f"batch_size` ({max(1, length.rows // length.batch)}).",
            **measured(length, count),
            share=rows / length.rows,
            whole=max(1, length.rows // length.batch),
        )
        return
    stuck = None
    if facts.get("rates") is not None and facts.rates.known:
        stuck = hopeless(facts)
    stuck = None if stuck is None or stuck.low else stuck
    weights = int(np.sum(list(model.sizes.values())))
    if not stuck and (not 0 < count < few or weights < simple):
        return
    stingy = length.chosen and length.steps <= 2 and length.epochs >= 3
    certain = stuck and stuck.certain or learning.stuck(facts)
    say = warning if stingy or certain else suspicion
    yield say(
        "steps_per_epoch" if stingy else "epochs",
        f"{steps(length)} come to {counted(count, 'update')} of "
        f"{counted(weights, 'weight')} that were never trained"
        + (
            f": the loss can fall by at most about {percent(stuck.fall)}."
            if stuck
            else "."
        ),
        "Train longer: more epochs or smaller batches"
        + (
            "; `steps_per_epoch` counts batches, `len(x) // batch_size` are "
            "all of them."
            if length.chosen
            else "."
        ),
        **measured(length, count),
        weights=weights,
        limit=few,
        fall=stuck.fall if stuck else None,
    )


def steps(length) -> str:
    """The length of a run, as the beginning of a sentence."""
    each = counted(length.steps, "step")
    return f"{counted(length.epochs, 'epoch').capitalize()} of {each}"


def measured(length, count: int) -> dict:
    """The evidence of a length."""
    return {
        "epochs": length.epochs,
        "steps": length.steps,
        "batch": length.batch,
        "rows": length.rows,
        "total": length.total,
        "updates": count,
    }
