"""Diagnoses of learning rates that change over the run."""

import math

import numpy as np

from keras_troubleshoot.rules.learning_rate import START
from keras_troubleshoot.rules.learning_rate import limits
from keras_troubleshoot.rules.learning_rate import origin
from keras_troubleshoot.rules.learning_rate import usable
from keras_troubleshoot.rules.references import OPTIMIZERS
from keras_troubleshoot.rules.references import SCHEDULES
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

EVERYTHING = " learning-rate-too-low learning-rate-too-high too-few-epochs"


@rule(
    "learning-rate-invalid",
    "a learning rate that is zero, negative or no number",
    family="optimization",
    reference=OPTIMIZERS,
    explains=f"{WILD} {STUCK} loss-sign-flipped schedule-misconfigured"
    + EVERYTHING,
)
def learning_rate_invalid(facts):
    """A learning rate with which no step can go the right way.

    With a rate of 0 the weights stay as they are; a negative one climbs the
    loss; NaN makes all weights NaN. Keras accepts them all. Looked at is
    the rate of the optimizer, and what a schedule or a
    `LearningRateScheduler` returns at any time of the run; a schedule may
    begin or end at 0.
    """
    rates, optimizer = usable(facts), facts.model.optimizer
    values = rates.values
    bad = ~np.isfinite(values) | (values < 0)
    if rates.total is None and (values > 0).any():
        # Nobody knows how far the run comes.
        return
    if not bad.any() and (values > 0).any():
        return
    # Where none is bad, all are zero.
    place = int(np.argmax(bad)) if bad.any() else 0
    value = float(values[place])
    effect = "no weight changes"
    if not math.isfinite(value):
        effect = "all weights become NaN"
    elif value < 0:
        effect = "each step climbs the loss instead of descending"
    moment = ""
    if rates.source != "constant" and bad.any():
        moment = f" from step {int(rates.steps[place])} of the run on"
    start = number(START.get(optimizer.class_name, 1e-3))
    shown = number(value) if math.isfinite(value) else "not a number"
    yield error(
        origin(rates, optimizer),
        f"The learning rate is {shown}{moment}: {effect}.",
        "Set a small positive rate, such as "
        f"`keras.optimizers.{optimizer.class_name}({start})`"
        + (
            "; let the schedule end at a small positive rate."
            if rates.source != "constant"
            else "."
        ),
        rate=value if math.isfinite(value) else str(value),
        step=int(rates.steps[place]),
        source=rates.source,
    )


@rule(
    "schedule-misconfigured",
    "a schedule of the learning rate that does not fit the run",
    family="optimization",
    reference=SCHEDULES,
    explains=f"{STUCK} loss-diverging loss-oscillating" + EVERYTHING,
)
def schedule_misconfigured(facts):
    """The learning rate falls, rises or waits at the wrong time.

    A schedule counts batches, a `LearningRateScheduler` epochs: a decay
    that is given the number of epochs is over after a few batches, and the
    rest of the run hardly moves the weights; a warmup that is longer than
    the run never reaches its rate. The schedule is asked for the rates of
    all steps that this `fit` will take.

    A rate below a thousandth of its peak for half of the run is a warning,
    one below a tenth for nine tenths a suspicion; a decay that begins only
    after the run is advice.
    """
    rates = usable(facts)
    if rates.source == "constant" or not rates.total or not rates.peak > 0:
        return
    if not np.isfinite(rates.values).all() or (rates.values < 0).any():
        return
    for judge in (dies_early, still_warming, grows, never_falls):
        found = judge(facts, rates)
        if found:
            yield found
            return


def dies_early(facts, rates, gone=1e-3, low=0.1):
    """The rate is next to nothing for most of the run."""
    values = rates.values
    little = values < gone * rates.peak
    share = rates.share(little)
    less = rates.share(values < low * rates.peak)
    epochs = in_epochs(facts, rates)
    if share < 0.5 and less < 0.9:
        return None
    certain = share >= 0.5 or epochs
    say = warning if certain else suspicion
    below, part = (gone, share) if share >= 0.5 else (low, less)
    first = int(rates.steps[np.argmax(falls_for_good(values, below))])
    return say(
        origin(rates, facts.model.optimizer),
        f"The learning rate falls from {number(rates.peak)} to less than "
        f"{number(below * rates.peak)} by step {first} of {rates.total}, and "
        f"stays there for {percent(part)} of the run"
        + (f"; {epochs}" if epochs else "")
        + ".",
        "A schedule counts batches, not epochs: take `epochs * "
        f"steps_per_epoch` ({rates.total}) for the whole run as its length."
        if rates.source == "schedule"
        else "Let the rate fall to a hundredth of its start at most.",
        peak=rates.peak,
        last=float(values[-1]),
        share=part,
        below=below,
        rate=below * rates.peak,
        step=first,
        total=rates.total,
        epochs=facts.length.epochs,
        options=shown(rates.options),
    )


def falls_for_good(values, below: float) -> np.ndarray:
    """From where on all values are small."""
    small = values < below * values.max()
    return np.logical_and.accumulate(small[::-1])[::-1]


def in_epochs(facts, rates) -> str:
    """Whether the lengths of a schedule look like numbers of epochs."""
    length = facts.length
    if rates.source != "schedule" or not length.steps or length.steps < 5:
        return ""
    for name in ("decay_steps", "first_decay_steps", "boundaries"):
        given = rates.options.get(name)
        last = (
            max(given) if isinstance(given, list | tuple) and given else given
        )
        if isinstance(last, int | float) and 0 < last <= length.epochs:
            text = f"`{name}` of {number(last)} batches"
            return f"{text}, in a run of {counted(length.epochs, 'epoch')}"
    return ""


def shown(options) -> dict:
    """Numbers of a schedule, short enough for the evidence."""
    return {
        name: list(value)[:8] if isinstance(value, list | tuple) else value
        for name, value in options.items()
        if value is not None
    }


def still_warming(facts, rates, much=2.0):
    """The run ends while the rate is still on its way up."""
    values = rates.values
    rising = values[-1] >= 0.99 * rates.peak > 0 and len(values) > 2
    later = {k: v for k, v in rates.beyond.items() if math.isfinite(v)}
    if not rising or not later or values[0] > 0.5 * values[-1]:
        return None
    top = max(later, key=later.get)
    falls = any(v < 0.9 * later[top] for k, v in later.items() if k > top)
    warm = rates.options.get("warmup_steps")
    known = isinstance(warm, int | float) and warm > rates.total
    if later[top] < much * values[-1] or not (falls or known):
        return None
    return warning(
        origin(rates, facts.model.optimizer),
        f"The learning rate is still warming up when the run ends: "
        f"{number(values[-1])} at step {rates.total}, on its way to "
        f"{number(later[top])} or more.",
        "Make the warmup a twentieth of the run or so: at most "
        f"{max(1, rates.total // 20)} of its {rates.total} steps.",
        first=float(values[0]),
        last=float(values[-1]),
        later=later[top],
        total=rates.total,
        advised=max(1, rates.total // 20),
        options=shown(rates.options),
    )


def grows(facts, rates, times=10.0):
    """The rate rises to the end of the run, beyond all bounds."""
    values, optimizer = rates.values, facts.model.optimizer
    positive = values[values > 0]
    if values[-1] < rates.peak or values[-1] < times * positive[0]:
        return None
    low, _ = limits(optimizer, facts.model)
    say = warning if values[-1] > 5 * low else suspicion
    if values[-1] < low:
        return None
    return say(
        origin(rates, optimizer),
        f"The learning rate rises from {number(positive[0])} to "
        f"{number(values[-1])} at the end of the run.",
        "A schedule should fall after a short warmup: `decay_rate` must be "
        "below 1, or the exponent negative.",
        first=float(positive[0]),
        last=float(values[-1]),
        total=rates.total,
        limit=low,
        options=shown(rates.options),
    )


def never_falls(facts, rates, change=0.02):
    """The run ends before the schedule has done anything."""
    values = rates.values
    later = {k: v for k, v in rates.beyond.items() if math.isfinite(v)}
    if not later or np.ptp(values) > change * rates.peak:
        return None
    end = min(later.values())
    if end > 0.5 * rates.peak:
        return None
    half = min(k for k, v in later.items() if v <= 0.5 * rates.peak)
    return advice(
        origin(rates, facts.model.optimizer),
        f"The learning rate stays at {number(values[-1])} for all of the "
        f"{rates.total} steps; it is down to half only by step {half}.",
        f"Fit the schedule to the run: `decay_steps={rates.total}` for "
        "the whole of it.",
        first=float(values[0]),
        last=float(values[-1]),
        total=rates.total,
        half=half,
        options=shown(rates.options),
    )
